"""Invariants of the versions: none was altered, and a signed month says what its newest one says."""

from __future__ import annotations

from collections.abc import Iterator

from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import digest_of
from settlement.clearing.selectors import lines_of
from settlement.clearing.states import PeriodState
from settlement.clearing.version_models import MonthVersion
from settlement.clearing.versions import month_content, newest_version

UNALTERED = "清算各版未改"
AS_SIGNED = "签发的月份与所留的一版一致"


@CHECKS.register(UNALTERED, order=513)
def versions_are_unaltered(period: str | None) -> Iterator[Broken]:
    """The content of every version has its digest, and the numbers of a month's versions have no gaps."""
    rows = MonthVersion.objects.select_related("period").order_by("period", "version_no")
    rows = rows.filter(period__period=period) if period else rows
    last: dict[int, int] = {}
    for row in rows.iterator(chunk_size=20):  # a content is large
        expected = last.get(row.period_id, 0) + 1
        if row.version_no != expected:
            yield Broken(UNALTERED, str(row), f"缺号：应为第 {expected} 版")
        if digest_of(row.content) != row.digest:
            yield Broken(UNALTERED, str(row), "内容与所记的摘要不符，有人改动过")
        last[row.period_id] = row.version_no


@CHECKS.register(AS_SIGNED, order=514)
def signed_months_are_as_kept(period: str | None) -> Iterator[Broken]:
    """What a signed month says is what its newest version says; one that was signed before versions were
    kept has none."""
    months = ClearingPeriod.objects.filter(state=PeriodState.SIGNED).order_by("period")
    for month in months.filter(period=period) if period else months:
        kept = newest_version(month)
        if kept is not None and digest_of(month_content(month, lines_of(month))) != kept.digest:
            yield Broken(AS_SIGNED, month.period, f"与{kept.label}不符")
