"""The arithmetic of quotas, by numbers written out by hand."""

from decimal import Decimal

import pytest

from settlement.quotas import rules
from settlement.quotas.rules import Level, Use


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


@pytest.mark.parametrize(
    ("used", "quota", "told", "expected"),
    [
        (69_990, 100_000, "69.99%", Level.NONE),
        (69_999, 100_000, "69.99%", Level.NONE),
        (70_000, 100_000, "70.00%", Level.YELLOW),
        (70_010, 100_000, "70.01%", Level.YELLOW),
        (89_990, 100_000, "89.99%", Level.YELLOW),
        (90_000, 100_000, "90.00%", Level.RED),
        (90_010, 100_000, "90.01%", Level.RED),
        (130_000, 100_000, "130.00%", Level.RED),
        (1, 3, "33.33%", Level.NONE),
        (10**15, 10**15 + 1, "99.99%", Level.RED),
        (-5, 100, "0.00%", Level.NONE),
        (1, 0, "额度为零", Level.RED),
        (0, 0, "0.00%", Level.NONE),
        (100, None, "没有额度", Level.NONE),
    ],
)
def test_a_rate_is_cut_off_so_that_an_edge_is_shown_when_it_is_reached(
    used: int, quota: int | None, told: str, expected: Level
) -> None:
    use = Use(used, quota, 70, 90)

    assert (use.text, use.level) == (told, expected)


def test_together_sums_use_and_quotas() -> None:
    first, second = Use(300, 1000, 70, 90), Use(500, 1000, 70, 90)
    none = Use(100, None, 70, 90)

    assert rules.together([first, second]) == Use(800, 2000, 70, 90)
    assert rules.together([first, none]) == Use(400, 1000, 70, 90)
    assert rules.together([none]).text == "没有额度"
