"""Reads of the year: its months, what they add up to, what moves between years, what is paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When

from agency.organisation.models import User
from agency.periods import first_day, last_day
from agency.policy.selectors import int_parameter
from settlement.clearing import rules as clearing
from settlement.clearing.carries import with_carries
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.rules import LINE_FIELDS, Line, LineKey, Parties, Party
from settlement.clearing.selectors import (
    KEYS,
    cleared_deductions,
    first_month,
    months_on_record,
    pairs_of,
    parties_between,
    signed_periods,
)
from settlement.clearing.states import PeriodState
from settlement.clearing.sums import month_sums
from settlement.holding.models import HeldCase
from settlement.holding.selectors import carries_of
from settlement.notices.models import Category, Direction, Notice, Payment
from settlement.notices.states import NoticeState
from settlement.records.models import SettlementRecord
from settlement.year_end import rules
from settlement.year_end.models import YearEnd, YearEndApplication, YearEndLine
from settlement.year_end.rules import Open, YearLine
from settlement.year_end.states import PENDING, YearState

DEADLINE_MONTH = "clearing.year_end_deadline_month"
YEAR_FIGURES = ("monthly_fen", "received_fen", "paid_fen")


# --- months -------------------------------------------------------------------------------------------------


def year_named(year: str) -> YearEnd | None:
    return YearEnd.objects.select_related("computed_by", "closed_by").filter(year=year).first()


def unsigned_of(year: str) -> list[str]:
    """The months of a year that must be signed and are not, from the first month on record on."""
    signed = signed_periods()
    return [month for month in rules.expected_months(year, first_month()) if month not in signed]


def deadline_month(year: str) -> int:
    """Until which month of the next year cases of the year count in it [N22]."""
    return int_parameter(DEADLINE_MONTH, dt.date(int(year) + 1, 1, 1))


def late_months_of(year: str) -> list[str]:
    """The signed months of the next year in which cases of this one count."""
    return rules.late_months(year, deadline_month(year), signed_periods())


def late_gap_of(year: str) -> str:
    """The month of the next year that keeps signed ones after it from counting here; empty: none does."""
    return rules.late_gap(year, deadline_month(year), signed_periods())


def years_on_record() -> list[str]:
    """Years with a signed month or a year-end row, newest first."""
    rows = YearEnd.objects.order_by().values_list("year", flat=True)
    return sorted({*(month[:4] for month in signed_periods()), *rows}, reverse=True)


def open_years_before(year: str) -> list[str]:
    """Earlier years with a month on record that are not closed, oldest first."""
    rows = YearEnd.objects.filter(state=YearState.CLOSED).values_list("year", flat=True)
    return sorted({month[:4] for month in months_on_record() if month[:4] < year} - set(rows))


def closed_months() -> set[str]:
    """The months of closed years, and all before them: nothing more counts in them, though some may never
    have been on our books [P]."""
    rows = YearEnd.objects.filter(state=YearState.CLOSED).order_by("-year")
    last = rows.values_list("year", flat=True).first()
    years = range(rules.FIRST_YEAR, int(last) + 1) if last else ()
    return {month for year in years for month in rules.months_of(str(year))}


# --- sums ---------------------------------------------------------------------------------------------------


def signed_sums(year: str) -> dict[LineKey, Line]:
    """月度合计: the stored lines of the year's signed months, added up by the database."""
    rows = ClearingLine.objects.filter(
        period__period__in=rules.months_of(year), period__state=PeriodState.SIGNED
    ).order_by()
    sums = {f"s_{name}": Sum(name, output_field=BigIntegerField()) for name in rules.FIGURES}
    found = rows.values(*KEYS).annotate(**sums).values_list(*KEYS, *sums)
    return {LineKey._make(row[:4]): Line._make([*row[:4], *map(int, row[4:])]) for row in found}


