"""Reads of accrual: what months came to by day of settlement, by region and type, many months at once.

The last day of a month is what quotas count as its use: fund and account of the cases that it clears, less
deductions, with what is carried (settlement/clearing/lines.py). A case counts on its day of settlement; what
has no day in the month stands before its first: cases of earlier months, deductions that are of no case of
the month, and what comes back of held cases.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import Any

from django.db.models import Case, F, Func, IntegerField, Max, Q, QuerySet, Sum, Value, When

from agency.organisation.models import PoolingRegion, RegionKind
from agency.periods import SHANGHAI, last_day
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.selectors import Pair, local_deduction, local_record, pairs_now, pairs_of
from settlement.clearing.states import PeriodState
from settlement.deductions.models import Deduction
from settlement.forecast.models import UseByDay
from settlement.holding.counting import helds_of
from settlement.holding.models import HeldCase
from settlement.holding.rules import carry
from settlement.holding.states import HeldState
from settlement.records.models import SettlementRecord

Key = tuple[str, int, str]  # period, region, insurance type
ByDay = list[int]  # fen before the first day, after it, … after the last
Addend = tuple[str, int, str, int, int]  # the key, the day (0: before the first), fen


class ShanghaiDay(Func):
    """The day of the month of a moment, in Shanghai, which keeps no summer time."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "CAST(substr(date(%(expressions)s, '+8 hours'), 9) AS integer)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "EXTRACT(DAY FROM %(expressions)s AT TIME ZONE 'Asia/Shanghai')::integer"
        return self.as_sql(compiler, connection, template=template, **more)


def all_regions() -> list[PoolingRegion]:
    """Every pooling region, in the order of the sheets."""
    return list(PoolingRegion.objects.filter(kind=RegionKind.POOLING))


def data_reach(period: str, today: dt.date) -> dt.date | None:
    """The last day of settlement of the cases of a month that are loaded, until today; None without any."""
    end = dt.datetime.combine(today + dt.timedelta(days=1), dt.time(), SHANGHAI)
    rows = SettlementRecord.objects.filter(period=period, settlement_month=period, settled_at__lt=end)
    last = rows.order_by().aggregate(last=Max("settled_at"))["last"]
    return last.astimezone(SHANGHAI).date() if last else None


def accrued(periods: Sequence[str], regions: Collection[int]) -> dict[Key, ByDay]:
    """What months came to by day, of these regions as 参保地: as kept of those that are signed, the others
    added up from their cases. As many queries for one as for many."""
    stored = _stored(periods)
    live = [period for period in periods if period not in stored]
    return _of_regions(stored, regions) | accrued_live(live, regions)


def kept(periods: Sequence[str], regions: Collection[int]) -> dict[Key, ByDay]:
    """The same as it is kept of those that are signed."""
    return _of_regions(_stored(periods), regions)


def _stored(periods: Sequence[str]) -> dict[str, dict[str, ByDay]]:
    rows = UseByDay.objects.filter(month__period__in=periods, month__state=PeriodState.SIGNED)
    return dict(rows.values_list("month__period", "sums"))


def _of_regions(stored: dict[str, dict[str, ByDay]], regions: Collection[int]) -> dict[Key, ByDay]:
    found = {}
    for period, sums in stored.items():
        for name, by_day in sums.items():
            region, _, kind = name.partition("/")
            if int(region) in regions:
                found[(period, int(region), kind)] = by_day
    return found


def accrued_live(periods: Sequence[str], regions: Collection[int]) -> dict[Key, ByDay]:
    """The same from the cases alone; without those that had nothing at all."""
    if not periods or not regions:
        return {}
    local = _pairs(periods)
    sums: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for addends in (
        record_addends(local, regions),
        _deduction_addends(local, regions),
        _carried_addends(periods, regions),
    ):
        for period, region, kind, day, fen in addends:
            sums[(period, region, kind)][day] += int(fen)
    return {key: _by_day(key[0], days) for key, days in sorted(sums.items())}


