"""周转金预测: when a region's use of its quota reaches a line, from what has accrued and what was usual [P].

Pure and exact: amounts are integer fen, paces are fractions; only what is shown is rounded, half up.
A month starts from nothing, so no forecast looks beyond the month's last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

ASSUMPTIONS = (
    "每天的发生额按两种日均加权：本月至今的日均占已过天数的份量，最近十二个已签发月份的日均占剩余天数的份量。",
    "没有已签发月份时只按本月至今的日均；两者都没有时不预测。",
    "使用率 = 本月应付 ÷ 现行额度，达到预警线的当天即算达到；每月从零算起，只预测到月底。",
    "假设付款推迟时，未付的金额在到账之前一直占用额度。",
)


@dataclass(frozen=True)
class Pace:
    """A month so far: `accrued_fen` up to and with day `day` of `days`; `usual_fen` what a whole month came
    to on average, None: no month is signed yet."""

    day: int
    days: int
    accrued_fen: int
    usual_fen: int | None = None

    @property
    def per_day(self) -> Fraction | None:
        """What a further day is expected to bring; None: nothing to go by."""
        usual = None if self.usual_fen is None else Fraction(self.usual_fen, self.days)
        if self.day == 0:
            return usual
        own = Fraction(self.accrued_fen, self.day)
        if usual is None:
            return own
        return (own * self.day + usual * (self.days - self.day)) / self.days


@dataclass(frozen=True)
class Delay:
    """A payment that is still to come: it takes up the quota until it is there, in `arrives_in` days."""

    open_fen: int
    arrives_in: int

    def taken_up(self, in_days: int) -> int:
        return self.open_fen if in_days < self.arrives_in else 0


NO_DELAY = Delay(0, 0)


def average(totals: Sequence[int]) -> int | None:
    """The mean of whole months, half up to the fen; None without any."""
    return half_up(Fraction(sum(totals), len(totals))) if totals else None


def half_up(value: Fraction) -> int:
    """To the nearest whole number; a half goes away from nought."""
    whole = (abs(value.numerator) * 2 + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def expected_use(pace: Pace, in_days: int, delay: Delay = NO_DELAY) -> Fraction | None:
    """What will be used up `in_days` days from now; None where there is nothing to go by."""
    per_day = pace.per_day
    if per_day is None:
        return None
    return pace.accrued_fen + per_day * in_days + delay.taken_up(in_days)


def month_end(pace: Pace) -> int | None:
    """What the whole month is expected to come to, in fen."""
    expected = expected_use(pace, pace.days - pace.day)
    return None if expected is None else half_up(expected)


def days_until(percent: int, quota_fen: int, pace: Pace, delay: Delay = NO_DELAY) -> int | None:
    """Days until the use reaches `percent` of the quota: 0 it has; None it will not this month, or nobody
    can tell. A quota of nothing is reached by any use, as the warnings have it."""
    for in_days in range(pace.days - pace.day + 1):
        use = expected_use(pace, in_days, delay)
        if use is not None and use > 0 and use * 100 >= percent * quota_fen:
            return in_days
    return None


@dataclass(frozen=True)
class Past:
    """A month that is over: as it stood on the day, with what was usual before it; and what came."""

    period: str
    pace: Pace
    came_fen: int


@dataclass(frozen=True)
class Miss:
    """What would have been said of a past month against what came; `error_fen` above nought: too much."""

    period: str
    said_fen: int
    came_fen: int

    @property
    def error_fen(self) -> int:
        return self.said_fen - self.came_fen


def misses(months: Sequence[Past]) -> list[Miss]:
    """The forecast held against each month of which it would have said anything."""
    said = ((month, month_end(month.pace)) for month in months)
    return [Miss(month.period, fen, month.came_fen) for month, fen in said if fen is not None]


def mean_error_permille(found: Sequence[Miss]) -> int | None:
    """Σ|error| ÷ Σ of what came, in thousandths, half up; None where nothing came."""
    came = sum(miss.came_fen for miss in found)
    if came <= 0:
        return None
    return half_up(Fraction(1000 * sum(abs(miss.error_fen) for miss in found), came))