def moved_sums(year: str, months: Collection[str]) -> dict[LineKey, Line]:
    """What cases of a year add to the lines of signed months after it: records by their settlement month,
    deductions and held cases by that of their case (a deduction of no case by its stated month) [P]."""
    periods = ClearingPeriod.objects.filter(period__in=months, state=PeriodState.SIGNED).order_by("period")
    return rules.sum_of(_of_year(month, year) for month in periods)  # at most as many as the deadline allows


def _of_year(month: ClearingPeriod, year: str) -> dict[LineKey, Line]:
    records = SettlementRecord.objects.for_period(month.period).filter(_between("settlement_month", year))
    of_case = _between("record__settlement_month", year)
    of_none = Q(record__isnull=True) & _between("stated_period", year)
    deductions = cleared_deductions(month).filter(of_case | of_none)
    carries = carries_of(month.period)
    numbers = HeldCase.objects.filter(
        _between("record__settlement_month", year), held_no__in=[carry.held_no for carry in carries]
    )
    known = set(numbers.values_list("held_no", flat=True))
    lines = month_sums(records, deductions, pairs_of(month)).lines
    return with_carries(lines, (carry for carry in carries if carry.held_no in known))


def _between(field: str, year: str) -> Q:
    return Q(**{f"{field}__gte": f"{year}01", f"{field}__lte": f"{year}12"})


def left_behind(year: str, counted: Collection[str]) -> int:
    """Cases of a year that count in later months which its figures do not take in: the next year has them."""
    rows = SettlementRecord.objects.filter(_between("settlement_month", year), period__gt=f"{year}12")
    return rows.exclude(period__in=list(counted)).count()


class YearSums(NamedTuple):
    """What a year is made of, by line: 月度合计, what came late from the next year's months, and what this
    year's months had of the year before."""

    monthly: dict[LineKey, Line]
    late: dict[LineKey, Line]
    earlier: dict[LineKey, Line]

    @property
    def assessed(self) -> dict[LineKey, Line]:
        """年终核定 = 月度合计 + late − what the year before has counted."""
        together = rules.sum_of([self.late], start=self.monthly)
        return rules.sum_of([self.earlier], -1, start=together)


def year_sums(year: str, late: Collection[str]) -> YearSums:
    """A year out of its signed months; `late`: the next year's months that are looked at."""
    before = YearEnd.objects.filter(year=rules.year_before(year), state=YearState.CLOSED).first()
    taken = [month for month in rules.months_of(year) if before and month <= before.late_through]
    return YearSums(signed_sums(year), moved_sums(year, late), moved_sums(rules.year_before(year), taken))


# --- paid ---------------------------------------------------------------------------------------------------


class Noticed(NamedTuple):
    """What the year's monthly notices of one region ask for and what of it is open, in fen."""

    net_employee_fen: int
    net_resident_fen: int
    open_receipt_fen: int
    open_payment_fen: int


def noticed_of(year: str, at: dt.datetime) -> dict[int, Noticed]:
    """By region: the notices in force of the year's months, paid from the province's account until `at`."""
    notices = Notice.objects.filter(
        category=Category.MONTHLY, period__in=rules.months_of(year), state=NoticeState.ISSUED
    ).order_by()
    sign = Case(When(direction=Direction.RECEIPT, then=Value(1)), default=Value(-1))
    rows = notices.values("region_id").annotate(
        employee=Sum(F("employee_fen") * sign),
        resident=Sum(F("resident_fen") * sign),
        receipt=Sum("total_fen", filter=Q(direction=Direction.RECEIPT)),
        payment=Sum("total_fen", filter=Q(direction=Direction.PAYMENT)),
    )
    paid = _paid(notices, at)
    return {
        row["region_id"]: Noticed(
            int(row["employee"]),
            int(row["resident"]),
            int(row["receipt"] or 0) - paid.get((row["region_id"], Direction.RECEIPT.value), 0),
            int(row["payment"] or 0) - paid.get((row["region_id"], Direction.PAYMENT.value), 0),
        )
        for row in rows
    }


