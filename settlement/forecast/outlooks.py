"""预测 of quotas: each region and type of the running month, and what it would have said of past ones.

A handful of queries, however many regions and months.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agency.organisation.models import PoolingRegion
from agency.periods import first_day, last_day, period_of
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import int_parameter_by_day
from settlement.clearing.selectors import signed_periods
from settlement.forecast.rules import Miss, Outlook, Pace, Past, average, misses
from settlement.forecast.selectors import ByDay, accrued, data_reach
from settlement.quotas.selectors import NOTHING, Owed, owed_in, quotas_in_force
from settlement.quotas.use import RED, YELLOW

USUAL_MONTHS = 12  # signed ones, of which the mean is what is usual
PAST_MONTHS = 12  # signed ones that the forecast is held against
OwedBy = Mapping[tuple[str, int, str], Owed]


@dataclass(frozen=True)
class Running:
    """The month that a day lies in, and how far its cases are loaded: until `reach`, None: there are none."""

    today: dt.date
    reach: dt.date | None

    @property
    def period(self) -> str:
        return period_of(self.today)

    @property
    def day(self) -> int:
        """How many days of the month are known; 0: none yet."""
        return self.reach.day if self.reach else 0

    @property
    def days(self) -> int:
        return last_day(self.period).day

    @property
    def known_until(self) -> dt.date:
        """The last day that is known: the one before the month where none of it is."""
        return first_day(self.period) + dt.timedelta(days=self.day - 1)

    @property
    def told(self) -> str:
        """How far the cases reach, in a sentence."""
        if self.reach is None:
            return "本月还没有导入结算明细，只按以往月份预测。"
        if self.reach == self.today:
            return "本月明细录到今天。"
        return f"本月明细录到 {self.reach.month}月{self.reach.day}日，从那一天往后预测。"


@dataclass(frozen=True)
class Forecast:
    """One region's quota of one type in the running month; `by_day[n]` is what had accrued after day n, until
    the last that is known."""

    region: PoolingRegion
    insurance_type: str
    outlook: Outlook
    by_day: ByDay
    misses: list[Miss]


def running_month(today: dt.date) -> Running:
    return Running(today, data_reach(period_of(today), today))


def forecasts(regions: Sequence[PoolingRegion], running: Running) -> list[Forecast]:
    """Each region and type, in the order of the regions."""
    period, day = running.period, last_day(running.period)
    signed = sorted(month for month in signed_periods() if month < period)
    past = signed[-PAST_MONTHS:]
    keys = {region.pk for region in regions}
    by_day = accrued([*past, period], keys)
    owed, quotas = owed_in(signed[-PAST_MONTHS - USUAL_MONTHS :]), quotas_in_force(day)
    edges = int_parameter_by_day(YELLOW)(day), int_parameter_by_day(RED)(day)
    found = []
    for region in regions:
        for kind in InsuranceType.values:
            month = _Month(region.pk, kind, by_day, owed, signed)
            outlook = Outlook(month.pace(period, running.day), quotas.get((region.pk, kind)), *edges)
            missed = misses([month.past(one, running.day) for one in past])
            known = month.days_of(period)[: running.day + 1]
            found.append(Forecast(region, kind, outlook, known, missed))
    return found


@dataclass(frozen=True)
class _Month:
    """What is read of one region and type: its months by day, what the signed ones came to."""

    region: int
    kind: str
    by_day: Mapping[tuple[str, int, str], ByDay]
    owed: OwedBy
    signed: list[str]

    def days_of(self, period: str) -> ByDay:
        found = self.by_day.get((period, self.region, self.kind))
        return found or [0] * (last_day(period).day + 1)

    def came(self, period: str) -> int:
        return self.owed.get((period, self.region, self.kind), NOTHING).amount_fen

    def pace(self, period: str, day: int) -> Pace:
        """The month as it stood after a day, with what was usual before it."""
        days = self.days_of(period)
        day = min(day, len(days) - 1)
        before = [month for month in self.signed if month < period][-USUAL_MONTHS:]
        usual = average([self.came(month) for month in before])
        return Pace(day, len(days) - 1, days[day], usual, days[0])

    def past(self, period: str, day: int) -> Past:
        return Past(period, self.pace(period, day), self.came(period))
