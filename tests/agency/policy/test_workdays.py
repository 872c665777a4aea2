"""Working days by China's calendar, with the agency's override table."""

import datetime as dt

import pytest

from agency.errors import DomainError
from agency.policy.models import Holiday
from agency.policy.workdays import Calendar, add_workdays, calendar_known, is_workday

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-20", True),
        ("2026-11-21", False),
        ("2026-10-01", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-02-17", False),
    ],
)
def test_a_published_day(day: str, expected: bool) -> None:
    assert is_workday(dt.date.fromisoformat(day)) is expected


def test_an_override_comes_before_the_calendar() -> None:
    Holiday.objects.create(date=dt.date(2026, 11, 20), kind="rest", name="停办")

    assert is_workday(dt.date(2026, 11, 20)) is False
    assert add_workdays(dt.date(2026, 11, 19), 1) == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-22", 0, "2026-11-23"),
        ("2026-10-01", 0, "2026-10-08"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-11-20", 15, "2026-12-11"),
    ],
)
def test_working_days_are_counted_from_the_next_day(start: str, days: int, expected: str) -> None:
    assert add_workdays(dt.date.fromisoformat(start), days) == dt.date.fromisoformat(expected)


def test_a_year_that_is_not_published_counts_monday_to_friday_and_says_so() -> None:
    assert calendar_known(dt.date(2040, 1, 4)) is False
    assert is_workday(dt.date(2040, 1, 4)) is True
    assert is_workday(dt.date(2040, 1, 7)) is False


def test_a_calendar_answers_as_the_single_questions_do() -> None:
    Holiday.objects.create(date=dt.date(2026, 11, 24), kind="rest", name="停办")
    start = dt.date(2026, 11, 20)

    calendar = Calendar(start)

    assert calendar.add(start, 5) == add_workdays(start, 5) == dt.date(2026, 11, 30)
    assert calendar.between(start, dt.date(2026, 11, 30)) == 5
    assert calendar.between(start, start) == 0
    with pytest.raises(DomainError):
        calendar.add(start, -1)
