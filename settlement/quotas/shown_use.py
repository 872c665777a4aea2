"""What the pages of use show: gauges, a row per region or month, what has been warned of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType
from settlement.quotas.rules import Level, Use, together
from settlement.quotas.use import MonthKey

TONES = {Level.NONE: "", Level.YELLOW: "warn", Level.RED: "bad"}
WORDS = {Level.NONE: "", Level.YELLOW: "黄色", Level.RED: "红色"}
FULL, EMPTY = "100.00", "0.00"
TOGETHER = "合计"


@dataclass(frozen=True)
class Gauge:
    """A use rate as it is drawn by components/_gauge.html."""

    label: str
    use: Use

    @property
    def percent(self) -> str:
        """How long the bar is; a quota of nil that is used is a full one."""
        return self.use.percent or (FULL if self.use.level == Level.RED else EMPTY)

    @property
    def tone(self) -> str:
        return TONES[self.use.level]

    @property
    def word(self) -> str:
        return WORDS[self.use.level]

    @property
    def has_quota(self) -> bool:
        return self.use.quota_fen is not None


class UseRow(NamedTuple):
    """职工, 居民 and both together, of one region or of one month."""

    label: str
    code: str
    gauges: tuple[Gauge, ...]
    yellow: int
    red: int


def use_row(label: str, code: str, uses: dict[MonthKey, Use]) -> UseRow:
    """What some regions or one use, by type and together; `uses` are those of one month."""
    gauges = []
    for kind in InsuranceType:
        of_kind = [use for key, use in uses.items() if key[2] == kind]
        if of_kind:
            gauges.append(Gauge(f"{label}{kind.label}", together(of_kind)))
    gauges.append(Gauge(f"{label}{TOGETHER}", together(uses.values())))
    levels = Counter(use.level for use in uses.values())
    return UseRow(label, code, tuple(gauges), levels[Level.YELLOW], levels[Level.RED])


def region_rows(rates: dict[MonthKey, Use], period: str, regions: Sequence[PoolingRegion]) -> list[UseRow]:
    """A row for each region that has a part in a month."""
    found = []
    for region in regions:
        uses = {key: use for key, use in rates.items() if key[:2] == (period, region.pk)}
        if uses:
            found.append(use_row(region.name, region.code, uses))
    return found


def month_rows(rates: dict[MonthKey, Use], periods: Sequence[str]) -> list[UseRow]:
    """A row for each month, the newest first."""
    found = []
    for period in sorted(periods, reverse=True):
        uses = {key: use for key, use in rates.items() if key[0] == period}
        if uses:
            found.append(use_row("", period, uses))
    return found