def _paid(notices: QuerySet[Notice], at: dt.datetime) -> dict[tuple[int, str], int]:
    rows = Payment.objects.filter(notice__in=notices.values("pk"), line__region__isnull=True, at__lte=at)
    sums = rows.order_by().values("notice__region_id", "notice__direction").annotate(n=Sum("amount_fen"))
    return {(row["notice__region_id"], row["notice__direction"]): int(row["n"]) for row in sums}


class Unnoticed(NamedTuple):
    """What signed months of a year gave a region that no notice in force asks for, in fen, signed."""

    employee_fen: int
    resident_fen: int

    @property
    def net_fen(self) -> int:
        return self.employee_fen + self.resident_fen


def unnoticed_of(
    monthly: dict[LineKey, Line], parties: Parties, noticed: dict[int, Noticed]
) -> dict[int, Unnoticed]:
    """By pooling region: its twelve months' net less its notices; nil wherever each month had its notice."""
    found = {}
    for row in clearing.net(list(monthly.values()), parties):
        if row.party is clearing.PLATFORM:
            continue
        told = noticed.get(row.party.id, Noticed(0, 0, 0, 0))
        found[row.party.id] = Unnoticed(
            row.receivable.employee_fen - row.payable.employee_fen - told.net_employee_fen,
            row.receivable.resident_fen - row.payable.resident_fen - told.net_resident_fen,
        )
    return found


def open_of(noticed: dict[int, Noticed], unnoticed: dict[int, Unnoticed]) -> dict[int, Open]:
    """未结 by region: what is open on notices, and what none asks for."""
    found = {}
    for region_id in {*noticed, *unnoticed}:
        told = noticed.get(region_id, Noticed(0, 0, 0, 0))
        net = unnoticed[region_id].net_fen if region_id in unnoticed else 0
        found[region_id] = Open(told.open_receipt_fen + max(net, 0), told.open_payment_fen + max(-net, 0))
    return found


# --- a year as it stands ------------------------------------------------------------------------------------


def year_parties(year: str, lines: list[Line]) -> Parties:
    """各方 of a year: regions in force on any day of it, and whoever a line touches [P]."""
    return parties_between(first_day(f"{year}01"), last_day(f"{year}12"), lines)


def lines_stored(year_end: YearEnd) -> list[YearLine]:
    """The year's lines as they were computed."""
    rows = YearEndLine.objects.filter(year_end=year_end).order_by("pk")
    found = rows.values_list(*LINE_FIELDS, *YEAR_FIGURES)
    return [YearLine(Line._make(row[:-3]), *row[-3:]) for row in found]


def parties_kept(year_end: YearEnd) -> Parties:
    """各方 as they were named when the year was computed."""
    return Parties(tuple(Party(*row) for row in year_end.names.get("parties", ())))


def applications_of(by: User, year_end: YearEnd) -> QuerySet[YearEndApplication]:
    """The applications of a year that a person may see, by region."""
    rows = YearEndApplication.objects.visible_to(by).filter(year_end=year_end)
    return rows.select_related("region").order_by("region__position")


def application_counts(year_end: YearEnd) -> dict[str, int]:
    """How many applications of a year there are, by state; none of a year that nobody has computed."""
    if year_end.pk is None:
        return {}
    rows = YearEndApplication.objects.filter(year_end=year_end).order_by("state").values_list("state")
    return dict(rows.annotate(n=Count("pk")))


def pending_of(counts: dict[str, int]) -> int:
    """Of these the ones handed in and not decided."""
    return sum(counts.get(state, 0) for state in PENDING)


def late_counted(year_end: YearEnd) -> list[str]:
    """The months of the next year that a computed year took in."""
    following = rules.months_of(rules.year_after(year_end.year))
    return [month for month in following if month <= year_end.late_through]


def notices_count(year_end: YearEnd) -> int:
    """How many year-end notices of a year are in force."""
    rows = Notice.objects.filter(category=Category.YEAR_END, period=year_end.year, state=NoticeState.ISSUED)
    return rows.aggregate(n=Count("pk"))["n"]


def expected_of(year: str) -> list[str]:
    """The months of a year that must be signed."""
    return rules.expected_months(year, first_month())
