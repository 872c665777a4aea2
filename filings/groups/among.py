"""同一名单里的行: what rows of one file do to each other, whichever of them stands first. Pure.

Of rows that each could be taken in alone none goes before another because of its place in the file: those
that are one filing twice, share days at one place, or bear one external number are all refused, each naming
the others, and whoever wrote the file says which one is meant [P].
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from filings.groups.judge import Candidate, share_days
from filings.people.parse import RowRefused

NAMED = 3  # so many other rows are named in a sentence
NEAR = 8  # a row is set against so many before it in time, and the one that lasts longest

Clashes = dict[int, RowRefused]


def clashes_among(candidates: Sequence[Candidate]) -> Clashes:
    """Line → why it cannot stand beside other rows of the file; empty when all can."""
    return _shared_days(candidates) | _same_numbers(candidates)


def _same_numbers(candidates: Iterable[Candidate]) -> Clashes:
    """One external number of a channel on several rows."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in candidates:
        if one.row.external_no:
            rows[one.row.external].append(one.line_no)
    return {
        line: RowRefused(
            "duplicate_in_file",
            "external_no",
            f"与{_named(lines, line)}是同一渠道的同一个外部编号，几行都没有收，请各用各的编号，或只留一行。",
        )
        for lines in rows.values()
        if len(lines) > 1
        for line in lines
    }


def _shared_days(candidates: Iterable[Candidate]) -> Clashes:
    """Rows of one person, place and kind that have a day in common."""
    stays: dict[object, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if one.judged.validity is not None:
            stays[one.stay].append(one)
    found: Clashes = {}
    for rows in stays.values():
        if len(rows) > 1:
            found |= _refusals(rows)
    return found


def _refusals(rows: list[Candidate]) -> Clashes:
    by_line = {one.line_no: one for one in rows}
    found = {}
    for line, others in _partners(rows).items():
        twice = [other for other in others if _is_same_filing(by_line[line], by_line[other])]
        if twice:
            told = f"与{_named(twice, line)}是同一份备案，几行都没有收，请只留一行。"
            found[line] = RowRefused("duplicate_in_file", "cert_no", told)
        else:
            what = "是同一人、同一就医地的同类备案，有效期重叠"
            told = f"与{_named(others, line)}{what}，几行都没有收，请只留一行。"
            found[line] = RowRefused("overlapping", "begins_on", told)
    return found


def _partners(rows: list[Candidate]) -> dict[int, list[int]]:
    """Line → lines of rows that share a day with it; at least one of them for every row that has any.

    In the order of their begin a row shares a day with an earlier one exactly when it does with the one that
    lasts longest so far; of the others only the nearest are asked, so that a long file stays quick to check.
    """
    ordered = sorted(rows, key=lambda one: (_begin(one), _end(one), one.line_no))
    found: dict[int, list[int]] = defaultdict(list)
    longest = ordered[0]
    for index, one in enumerate(ordered[1:], 1):
        before = {other.line_no: other for other in (longest, *ordered[max(0, index - NEAR) : index])}
        for other in before.values():
            if _share_days(one, other):
                found[one.line_no].append(other.line_no)
                found[other.line_no].append(one.line_no)
        longest = max(longest, one, key=_end)
    return found


def _begin(one: Candidate) -> dt.date:
    span = one.judged.validity
    return span.begins_on if span is not None else dt.date.min


def _end(one: Candidate) -> dt.date:
    span = one.judged.validity
    return span.ends_on if span is not None and span.ends_on is not None else dt.date.max


def _share_days(one: Candidate, other: Candidate) -> bool:
    return share_days(_begin(one), _end(one), _begin(other), _end(other))


def _is_same_filing(one: Candidate, other: Candidate) -> bool:
    """The same begin, unless two numbers of the channel tell them apart."""
    numbered = one.row.external_no and other.row.external_no
    return one.row.entry.begins_on == other.row.entry.begins_on and not numbered


def _named(lines: Iterable[int], but: int) -> str:
    """第 3、7、9 行, or 第 3、7、9 等 12 行."""
    others = sorted(set(lines) - {but})
    shown = "、".join(map(str, others[:NAMED]))
    return f"第 {shown} 行" if len(others) <= NAMED else f"第 {shown} 等 {len(others)} 行"
