"""周转金额度的算术: averages, quotas and use rates, exact. Pure. [N22], [P]

Amounts are fen. Nothing is rounded but the average and the quota, both half up to the fen, so that the sheet
can be followed on paper: the quota is the shown average times the factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import NamedTuple

from django.db import models


class Level(models.TextChoices):
    """预警等级."""

    NONE = "", "正常"
    YELLOW = "yellow", "黄色"
    RED = "red", "红色"


def half_up(value: Fraction) -> int:
    """The nearest whole fen; a half goes up."""
    return floor(value + Fraction(1, 2))


def base_periods(year: int, months: Sequence[int]) -> list[str]:
    """The base months of a year's quotas: those months of the year before."""
    return [f"{year - 1:04d}{month:02d}" for month in sorted(set(months))]


def average(amounts: Sequence[int]) -> int:
    """月均清算额: the mean over the base months that are signed, never below nil."""
    return max(0, half_up(Fraction(sum(amounts), len(amounts))))


def quota(average_fen: int, factor: Decimal) -> int:
    """核定额度: the shown average times the factor."""
    return half_up(average_fen * Fraction(factor))


def level(used_fen: int, quota_fen: int, yellow: int, red: int) -> Level:
    """Which warning a use gives, `yellow` and `red` in percent; use without any quota is red."""
    if used_fen <= 0:
        return Level.NONE
    if used_fen * 100 >= red * quota_fen:
        return Level.RED
    return Level.YELLOW if used_fen * 100 >= yellow * quota_fen else Level.NONE


WHOLE = 10_000  # a hundred percent, in hundredths of one


class Use(NamedTuple):
    """使用: what a month owes of the quota that it had, in fen (None: no quota yet); the edges in percent."""

    used_fen: int
    quota_fen: int | None
    yellow: int
    red: int

    @property
    def level(self) -> Level:
        """Nothing warns while there is no quota yet; a quota of nil is used up by anything."""
        if self.quota_fen is None:
            return Level.NONE
        return level(self.used_fen, self.quota_fen, self.yellow, self.red)

    @property
    def hundredths(self) -> int | None:
        """使用率 in hundredths of a percent, cut off, so that 70.00 stands there when it is reached and not
        before; None without a quota to divide by."""
        if not self.quota_fen:
            return None
        return max(0, self.used_fen) * WHOLE // self.quota_fen

    @property
    def percent(self) -> str:
        """`69.99`; empty without a quota to divide by."""
        found = self.hundredths
        return "" if found is None else f"{found // 100}.{found % 100:02d}"

    @property
    def text(self) -> str:
        """`69.99%`, or why there is none."""
        if self.percent:
            return f"{self.percent}%"
        if self.quota_fen is None:
            return "没有额度"
        return "额度为零" if self.used_fen > 0 else "0.00%"


def together(uses: Iterable[Use]) -> Use:
    """What several types or regions use of their quotas; those without one add what they use alone."""
    found = list(uses)
    quotas = [use.quota_fen for use in found if use.quota_fen is not None]
    first = found[0]
    return Use(sum(use.used_fen for use in found), sum(quotas) if quotas else None, first.yellow, first.red)
