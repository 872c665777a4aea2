"""核对: the days that are kept of a signed month are what its cases say, and end with what the month owes."""

from __future__ import annotations

from collections.abc import Iterator

from agency.money import yuan
from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing.states import PeriodState
from settlement.forecast.models import UseByDay
from settlement.forecast.selectors import ByDay, Key, accrued_live, all_regions, kept

DAYS = "签发月份的逐日应付等于明细"


@CHECKS.register(DAYS, order=775)
def days_are_as_cases(period: str | None) -> Iterator[Broken]:
    """Of every signed month that has its days; only signed ones have any."""
    rows = UseByDay.objects.select_related("month").order_by("month__period")
    rows = rows.filter(month__period=period) if period else rows
    for row in rows.exclude(month__state=PeriodState.SIGNED):
        yield Broken(DAYS, str(row), "该月没有签发，不应有逐日应付")
    months = [row.month.period for row in rows if row.month.is_signed]
    regions = {region.pk: region for region in all_regions()}
    stored, live = kept(months, regions), accrued_live(months, regions)
    for key in sorted({*stored, *live}):
        if stored.get(key) != live.get(key):
            yield _broken(key, stored.get(key), live.get(key), regions)


def _broken(key: Key, stored: ByDay | None, live: ByDay | None, regions: dict[int, PoolingRegion]) -> Broken:
    period, region, kind = key
    subject = f"{period} {regions[region]} {InsuranceType(kind).label}"
    told = "、".join(
        f"{what}合计 {yuan(days[-1])}" if days else f"{what}没有"
        for what, days in (("所存", stored), ("明细", live))
    )
    return Broken(DAYS, subject, f"逐日累计不同：{told}")
