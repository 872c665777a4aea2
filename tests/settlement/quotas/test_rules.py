"""The arithmetic of quotas, by numbers written out by hand."""

from decimal import Decimal

import pytest

from settlement.quotas import rules
from settlement.quotas.rules import Level


def test_the_average_is_rounded_half_up_to_the_fen() -> None:
    assert rules.average([100, 101]) == 101
    assert rules.average([100, 100, 101]) == 100
    assert rules.average([100, 101, 101]) == 101
    assert rules.average([-300, 100]) == 0


def test_the_quota_is_the_shown_average_times_the_factor() -> None:
    assert rules.quota(101, Decimal("2")) == 202
    assert rules.quota(101, Decimal("1.5")) == 152
    assert rules.quota(10**15 + 1, Decimal("1.25")) == 1_250_000_000_000_001


def test_the_base_months_lie_in_the_year_before() -> None:
    assert rules.base_periods(2027, [12, 10, 11]) == ["202610", "202611", "202612"]


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (6999, Level.NONE),
        (7000, Level.YELLOW),
        (7001, Level.YELLOW),
        (8999, Level.YELLOW),
        (9000, Level.RED),
        (9001, Level.RED),
        (0, Level.NONE),
        (-1, Level.NONE),
    ],
)
def test_a_warning_begins_at_its_percent(used: int, expected: Level) -> None:
    assert rules.level(used, 10_000, 70, 90) == expected


def test_use_without_a_quota_is_red() -> None:
    assert rules.level(1, 0, 70, 90) == Level.RED
    assert rules.level(0, 0, 70, 90) == Level.NONE