def _by_day(period: str, days: dict[int, int]) -> ByDay:
    return list(accumulate(days.get(day, 0) for day in range(last_day(period).day + 1)))


# --- what adds up -------------------------------------------------------------------------------------------

OfPairs = list[tuple[list[str], list[Pair]]]  # months that share their pairs that are not 异地


def _pairs(periods: Sequence[str]) -> OfPairs:
    """The months by the pairs that they are computed by; one that is not computed yet by those of now."""
    months = ClearingPeriod.objects.filter(period__in=periods).exclude(state=PeriodState.OPEN)
    computed = {month.period: pairs_of(month) for month in months}
    now = pairs_now()
    found: OfPairs = []
    for period in periods:
        pairs = computed.get(period, now)
        same = next((months for months, known in found if known == pairs), None)
        if same is None:
            found.append(([period], pairs))
        else:
            same.append(period)
    return found


def _crossing(local: OfPairs, judge: Any) -> Q:
    """Rows of these months that are no local ones."""
    found = Q()
    for periods, pairs in local:
        found |= Q(period__in=periods) & ~judge(pairs)
    return found


def record_addends(local: OfPairs, regions: Collection[int]) -> QuerySet[SettlementRecord, Any]:
    """The cases: one GROUP BY inside the database."""
    periods = [period for months, _ in local for period in months]
    rows = SettlementRecord.objects.filter(period__in=periods, insured_region__in=list(regions))
    rows = rows.filter(_crossing(local, local_record)).order_by()
    own = When(settlement_month=F("period"), then=ShanghaiDay("settled_at"))
    return _summed(rows, own, F("fund_total_fen") + F("personal_account_pay_fen"))


def _deduction_addends(local: OfPairs, regions: Collection[int]) -> QuerySet[Deduction, Any]:
    """The deductions, on the day of their case where that is of the month."""
    periods = [period for months, _ in local for period in months]
    rows = Deduction.objects.filter(period__in=periods, insured_region__in=list(regions))
    rows = rows.filter(_crossing(local, local_deduction)).order_by()
    own = When(record__settlement_month=F("period"), then=ShanghaiDay("record__settled_at"))
    return _summed(rows, own, -F("amount_fen"))


def _summed(rows: QuerySet[Any], own: When, fen: Any) -> QuerySet[Any, Any]:
    keys = ("period", "insured_region", "insurance_type", "day")
    of_day = rows.annotate(day=Case(own, default=Value(0), output_field=IntegerField()))
    return of_day.values(*keys).annotate(fen=Sum(fen)).values_list(*keys, "fen")


def _carried_addends(periods: Sequence[str], regions: Collection[int]) -> Iterator[Addend]:
    """What held cases carry out, on the day of the case where that is of the month, and into the months."""
    rows = HeldCase.objects.filter(held_from__lte=max(periods), insured_region__in=list(regions)).standing()
    gone = rows.exclude(state=HeldState.RELEASED, decided_period__lt=min(periods))
    cases = list(gone.select_related("record"))
    helds = helds_of(cases)
    for case in cases:
        for period in periods:
            moved = carry(helds[case.pk], period)
            if moved is not None:
                key = (period, case.insured_region_id, case.insurance_type)
                yield (*key, 0, moved.carried_in_fen)
                yield (*key, _day_of(case, period), -moved.carried_out_fen)


def _day_of(case: HeldCase, period: str) -> int:
    record = case.record
    if record is None or record.settlement_month != period:
        return 0
    return record.settled_at.astimezone(SHANGHAI).day


# --- signed months ------------------------------------------------------------------------------------------


def sums_of(period: str) -> dict[str, ByDay]:
    """What is kept of a month, from its cases."""
    regions = {region.pk for region in all_regions()}
    return {f"{region}/{kind}": days for (_, region, kind), days in accrued_live([period], regions).items()}
