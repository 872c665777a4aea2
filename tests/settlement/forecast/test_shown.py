"""预测的说法: in how many days, on which day, and what is said where nothing can be."""

from __future__ import annotations

import datetime as dt

import pytest

from settlement.forecast.outlooks import Running
from settlement.forecast.rules import Outlook, Pace
from settlement.forecast.shown import reached
from settlement.quotas.rules import Level

TODAY = dt.date(2026, 11, 20)
OUTLOOK = Outlook(Pace(10, 30, 400_000, 900_000), 1_000_000, 70, 90)


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [
        (0, "已达到", "bad"),
        (2, "预计已到（11月19日）", "bad"),  # the cases reach until the 17th
        (3, "预计今天（11月20日）", "bad"),
        (4, "1 天后（11月21日）", "bad"),
        (13, "10 天后（11月30日）", "bad"),
        (None, "本月不会", ""),
    ],
)
def test_days_are_told_from_today(days: int | None, text: str, tone: str) -> None:
    found = reached(days, OUTLOOK, Running(TODAY, dt.date(2026, 11, 17)), Level.RED)

    assert (found.text, found.tone) == (text, tone)


def test_without_a_quota_or_anything_to_go_by_that_is_said() -> None:
    running = Running(TODAY, None)

    assert reached(None, Outlook(Pace(0, 30, 0), None, 70, 90), running, Level.RED).text == "没有额度"
    assert reached(None, Outlook(Pace(0, 30, 0), 100, 70, 90), running, Level.RED).text == "无从预测"


def test_a_month_of_which_nothing_is_loaded_is_known_until_the_day_before_it() -> None:
    running = Running(TODAY, None)

    assert (running.day, running.days, running.known_until) == (0, 30, dt.date(2026, 10, 31))
    assert running.told == "本月还没有导入结算明细，只按以往月份预测。"
    assert Running(TODAY, TODAY).told == "本月明细录到今天。"
    assert Running(TODAY, dt.date(2026, 11, 3)).told == "本月明细录到 11月3日，从那一天往后预测。"
