"""Reads of the clearing: which cases a month clears, its sums, its months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    F,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionPair, User
from agency.periods import SHANGHAI, first_day, last_day
from settlement.clearing.consents import ChecklistSkip
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation
from settlement.clearing.rules import (
    LINE_FIELDS,
    DeductionRow,
    Line,
    LineKey,
    Parties,
    Party,
)
from settlement.clearing.states import PeriodState, SkipState
from settlement.deductions.models import Deduction
from settlement.holding.selectors import months_carried_into
from settlement.records.models import SettlementRecord

KEYS = LineKey._fields
Pair = list[Any]  # ids of both regions, first and last day (ISO texts, None: open): JSON as a month keeps it


# --- which cases --------------------------------------------------------------------------------------------


def pairs_now() -> list[Pair]:
    """Pairs that are set as not 异地, with their days; a month keeps those of its computing."""
    rows = RegionPair.objects.filter(is_cross_region=False).order_by("pk")
    return [
        [a, b, start.isoformat(), end.isoformat() if end else None]
        for a, b, start, end in rows.values_list("region_a_id", "region_b_id", "valid_from", "valid_to")
    ]


def pairs_of(month: ClearingPeriod) -> list[Pair]:
    """The pairs not 异地 that a month was computed by; what is set later leaves it as it is [P]."""
    return list(month.names.get("pairs", ()))


def not_cross_region(pairs: list[Pair]) -> Q:
    """Cases between two regions of a pair that is not 异地 on the day of settlement."""
    found = Q()
    for of_pair, start, end in _dated(pairs):
        span = Q(settled_at__gte=_midnight(start))
        if end is not None:
            span &= Q(settled_at__lt=_midnight(end + dt.timedelta(days=1)))
        found |= of_pair & span
    return found


def _dated(pairs: list[Pair]) -> Iterator[tuple[Q, dt.date, dt.date | None]]:
    for a, b, start, end in pairs:
        of_pair = Q(insured_region=a, care_region=b) | Q(insured_region=b, care_region=a)
        yield of_pair, dt.date.fromisoformat(start), dt.date.fromisoformat(end) if end else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def local_record(pairs: list[Pair]) -> Q:
    """本地: insured and care region are one, or a pair that is not 异地 on the day of settlement [P]."""
    return Q(insured_region=F("care_region")) | not_cross_region(pairs)


def local_deduction(pairs: list[Pair]) -> Q:
    """A deduction on a local case; one that is not of a case is judged on the first day of its 期别 [P]."""
    found = Q(insured_region=F("care_region"))
    for of_pair, start, end in _dated(pairs):
        of_case = Q(record__settled_at__gte=_midnight(start))
        of_group = Q(record__isnull=True, stated_period__gte=_first_period_from(start))
        if end is not None:
            of_case &= Q(record__settled_at__lt=_midnight(end + dt.timedelta(days=1)))
            of_group &= Q(stated_period__lte=f"{end:%Y%m}")
        found |= of_pair & (of_case | of_group)
    return found


def _first_period_from(day: dt.date) -> str:
    """The first month whose first day is not before `day`."""
    month = day if day.day == 1 else (day.replace(day=1) + dt.timedelta(days=32))
    return f"{month:%Y%m}"


def cleared_records(month: ClearingPeriod) -> QuerySet[SettlementRecord]:
    """The cases that a month clears between its parties."""
    rows = SettlementRecord.objects.for_period(month.period)
    return rows.exclude(local_record(pairs_of(month))).order_by()


def cleared_deductions(month: ClearingPeriod) -> QuerySet[Deduction]:
    """The deductions that count in a month's lines."""
    rows = Deduction.objects.filter(period=month.period)
    return rows.exclude(local_deduction(pairs_of(month))).order_by()


# --- sums ---------------------------------------------------------------------------------------------------

NET_CASES = Sum(
    Case(When(is_reversal=True, then=Value(-1)), default=Value(1), output_field=IntegerField()),
)


def lines_of(month: ClearingPeriod, region: PoolingRegion | None = None) -> list[Line]:
    """The stored lines of a month, or those to which one region is a party."""
    rows = ClearingLine.objects.filter(period=month).order_by("pk")
    if region is not None:
        rows = rows.filter(Q(insured_region=region) | Q(care_region=region))
    return [Line._make(row) for row in rows.values_list(*LINE_FIELDS)]


def lines_sum(month: ClearingPeriod, where: Q | None = None) -> dict[str, int]:
    """Sums of the stored lines, made by the database: the proof of what Python adds up."""
    rows = ClearingLine.objects.filter(where or Q(), period=month)
    names = LINE_FIELDS[4:]
    sums = rows.aggregate(**{f"s_{name}": Sum(name, output_field=BigIntegerField()) for name in names})
    return {name: int(sums[f"s_{name}"] or 0) for name in names}


def deduction_rows(month: ClearingPeriod, region_id: int | None = None) -> list[DeductionRow]:
    """The deductions that count in a month's lines, by number; institutions named as the month keeps them."""
    kept = month.names.get("institutions", {})
    rows = cleared_deductions(month).order_by("deduction_no")
    if region_id is not None:
        rows = rows.filter(Q(insured_region=region_id) | Q(care_region=region_id))
    found = rows.values_list(
        *("deduction_no", *KEYS, "institution_id", "institution__code", "institution__name"),
        *("record__settlement_no", "kind", "reason", "amount_fen"),
    )
    return [
        DeductionRow._make(
            [*row[:5], *kept.get(str(row[5]), row[6:8]), row[8] or "", *row[9:]],
        )
        for row in found
    ]


