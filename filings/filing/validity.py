"""有效期: when a filing begins and ends, and how long its place of care is locked. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

LONG_TERM = "long_term"
IN_PROVINCE, CROSS_PROVINCE = "in_province", "cross_province"
ONE_DAY = dt.timedelta(days=1)
YEARS = range(2000, 2100)  # dates of filings lie in this century; sums of months stay in the calendar


def is_plausible(day: dt.date) -> bool:
    """Whether a day can be reckoned with: 9999-12-31 is a slip of the keyboard."""
    return day.year in YEARS


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day_of(begins_on: dt.date, months: int) -> dt.date:
    """The last of so many months: the day before the same day; the month's last day where it has no such day
    (31 August and six months: 28 February) [P]."""
    same_day = add_months(begins_on, months)
    return same_day - ONE_DAY if same_day.day == begins_on.day else same_day


@dataclass(frozen=True, slots=True)
class Terms:
    """备案类型的期限, as in force on the day: months of validity (None: long-term) and of the lock."""

    term: str
    validity_months: int | None = None
    lock_months: int | None = None
    settlements_allowed: int | None = None
    offered: bool = True
    needs_review: bool = True

    @property
    def is_long_term(self) -> bool:
        return self.term == LONG_TERM


@dataclass(frozen=True, slots=True)
class Validity:
    """有效期: first and last day (None: until changed or cancelled); the place stays until `locked_until`."""

    begins_on: dt.date
    ends_on: dt.date | None
    locked_until: dt.date | None


def validity(begins_on: dt.date, terms: Terms, *, scope: str) -> Validity:
    """A filing of n months ends with the last of them; without months it is valid until changed or cancelled.
    The lock holds for places in another province. [S4, N22]"""
    ends_on = last_day_of(begins_on, terms.validity_months) if terms.validity_months else None
    locked = terms.lock_months if scope == CROSS_PROVINCE else None
    return Validity(begins_on, ends_on, add_months(begins_on, locked) if locked else None)
