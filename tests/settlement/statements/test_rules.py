"""When a month is reconciled, and how late."""

from __future__ import annotations

import datetime as dt

import pytest

from settlement.statements.rules import days_late, deadline, payable


def test_payable_is_funds_and_account_less_deductions() -> None:
    assert payable(56000, 14000, 10000) == 60000
    assert payable(0, 0, 500) == -500


@pytest.mark.parametrize(
    ("period", "day", "until"),
    [
        ("202610", 20, dt.date(2026, 11, 20)),
        ("202612", 20, dt.date(2027, 1, 20)),
        ("202701", 31, dt.date(2027, 2, 28)),
    ],
)
def test_the_deadline_is_a_day_of_the_next_month(period: str, day: int, until: dt.date) -> None:
    assert deadline(period, day) == until


def test_lateness_ends_with_the_answer() -> None:
    due, today = dt.date(2026, 11, 20), dt.date(2026, 11, 29)

    assert days_late(due, None, today) == 9
    assert days_late(due, dt.date(2026, 11, 22), today) == 2
    assert days_late(due, dt.date(2026, 11, 20), today) == 0
