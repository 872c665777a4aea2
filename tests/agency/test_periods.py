"""Months as six digits."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agency.periods import (
    first_day,
    is_period,
    last_day,
    months_between,
    next_period,
    period_label,
    period_of,
    previous_period,
    shifted,
)

days = st.dates(date(2000, 1, 1), date(2999, 11, 30))


@pytest.mark.parametrize("text", ["202610", "200001", "299912"])
def test_year_and_month_are_a_period(text: str) -> None:
    assert is_period(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "202600",
        "202613",
        "2026-10",
        "20261",
        "2026100",
        "２０２６１０",
        "199912",
        "20261x",
        " 202610",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_period(text)


def test_a_day_lies_in_its_month() -> None:
    assert period_of(date(2026, 10, 31)) == "202610"
    assert period_of(datetime(2026, 1, 1, 0, 0)) == "202601"  # noqa: DTZ001


def test_a_moment_with_a_zone_is_taken_at_its_shanghai_date() -> None:
    assert period_of(datetime(2026, 10, 31, 16, 30, tzinfo=UTC)) == "202611"
    assert period_of(datetime(2026, 10, 31, 15, 30, tzinfo=UTC)) == "202610"


@pytest.mark.parametrize(
    ("period", "following", "start", "end", "label"),
    [
        ("202610", "202611", date(2026, 10, 1), date(2026, 10, 31), "2026年10月"),
        ("202612", "202701", date(2026, 12, 1), date(2026, 12, 31), "2026年12月"),
        ("202702", "202703", date(2027, 2, 1), date(2027, 2, 28), "2027年2月"),
        ("202802", "202803", date(2028, 2, 1), date(2028, 2, 29), "2028年2月"),
    ],
)
def test_a_month_knows_its_neighbours_and_days(
    period: str, following: str, start: date, end: date, label: str
) -> None:
    assert next_period(period) == following
    assert previous_period(following) == period
    assert first_day(period) == start
    assert last_day(period) == end
    assert period_label(period) == label


def test_months_are_counted_across_the_year() -> None:
    assert shifted("202611", 2) == "202701"
    assert shifted("202602", -3) == "202511"
    assert months_between("202611", "202701") == 2
    assert months_between("202701", "202611") == -2


@given(days)
@settings(max_examples=100)
def test_every_day_lies_between_first_and_last_of_its_period(day: date) -> None:
    period = period_of(day)

    assert first_day(period) <= day <= last_day(period)
    assert period_of(last_day(period)) == period
    assert period_of(first_day(next_period(period))) == next_period(period)


@pytest.mark.parametrize("call", [next_period, previous_period, period_label, first_day, last_day])
def test_what_is_no_period_is_refused(call) -> None:
    with pytest.raises(ValueError, match="不是期别"):
        call("202613")
