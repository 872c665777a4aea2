"""周转金预测: when a region's use of its quota reaches a line, from what has accrued and what was usual [P].

Pure and exact: amounts are integer fen, paces are fractions; only what is shown is rounded, half up.
A month starts from nothing, so no forecast looks beyond the month's last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from settlement.quotas.rules import Use, half_up

ASSUMPTIONS = (
    "每天的发生额按两种日均加权：本月至今的日均占已过天数的份量，最近十二个已签发月份的日均占剩余天数的份量。",
    "没有已签发月份时只按本月至今的日均；两者都没有时不预测。",
    "已过天数数到已导入明细的最晚结算日。以前月份转来的明细、挂账转入和不属于本月明细的扣款算在月初，不计入日均。",
    "使用率 = 本月应付 ÷ 月末执行的额度，达到预警线的当天即算达到；每月从零算起，只预测到月底。",
)
ASSUMED_OF_DELAY = (
    "假设付款推迟时，未付清的付款通知书在截止日（已过的从今天）再加推迟的天数到账，到账之前一直占用额度；"
    "通知书的未付金额按职工、居民的比例分开。"
)
ASSUMED_OF_ERROR = (
    "以往误差：对每个已签发月份，按同一天以前结算的明细照样预测，与当月实际应付相比；"
    "误差率 = 误差绝对值之和 ÷ 实际应付之和。当时迟到的明细按结算日算，所以实际的误差会再大一些。"
)


@dataclass(frozen=True)
class Pace:
    """A month so far: `accrued_fen` up to and with day `day` of `days`, of which `opening_fen` stood there
    before the first day and says nothing of a day; `usual_fen` what a whole month came to on average, None:
    no month is signed yet."""

    day: int
    days: int
    accrued_fen: int
    usual_fen: int | None = None
    opening_fen: int = 0

    @property
    def per_day(self) -> Fraction | None:
        """What a further day is expected to bring; None: nothing to go by."""
        usual = None if self.usual_fen is None else Fraction(self.usual_fen, self.days)
        if self.day == 0:
            return usual
        own = Fraction(self.accrued_fen - self.opening_fen, self.day)
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


Delays = Sequence[Delay]


def average(totals: Sequence[int]) -> int | None:
    """The mean of whole months, half up to the fen; None without any."""
    return half_up(Fraction(sum(totals), len(totals))) if totals else None


def expected_use(pace: Pace, in_days: int, delays: Delays = ()) -> Fraction | None:
    """What will be used up `in_days` days from now; None where there is nothing to go by."""
    per_day = pace.per_day
    if per_day is None:
        return None
    return pace.accrued_fen + per_day * in_days + sum(delay.taken_up(in_days) for delay in delays)


def month_end(pace: Pace, delays: Delays = ()) -> int | None:
    """What the whole month is expected to come to, in fen, with what is not there by then."""
    expected = expected_use(pace, pace.days - pace.day, delays)
    return None if expected is None else half_up(expected)


def days_until(percent: int, quota_fen: int, pace: Pace, delays: Delays = ()) -> int | None:
    """Days until the use reaches `percent` of the quota: 0 it has; None it will not this month, or nobody
    can tell. A quota of nothing is reached by any use, as the warnings have it."""
    for in_days in range(pace.days - pace.day + 1):
        use = expected_use(pace, in_days, delays)
        if use is not None and use > 0 and use * 100 >= percent * quota_fen:
            return in_days
    return None


# --- one quota ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outlook:
    """A region's quota of one type in one month, and where its use leads; None: no quota yet. The edges in
    percent."""

    pace: Pace
    quota_fen: int | None
    yellow: int
    red: int
    delays: tuple[Delay, ...] = ()

    @property
    def use(self) -> Use:
        """As it stands."""
        return self._use(self.pace.accrued_fen)

    @property
    def end_fen(self) -> int | None:
        return month_end(self.pace, self.delays)

    @property
    def end(self) -> Use | None:
        """As it is expected on the last day; None: nothing to go by."""
        return None if self.end_fen is None else self._use(self.end_fen)

    @property
    def to_yellow(self) -> int | None:
        return self._until(self.yellow)

    @property
    def to_red(self) -> int | None:
        return self._until(self.red)

    def _use(self, fen: int) -> Use:
        return Use(fen, self.quota_fen, self.yellow, self.red)

    def _until(self, percent: int) -> int | None:
        if self.quota_fen is None:
            return None
        return days_until(percent, self.quota_fen, self.pace, self.delays)


# --- past months --------------------------------------------------------------------------------------------


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
    day: int
    accrued_fen: int
    said_fen: int
    came_fen: int

    @property
    def error_fen(self) -> int:
        return self.said_fen - self.came_fen

    @property
    def permille(self) -> int | None:
        """The error in thousandths of what came, half up; None where nothing came."""
        return half_up(Fraction(1000 * self.error_fen, self.came_fen)) if self.came_fen > 0 else None


def misses(months: Sequence[Past]) -> list[Miss]:
    """The forecast held against each month of which it would have said anything."""
    said = ((month, month.pace, month_end(month.pace)) for month in months)
    return [
        Miss(month.period, pace.day, pace.accrued_fen, fen, month.came_fen)
        for month, pace, fen in said
        if fen is not None
    ]


def mean_error_permille(found: Sequence[Miss]) -> int | None:
    """Σ|error| ÷ Σ of what came, in thousandths, half up; None where nothing came."""
    came = sum(miss.came_fen for miss in found)
    if came <= 0:
        return None
    return half_up(Fraction(1000 * sum(abs(miss.error_fen) for miss in found), came))


def permille_text(permille: int | None) -> str:
    """`5.9%`, of thousandths; empty for none."""
    if permille is None:
        return ""
    whole, tenth = divmod(abs(permille), 10)
    return f"{'-' if permille < 0 else ''}{whole}.{tenth}%"
