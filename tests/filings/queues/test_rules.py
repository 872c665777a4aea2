"""Who may hold a filing, and how a due day is told."""

import datetime as dt

import pytest

from filings.filing.states import FilingState
from filings.queues.rules import due_words, may_hold

S = FilingState
ON = dt.date(2026, 11, 20)


@pytest.mark.parametrize("state", [S.DRAFT, S.UNDER_REVIEW, S.AWAITING_SUPPLEMENT, S.IN_FORCE])
def test_a_filing_is_held_by_whoever_can_do_something_about_it(state: FilingState) -> None:
    assert may_hold(state, takes_in=True, reviews=False)
    assert may_hold(state, takes_in=False, reviews=True) is (state == S.UNDER_REVIEW)
    assert not may_hold(state, takes_in=False, reviews=False)


@pytest.mark.parametrize(
    ("days", "words"), [(0, "今天到期"), (1, "还有 1 天"), (31, "还有 31 天"), (32, ""), (-2, "已超 2 天")]
)
def test_a_due_day_is_told_in_words(days: int, words: str) -> None:
    assert due_words(ON + dt.timedelta(days=days), ON) == words


def test_without_a_due_day_nothing_is_told() -> None:
    assert due_words(None, ON) == ""
