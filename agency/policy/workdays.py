"""工作日: working days by China's published holidays, with the agency's own override table."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from agency.errors import DomainError
from agency.policy.models import DayKind, Holiday

ONE_DAY = dt.timedelta(days=1)


@lru_cache(maxsize=4096)
def _published(day: dt.date) -> bool | None:
    """Whether the published calendar calls it a working day; None when that year is not published."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def is_workday(day: dt.date) -> bool:
    """Whether `day` is a working day; the override table comes first, then the published calendar.

    For a year that is not published yet Monday to Friday count, so that nothing stops; `calendar_known`
    tells whether to say so.
    """
    return _works(day, Holiday.objects.filter(date=day).values_list("kind", flat=True).first())


def _works(day: dt.date, override: str | None) -> bool:
    """The rule itself, with the day's override already read (None: there is none)."""
    if override is not None:
        return override == DayKind.WORK
    published = _published(day)
    return day.weekday() < 5 if published is None else published


def calendar_known(day: dt.date) -> bool:
    """Whether the year's holidays are published or entered."""
    return _published(day) is not None or Holiday.objects.filter(date__year=day.year).exists()


class Calendar:
    """The working days from one day on, with the agency's overrides read once: for many questions."""

    def __init__(self, first: dt.date) -> None:
        self._overrides = dict(Holiday.objects.filter(date__gte=first).values_list("date", "kind"))

    def works(self, day: dt.date) -> bool:
        return _works(day, self._overrides.get(day))

    def between(self, start: dt.date, end: dt.date) -> int:
        """How many working days lie after `start` up to and with `end`; 0 when `end` is not later."""
        return sum(self.works(start + ONE_DAY * n) for n in range(1, (end - start).days + 1))

    def add(self, start: dt.date, days: int) -> dt.date:
        """As `add_workdays`."""
        if days < 0:
            raise DomainError("negative_days", "工作日数不能为负。")
        day, left = start, days
        while left:
            day += ONE_DAY
            left -= self.works(day)
        while not self.works(day):
            day += ONE_DAY
        return day


def workdays_between(start: dt.date, end: dt.date) -> int:
    """How many working days lie after `start` up to and with `end`; 0 when `end` is not later."""
    return Calendar(start).between(start, end)


def add_workdays(start: dt.date, days: int) -> dt.date:
    """The day that lies `days` working days after `start` (start itself is not counted); always one itself:
    no days after a rest day are the next working day [P]."""
    return Calendar(start).add(start, days)


def workday_from(day: dt.date) -> dt.date:
    """`day`, or the first working day after it: a period of months that ends on a rest day ends then [P]."""
    return add_workdays(day, 0)
