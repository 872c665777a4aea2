"""等了几天: who holds a month, since when, and who is late, in working days.

A region has `clearing.confirm_workdays` working days to confirm, from the day on which the month was
computed, or on which its figures last changed under its confirmation: somebody else's dispute gives nobody
more time. Its own delay and that of the others are counted apart [P].
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from agency.organisation import access
from agency.organisation.models import User
from agency.periods import last_day
from agency.policy.selectors import int_parameter_by_day
from agency.policy.workdays import Calendar
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.months import COMPUTE, CONFIRM, PAY, MonthProgress
from settlement.clearing.rules import Party

CONFIRM_WORKDAYS = "clearing.confirm_workdays"
NAMED = 2  # regions that are named where more hold a month


@dataclass(frozen=True)
class Wait:
    """One region's time to confirm: from `since`, due on `due_on`; `days` it took or takes, `late` of them
    after the due day. `is_over`: it has confirmed, or the month is signed."""

    since: dt.date
    due_on: dt.date
    days: int
    late: int
    is_over: bool

    @property
    def short(self) -> str:
        """In a table: 7 日，逾期 2 日."""
        return f"{self.days} 日，逾期 {self.late} 日" if self.late else f"{self.days} 日"

    @property
    def label(self) -> str:
        """In a few words: 已等 7 个工作日，逾期 2 日 · 用了 3 个工作日."""
        said = f"{'用了' if self.is_over else '已等'} {self.days} 个工作日"
        return f"{said}，逾期 {self.late} 日" if self.late else said


@dataclass(frozen=True)
class Others:
    """The other regions' time, told without their names: how many are missing, how many late, the longest."""

    missing: int
    late: int
    longest: int

    @property
    def label(self) -> str:
        if not self.missing:
            return "其他统筹区都已确认"
        said = f"其他统筹区还有 {self.missing} 个未确认"
        return f"{said}，其中 {self.late} 个逾期，最长逾期 {self.longest} 日" if self.late else said


@dataclass(frozen=True)
class Holder:
    """Whose turn it is: who, to do what, since when (None: not known), how many working days, how late."""

    who: str
    what: str
    since: dt.date | None = None
    days: int = 0
    late: int = 0
    is_own: bool = False

    @property
    def label(self) -> str:
        return f"{self.who}{self.what}"


@dataclass
class MonthDelays:
    """The waits of one computed month, by region."""

    progress: MonthProgress
    since: dt.date
    due_on: dt.date
    waits: dict[int, Wait] = field(default_factory=dict)

    def of(self, region_id: int | None) -> Wait | None:
        return self.waits.get(region_id or 0)

    def others(self, region_id: int | None) -> Others:
        """The delay of all regions but one."""
        rows = [self.waits[party.id] for party in self.progress.waited_for if party.id != region_id]
        late = [row.late for row in rows if row.late]
        return Others(len(rows), len(late), max(late, default=0))

    @property
    def late(self) -> list[Party]:
        """Regions that hold the month up and are late."""
        return [party for party in self.progress.waited_for if self.waits[party.id].late]


class Clock:
    """Calendar and limits, read once for any number of months."""

    def __init__(self, months: Iterable[MonthProgress], today: dt.date) -> None:
        begun = [progress.month for progress in months if progress.month is not None]
        computed = [_day(month.computed_at) for month in begun if month.computed_at]
        ends = [last_day(month.period) for month in begun]
        self.today = today
        self.calendar = Calendar(min([*computed, *ends, today]))
        self.limit = int_parameter_by_day(CONFIRM_WORKDAYS)

    def delays(self, progress: MonthProgress) -> MonthDelays | None:
        """None while nobody has computed the month."""
        month = progress.month
        if month is None or month.computed_at is None:
            return None
        since = _day(month.computed_at)
        found = MonthDelays(progress, since, self.calendar.add(since, self.limit(since)))
        for party in progress.required:
            given, voided = progress.given.get(party.id), progress.voided.get(party.id)
            begun = max(since, _day(voided)) if voided else since
            found.waits[party.id] = self._wait(month, begun, given)
        return found

    def _wait(self, month: ClearingPeriod, since: dt.date, given: RegionConfirmation | None) -> Wait:
        ended = given.at if given else month.signed_at
        until = _day(ended) if ended else self.today
        due_on = self.calendar.add(since, self.limit(since))
        days, late = (self.calendar.between(start, until) for start in (since, due_on))
        return Wait(since, due_on, days, late, ended is not None)

    def holder(self, progress: MonthProgress, by: User) -> Holder | None:
        """Whose turn a month is, as far as this person may know; None once it is signed."""
        if progress.step == PAY:
            return None
        if progress.step == COMPUTE:
            since = None if progress.is_computed else last_day(progress.period)
            what = "重新计算" if progress.is_computed else "计算"
            return Holder("省级", what, since, self._days(since), is_own=access.sees_all(by))
        delays = self.delays(progress)
        assert delays is not None  # it has been computed
        if progress.step == CONFIRM:
            return self._regions(progress, delays, by)
        since = max([delays.since, *(_day(row.at) for row in progress.given.values())])
        return Holder("省级", "签发", since, self._days(since), is_own=access.sees_all(by))

    def _regions(self, progress: MonthProgress, delays: MonthDelays, by: User) -> Holder:
        waiting = progress.waited_for
        own = any(party.id == by.region_id for party in waiting)
        chosen = [party for party in waiting if party.id == by.region_id] if own else waiting
        late = max(delays.waits[party.id].late for party in chosen)
        who = "本区" if own else _names(waiting, is_whole=access.sees_all(by))
        return Holder(who, "确认", delays.since, self._days(delays.since), late, own)

    def _days(self, since: dt.date | None) -> int:
        return self.calendar.between(since, self.today) if since else 0


def clock_for(progress: MonthProgress, today: dt.date) -> Clock:
    """The clock of one month."""
    return Clock([progress], today)


def _names(parties: list[Party], *, is_whole: bool) -> str:
    if not is_whole:
        return f"{len(parties)} 个统筹区"
    names = "、".join(party.name for party in parties[:NAMED])
    return names if len(parties) <= NAMED else f"{names}等 {len(parties)} 个统筹区"


def _day(moment: dt.datetime) -> dt.date:
    return timezone.localtime(moment).date()
