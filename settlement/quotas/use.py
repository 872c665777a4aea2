"""Reads of use: what months owe of the quotas that they had, by region and type, in a handful of queries.

A month is set against the quota in force on its last day and judged by the parameters of that day [N22], [P].
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from agency.organisation.models import PoolingRegion, RegionKind
from agency.periods import last_day
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import int_parameter_by_day
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.states import PeriodState
from settlement.quotas.rules import Use, together
from settlement.quotas.selectors import NOTHING, Key, QuotaHistory, owed_in

YELLOW, RED = "fund.warning_yellow_percent", "fund.warning_red_percent"
MonthKey = tuple[str, int, str]  # period, region, insurance type


def computed_periods() -> list[str]:
    """Months that have lines: computed or signed, oldest first."""
    rows = ClearingPeriod.objects.exclude(state=PeriodState.OPEN).order_by("period")
    return list(rows.values_list("period", flat=True))


def latest_period() -> str:
    """The newest month that has lines; empty while there is none."""
    rows = ClearingPeriod.objects.exclude(state=PeriodState.OPEN).order_by("-period")
    return rows.values_list("period", flat=True).first() or ""


def use_rates(periods: Sequence[str]) -> dict[MonthKey, Use]:
    """使用率 by month, region and type, in the order of the sheets: for every pooling region in force at the
    month's end, and whoever owes or has a quota. Four queries, however many months."""
    history, owed = QuotaHistory(), owed_in(list(periods))
    yellow, red = int_parameter_by_day(YELLOW), int_parameter_by_day(RED)
    regions = list(PoolingRegion.objects.filter(kind=RegionKind.POOLING))
    found: dict[MonthKey, Use] = {}
    for period in periods:
        day = last_day(period)
        quotas, edges = history.in_force(day), (yellow(day), red(day))
        for region in regions:
            for kind in InsuranceType.values:
                quota = quotas.get((region.pk, kind))
                key = (period, region.pk, kind)
                if quota is not None or key in owed or _in_force(region, day):
                    found[key] = Use(owed.get(key, NOTHING).amount_fen, quota, *edges)
    return found


def _in_force(region: PoolingRegion, day: dt.date) -> bool:
    return region.valid_from <= day and (region.valid_to is None or day <= region.valid_to)


def of_regions(rates: dict[MonthKey, Use], period: str) -> dict[int, dict[str, Use]]:
    """One month's uses, by region: each type."""
    found: dict[int, dict[str, Use]] = {}
    for (month, region, kind), use in rates.items():
        if month == period:
            found.setdefault(region, {})[kind] = use
    return found


def sum_of(rates: dict[MonthKey, Use], period: str, regions: Iterable[int]) -> Use | None:
    """What some regions use together in a month; None where there is nothing."""
    wanted = set(regions)
    uses = [use for (month, region, _), use in rates.items() if month == period and region in wanted]
    return together(uses) if uses else None


def raised_since(period: str) -> dict[Key, tuple[dt.date, int]]:
    """Quotas that came into force after a month's last day: the first day and the amount."""
    newest, day = QuotaHistory().newest(), last_day(period)
    return {key: found for key, found in newest.items() if found[0] > day}
