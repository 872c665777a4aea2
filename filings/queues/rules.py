"""承办: who may hold a filing, and how a due day is told; pure."""

from __future__ import annotations

import datetime as dt

from filings.filing.states import FilingState

S = FilingState
FAR = 31


def may_hold(state: FilingState, *, takes_in: bool, reviews: bool) -> bool:
    """Whether somebody with these rights can do something about a filing in this state [P].

    Whoever takes in may hold any that is in work; whoever only reviews holds what waits for its review.
    """
    return takes_in or (reviews and state == S.UNDER_REVIEW)


def due_words(due_on: dt.date | None, on: dt.date) -> str:
    """今天到期, 还有 3 天, 已超 2 天; empty without a due day, and while it is more than a month away."""
    if due_on is None:
        return ""
    days = (due_on - on).days
    if days > FAR:
        return ""
    if days == 0:
        return "今天到期"
    return f"还有 {days} 天" if days > 0 else f"已超 {-days} 天"
