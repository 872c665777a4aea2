"""Reads of the clearing: which cases a month clears, its sums, its months, what changed since."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    IntegerField,
    Min,
    Model,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from agency.batches.models import Batch
from agency.batches.states import BatchState
from agency.journal.models import AuditEntry, StateChange
from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionPair, User
from agency.periods import SHANGHAI, first_day, last_day
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation
from settlement.clearing.rules import LINE_FIELDS, RECORD_SUMS, Line, LineKey, Parties, Party
from settlement.clearing.states import PeriodState
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord

KEYS = LineKey._fields


# --- which cases --------------------------------------------------------------------------------------------


def _not_cross_region() -> list[tuple[int, int, dt.date, dt.date | None]]:
    """Pairs that are set as not 异地, with their days."""
    rows = RegionPair.objects.filter(is_cross_region=False).order_by("pk")
    return list(rows.values_list("region_a_id", "region_b_id", "valid_from", "valid_to"))


def _of_pair(a: int, b: int) -> Q:
    return Q(insured_region=a, care_region=b) | Q(insured_region=b, care_region=a)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def local_record() -> Q:
    """本地: insured and care region are one, or a pair that is not 异地 on the day of settlement [P]."""
    found = Q(insured_region=F("care_region"))
    for a, b, start, end in _not_cross_region():
        span = Q(settled_at__gte=_midnight(start))
        if end is not None:
            span &= Q(settled_at__lt=_midnight(end + dt.timedelta(days=1)))
        found |= _of_pair(a, b) & span
    return found


def local_deduction() -> Q:
    """A deduction on a local case; one that is not of a case is judged on the first day of its 期别 [P]."""
    found = Q(insured_region=F("care_region"))
    for a, b, start, end in _not_cross_region():
        of_case = Q(record__settled_at__gte=_midnight(start))
        of_group = Q(record__isnull=True, stated_period__gte=_first_period_from(start))
        if end is not None:
            of_case &= Q(record__settled_at__lt=_midnight(end + dt.timedelta(days=1)))
            of_group &= Q(stated_period__lte=f"{end:%Y%m}")
        found |= _of_pair(a, b) & (of_case | of_group)
    return found


def _first_period_from(day: dt.date) -> str:
    """The first month whose first day is not before `day`."""
    month = day if day.day == 1 else (day.replace(day=1) + dt.timedelta(days=32))
    return f"{month:%Y%m}"


def cleared_records(period: str) -> QuerySet[SettlementRecord]:
    """The cases that a month clears between its parties."""
    return SettlementRecord.objects.for_period(period).exclude(local_record()).order_by()


def local_records(period: str) -> QuerySet[SettlementRecord]:
    """Kept, counted apart, never cleared."""
    return SettlementRecord.objects.for_period(period).filter(local_record()).order_by()


def cleared_deductions(period: str) -> QuerySet[Deduction]:
    """The deductions that count in a month's lines."""
    return Deduction.objects.filter(period=period).exclude(local_deduction()).order_by()


# --- sums ---------------------------------------------------------------------------------------------------

NET_CASES = Sum(
    Case(When(is_reversal=True, then=Value(-1)), default=Value(1), output_field=IntegerField()),
)


def record_sums(records: QuerySet[SettlementRecord]) -> QuerySet[SettlementRecord, dict[str, int]]:
    """One row per line: the keys, `s_cases`, `s_records` and the sums of RECORD_SUMS as `s_<field>`."""
    sums = {f"s_{name}": Sum(name) for name in RECORD_SUMS}
    return records.values(*KEYS).annotate(s_cases=NET_CASES, s_records=Count("pk"), **sums)


def deduction_sums(deductions: QuerySet[Deduction]) -> QuerySet[Deduction, dict[str, int]]:
    """One row per line: the keys and `s_deduction_fen`."""
    return deductions.values(*KEYS).annotate(s_deduction_fen=Sum("amount_fen"))


def lines_from_records(
    records: QuerySet[SettlementRecord], deductions: QuerySet[Deduction]
) -> dict[LineKey, Line]:
    """The lines that records and deductions give, by key: one GROUP BY of each."""
    deducted = {
        LineKey(*row[:4]): row[4] for row in deduction_sums(deductions).values_list(*KEYS, "s_deduction_fen")
    }
    names = ("s_cases", "s_records", *(f"s_{name}" for name in RECORD_SUMS))
    found: dict[LineKey, Line] = {}
    for row in record_sums(records).values_list(*KEYS, *names):
        key = LineKey(*row[:4])
        found[key] = _line(key, [int(value) for value in row[4:]], int(deducted.pop(key, 0)))
    for key, amount in deducted.items():
        found[key] = _line(key, [0] * (2 + len(RECORD_SUMS)), int(amount))
    return found


