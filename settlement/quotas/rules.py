"""周转金额度的算术: averages, quotas and use rates, exact. Pure. [N22], [P]

Amounts are fen. Nothing is rounded but the average and the quota, both half up to the fen, so that the sheet
can be followed on paper: the quota is the shown average times the factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

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