# --- parties ------------------------------------------------------------------------------------------------


def parties_for(period: str, lines: list[Line]) -> Parties:
    """各方 of a month: pooling regions in force on any day of it, and whoever a line touches [P]."""
    return parties_between(first_day(period), last_day(period), lines)


def parties_between(start: dt.date, end: dt.date, lines: list[Line]) -> Parties:
    """各方 of some days, by the same rule."""
    touched = {line.insured_region_id for line in lines} | {line.care_region_id for line in lines}
    found = []
    for region in PoolingRegion.objects.all():
        in_force = region.valid_from <= end and (region.valid_to is None or region.valid_to >= start)
        if region.pk in touched or (in_force and not region.is_outside):
            found.append((region, Party(region.pk, region.code, region.name, region.is_outside, in_force)))
    found.sort(key=lambda row: (row[0].is_outside, 0 if row[0].is_outside else row[0].position, row[0].code))
    return Parties(tuple(party for _, party in found))


def parties_of(month: ClearingPeriod) -> Parties:
    """各方 as they were named when the month was computed."""
    return Parties(tuple(Party(*row) for row in month.names.get("parties", ())))


# --- months -------------------------------------------------------------------------------------------------


def _periods_in(model: type[Model]) -> list[str]:
    """Distinct periods of a big table: one statement that looks each month up in the index, never a scan."""
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"WITH RECURSIVE found(period) AS (SELECT MIN(period) FROM {table} UNION ALL "
        f"SELECT (SELECT MIN(period) FROM {table} AS later WHERE later.period > found.period) "
        "FROM found WHERE found.period IS NOT NULL) SELECT period FROM found WHERE period IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [period for (period,) in cursor.fetchall()]


def months_with_cases() -> list[str]:
    """Months that have cases or deductions, or into which a held-over case was released, oldest first."""
    return sorted({*_periods_in(SettlementRecord), *_periods_in(Deduction), *months_carried_into()})


def months_on_record() -> list[str]:
    """Months that have cases or deductions, or that somebody began, oldest first."""
    begun = ClearingPeriod.objects.order_by().values_list("period", flat=True)
    return sorted({*months_with_cases(), *begun})


def first_month() -> str:
    """The first month that our books know; empty while there is none."""
    return next(iter(months_on_record()), "")


def signed_periods() -> set[str]:
    """Months that never change again."""
    return set(ClearingPeriod.objects.filter(state=PeriodState.SIGNED).values_list("period", flat=True))


def ever_signed_periods() -> set[str]:
    """Months that are signed, or were before they were opened again."""
    rows = ClearingPeriod.objects.filter(Q(state=PeriodState.SIGNED) | Q(version__gt=0))
    return set(rows.values_list("period", flat=True))


def unsigned_months_before(period: str) -> list[str]:
    """Earlier months that have cases, or lines, and are not signed: they come first."""
    signed = signed_periods()
    return [month for month in months_on_record() if month < period and month not in signed]


def was_on_record(period: str, at: dt.datetime) -> bool:
    """Whether a month had been begun before a moment, or cases of it loaded by a file that was confirmed."""
    return (
        ClearingPeriod.objects.filter(period=period, computed_at__lt=at).exists()
        or SettlementRecord.objects.filter(period=period, batch__confirmed_at__lt=at).exists()
    )


def month_named(period: str) -> ClearingPeriod | None:
    """The row of a month with the people who acted; None while nobody has computed it."""
    return ClearingPeriod.objects.select_related("computed_by", "signed_by").filter(period=period).first()


def confirmations_of(month: ClearingPeriod) -> dict[int, RegionConfirmation]:
    """The confirmations that stand, by region."""
    return confirmations_given([month]).get(month.pk, {})


def confirmations_given(months: Iterable[ClearingPeriod]) -> dict[int, dict[int, RegionConfirmation]]:
    """The confirmations that stand, by month and region, for many months at once."""
    found: dict[int, dict[int, RegionConfirmation]] = {}
    rows = RegionConfirmation.objects.filter(period__in=[month.pk for month in months])
    for row in rows.filter(voided_at__isnull=True).select_related("by").defer("content"):
        found.setdefault(row.period_id, {})[row.region_id] = row
    return found


def confirmations_voided(months: Iterable[ClearingPeriod]) -> dict[int, dict[int, dt.datetime]]:
    """When figures last changed under a region that had confirmed them, by month and region."""
    rows = RegionConfirmation.objects.filter(period__in=[month.pk for month in months])
    found: dict[int, dict[int, dt.datetime]] = {}
    for row in rows.filter(voided_by__isnull=True).defer("content").order_by("voided_at"):
        if row.voided_at is not None:
            found.setdefault(row.period_id, {})[row.region_id] = row.voided_at
    return found


def approved_skips(month: ClearingPeriod) -> dict[str, str]:
    """What the approved skips of a month were bound to, by the line of the checklist."""
    rows = ChecklistSkip.objects.filter(period=month, state=SkipState.APPROVED)
    return dict(rows.values_list("key", "seen_digest"))


def regions_seen_by(by: User, parties: Parties) -> list[Party]:
    """The pooling regions whose sheets somebody may look at."""
    return [party for party in parties.pooling if access.sees_all(by) or party.id == by.region_id]
