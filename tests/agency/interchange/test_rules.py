"""已用的不改写: the days and fields that an import may touch."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.interchange.rules import Span, clash, ends_in_the_past, rewritten

TODAY = dt.date(2026, 11, 20)
D = dt.date


@pytest.mark.parametrize(
    ("begins", "kept"),
    [(D(2000, 1, 1), ["value"]), (TODAY, ["value"]), (D(2026, 11, 21), [])],
)
def test_what_has_begun_keeps_its_policy(begins: dt.date, kept: list[str]) -> None:
    assert rewritten(begins, TODAY, ["value", "source"], {"source"}) == kept


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (None, D(2026, 12, 31), False),
        (None, D(2026, 11, 19), False),  # the new row begins today
        (None, D(2026, 11, 18), True),
        (D(2026, 12, 31), None, False),
        (D(2026, 10, 31), None, True),  # what had ended would have been in force
        (D(2026, 10, 31), D(2026, 10, 30), True),
    ],
)
def test_days_gone_by_stay_as_they_were(before: dt.date, after: dt.date, refused: bool) -> None:
    assert ends_in_the_past(before, after, TODAY) is refused


def test_rows_clash_only_where_the_file_touches_them() -> None:
    old = Span(D(2000, 1, 1), None)
    new = Span(D(2027, 1, 1), None, line_no=3)
    closed = Span(D(2000, 1, 1), D(2026, 12, 31), line_no=2)

    assert clash([new, old]) == (old, new)
    assert clash([new, closed]) is None
    assert clash([old, Span(D(2010, 1, 1), None)]) is None
    assert clash([Span(D(2000, 1, 1), D(2027, 1, 1), line_no=2), new]) is not None
