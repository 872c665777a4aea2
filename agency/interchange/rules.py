"""已用的不改写: what may still change of a row that has begun, and how dated rows follow each other [P]."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)
LAST_RESORT = "确实录错的，请在后台管理的该条记录上更正，并写明更正原因"


@dataclass(frozen=True)
class Span:
    """One dated row of a series; `line_no` where the file touches it, else None. Both ends inclusive."""

    begins: dt.date
    ends: dt.date | None
    line_no: int | None = None


def rewritten(begins: dt.date, today: dt.date, changed: Iterable[str], free: Collection[str]) -> list[str]:
    """The changed fields that a row which has begun must keep; `free` may change at any time."""
    return [] if begins > today else [name for name in changed if name not in free]


def ends_in_the_past(before: dt.date | None, after: dt.date | None, today: dt.date) -> bool:
    """Whether another end changes which of the days before today a row covers."""
    yesterday = today - ONE_DAY
    return min(before or yesterday, yesterday) != min(after or yesterday, yesterday)


def how_to_change(begins: dt.date, today: dt.date) -> str:
    """What to do in place of rewriting a row that has begun."""
    return (
        f"这一行从 {begins} 起已经在用，不能改写：请把它的失效日期填为新规定的前一天"
        f"（不早于 {today - ONE_DAY}），"
        f"再另加一行，写新的生效日期。{LAST_RESORT}。"
    )


def reason_wanted(begins: dt.date, titles: Sequence[str]) -> str:
    """What the page of a row that has begun says when it is rewritten without a reason."""
    return (
        f"这一行从 {begins} 起已经在用，改写了{'、'.join(titles)}：规定有变化的，"
        "请把失效日期填为新规定的前一天，再另加一行；确系录错的，请写明更正原因。"
    )


def clash(spans: Iterable[Span]) -> tuple[Span, Span] | None:
    """Two rows of a series that share a day, at least one of them from the file; the earlier one first."""
    ordered = sorted(spans, key=lambda span: span.begins)
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            shares = one.ends is None or one.ends >= other.begins
            if shares and (one.line_no or other.line_no):
                return one, other
    return None
