"""周转金预测: the arithmetic, against numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from settlement.forecast.rules import (
    Delay,
    Miss,
    Outlook,
    Pace,
    Past,
    average,
    days_until,
    expected_use,
    mean_error_permille,
    misses,
    month_end,
    permille_text,
)
from settlement.quotas.rules import Level

# Day 10 of 30: 4,000.00 so far (400.00 a day); a month is usually 9,000.00 (300.00 a day).
# A day is expected to bring (400 × 10 + 300 × 20) ÷ 30 = 333.33…; the month 4,000 + 20 × 333.33… = 10,666.67.
TENTH = Pace(day=10, days=30, accrued_fen=400_000, usual_fen=900_000)


def test_a_day_weighs_what_was_and_what_is_usual_by_the_days() -> None:
    assert TENTH.per_day == Fraction(100_000, 3)
    assert month_end(TENTH) == 1_066_667


@pytest.mark.parametrize(
    ("pace", "end"),
    [
        (Pace(0, 31, 0, 620_000), 620_000),  # before the first day: as usual
        (Pace(15, 30, 300_000), 600_000),  # no signed month: as until now
        (Pace(30, 30, 777_701, 1), 777_701),  # the last day: what there is
        (Pace(20, 30, 0, 300_000), 33_333),  # nothing so far: 100.00 × 10 ÷ 30 a day for ten days
        (Pace(10, 30, -60_000, 0), -100_000),  # more taken back than settled: −20.00 a day for 20 days
        (Pace(0, 30, 0), None),
    ],
)
def test_the_end_of_the_month(pace: Pace, end: int | None) -> None:
    assert month_end(pace) == end


@pytest.mark.parametrize(
    ("percent", "quota", "days"),
    [
        (70, 1_000_000, 9),  # 7,000.00 − 4,000.00 = 3,000.00 = nine days of 333.33… exactly
        (70, 1_000_001, 10),  # one fen of quota more: the tenth day
        (90, 1_000_000, 15),
        (70, 571_428, 0),  # 4,000.00 is 70.00005 %
        (70, 571_429, 1),  # 69.99993 %
        (100, 1_066_666, 20),  # on the last day of the month
        (100, 1_066_667, None),  # a third of a fen short of it
        (70, 0, 0),
    ],
)
def test_the_days_until_a_line_are_exact_at_the_edge(percent: int, quota: int, days: int | None) -> None:
    assert days_until(percent, quota, TENTH) == days


def test_nothing_to_go_by_gives_no_day() -> None:
    assert days_until(70, 100, Pace(0, 30, 0)) is None
    assert days_until(70, 0, Pace(12, 30, 0, 0)) is None


def test_a_larger_quota_puts_the_line_off() -> None:
    quotas = (800_000, 1_000_000, 1_200_000)

    assert [days_until(70, quota, TENTH) for quota in quotas] == [5, 9, 14]  # 4.8, 9, 13.2 days


def test_a_payment_that_is_late_takes_up_the_quota_until_it_is_there() -> None:
    late = Delay(open_fen=200_000, arrives_in=5)

    # 6,000.00 now; with two days more 6,666.67, with three 7,000.00: the line; without it on the ninth day
    assert days_until(70, 1_000_000, TENTH, [late]) == 3
    assert days_until(70, 1_000_000, TENTH, [Delay(200_000, arrives_in=3)]) == 9  # there before it matters
    assert expected_use(TENTH, 4, [late]) == 600_000 + Fraction(400_000, 3)
    assert expected_use(TENTH, 5, [late]) == 400_000 + Fraction(500_000, 3)


def test_the_usual_month_is_rounded_half_up() -> None:
    assert average([100, 101]) == 101
    assert average([1, 1, 2]) == 1
    assert average([]) is None


def test_what_it_would_have_said_stands_against_what_came() -> None:
    months = [
        Past("202608", TENTH, 1_000_000),
        Past("202609", Pace(10, 30, 300_000, 900_000), 950_000),  # 300.00 a day: 9,000.00
        Past("202610", Pace(0, 31, 0), 500_000),  # nothing to go by
    ]

    found = misses(months)

    assert found == [
        Miss("202608", 10, 400_000, 1_066_667, 1_000_000),
        Miss("202609", 10, 300_000, 900_000, 950_000),
    ]
    assert [miss.error_fen for miss in found] == [66_667, -50_000]
    assert mean_error_permille(found) == 60  # 1,166.67 of 19,500.00: 59.83 thousandths
    assert [permille_text(miss.permille) for miss in found] == ["6.7%", "-5.3%"]
    assert mean_error_permille([]) is None
    assert permille_text(mean_error_permille(found)) == "6.0%" and permille_text(None) == ""


def test_what_stood_before_the_first_day_is_used_but_not_expected_again() -> None:
    """4,000.00 so far, of which 1,000.00 at the beginning: 300.00 a day, as is usual."""
    pace = Pace(day=10, days=30, accrued_fen=400_000, usual_fen=900_000, opening_fen=100_000)

    assert pace.per_day == 30_000
    assert month_end(pace) == 1_000_000
    assert month_end(Pace(0, 30, 100_000, 900_000, 100_000)) == 1_000_000


def test_an_outlook_says_how_it_stands_and_where_it_leads() -> None:
    outlook = Outlook(TENTH, 1_000_000, 70, 90)

    assert (outlook.use.text, outlook.use.level) == ("40.00%", Level.NONE)
    assert outlook.end is not None
    assert (outlook.end_fen, outlook.end.text, outlook.end.level) == (1_066_667, "106.66%", Level.RED)
    assert (outlook.to_yellow, outlook.to_red) == (9, 15)


def test_without_a_quota_no_line_is_reached_but_the_month_is_told() -> None:
    outlook = Outlook(TENTH, None, 70, 90)

    assert (outlook.to_yellow, outlook.to_red, outlook.end_fen) == (None, None, 1_066_667)
    assert outlook.use.text == "没有额度"
    assert Outlook(Pace(0, 30, 0), 100, 70, 90).end is None


def test_what_is_not_paid_by_the_last_day_is_in_the_months_end() -> None:
    late = (Delay(200_000, arrives_in=21), Delay(50_000, arrives_in=20))

    assert Outlook(TENTH, 1_000_000, 70, 90, late).end_fen == 1_266_667  # the second is there on the 20th day