def _line(key: LineKey, sums: list[int], deducted: int) -> Line:
    fund, account = sums[-2:]
    return Line._make([*key, *sums, deducted, 0, 0, fund + account - deducted])


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


# --- parties ------------------------------------------------------------------------------------------------


def parties_for(period: str, lines: list[Line]) -> Parties:
    """各方 of a month: pooling regions in force on any day of it, and whoever a line touches [P]."""
    touched = {line.insured_region_id for line in lines} | {line.care_region_id for line in lines}
    start, end = first_day(period), last_day(period)
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
    """Distinct periods of a big table, newest last: one index look-up per month, never a scan."""
    found: list[str] = []
    last = ""
    while True:
        following = model._default_manager.filter(period__gt=last).aggregate(first=Min("period"))["first"]
        if following is None:
            return found
        found.append(following)
        last = following


def months_with_cases() -> list[str]:
    """Months that have cases or deductions, oldest first."""
    return sorted({*_periods_in(SettlementRecord), *_periods_in(Deduction)})


def signed_periods() -> set[str]:
    """Months that never change again."""
    return set(ClearingPeriod.objects.filter(state=PeriodState.SIGNED).values_list("period", flat=True))


def unsigned_months_before(period: str) -> list[str]:
    """Earlier months that have cases, or lines, and are not signed: they come first."""
    begun = ClearingPeriod.objects.filter(period__lt=period).exclude(state=PeriodState.SIGNED)
    earlier = {month for month in months_with_cases() if month < period}
    return sorted((earlier - signed_periods()) | set(begun.values_list("period", flat=True)))


def month_named(period: str) -> ClearingPeriod | None:
    """The row of a month with the people who acted; None while nobody has computed it."""
    return ClearingPeriod.objects.select_related("computed_by", "signed_by").filter(period=period).first()


def confirmations_of(month: ClearingPeriod) -> dict[int, RegionConfirmation]:
    """The confirmations that stand, by region."""
    rows = RegionConfirmation.objects.filter(period=month, voided_at__isnull=True).select_related("by")
    return {row.region_id: row for row in rows}


def regions_seen_by(by: User, parties: Parties) -> list[Party]:
    """The pooling regions whose sheets somebody may look at."""
    return [party for party in parties.pooling if access.sees_all(by) or party.id == by.region_id]


# --- what changed since -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrivals:
    """What came or went after a month was computed: batches loaded since, whether one was undone, and
    deductions that were taken back by hand (numbers of the negative ones)."""

    batches: tuple[int, ...]
    undone: bool
    withdrawals: tuple[str, ...]

    @property
    def records(self) -> Q:
        return Q(batch__in=self.batches)

    @property
    def deductions(self) -> Q:
        return Q(batch__in=self.batches) | Q(deduction_no__in=self.withdrawals)


def arrivals_since(month: ClearingPeriod) -> Arrivals:
    """Told by the order of the journal, not by clocks."""
    computed = (
        StateChange.objects.filter(subject_kind=ClearingPeriod.machine.kind, subject_no=month.period)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    later = StateChange.objects.filter(
        subject_kind=Batch.machine.kind,
        to_state__in=(BatchState.LOADED, BatchState.UNDONE),
        pk__gt=computed or 0,
    )
    states = dict(later.order_by("pk").values_list("subject_no", "to_state"))
    loaded = [number for number, state in states.items() if state == BatchState.LOADED]
    ids = Batch.objects.filter(batch_no__in=loaded).values_list("pk", flat=True)
    return Arrivals(tuple(ids), BatchState.UNDONE in states.values(), _withdrawals_since(month))


def _withdrawals_since(month: ClearingPeriod) -> tuple[str, ...]:
    """Numbers of the month's withdrawals that the log puts after the last computing."""
    made = Deduction.objects.filter(period=month.period, withdraws__isnull=False, batch__isnull=True)
    numbers = dict(made.order_by("pk").values_list("withdraws__deduction_no", "deduction_no"))
    if not numbers:
        return ()
    computed = AuditEntry.objects.filter(
        subject_kind=ClearingPeriod.machine.kind, subject_no=month.period, action="period_computed"
    )
    last = computed.order_by("-seq").values_list("seq", flat=True).first()
    later = AuditEntry.objects.filter(
        subject_kind="deduction", subject_no__in=numbers, action="deduction_withdrawn", seq__gt=last or 0
    )
    return tuple(numbers[number] for number in later.order_by("seq").values_list("subject_no", flat=True))


def has_changed_since(month: ClearingPeriod) -> bool:
    """Whether an unsigned month should be computed again: cases or deductions came or went since."""
    if month.is_signed:
        return False
    since = arrivals_since(month)
    if since.undone:
        return True
    if not since.batches and not since.withdrawals:
        return False
    records = SettlementRecord.objects.filter(since.records, period=month.period)
    deductions = Deduction.objects.filter(since.deductions, period=month.period)
    return records.exists() or deductions.exists()
