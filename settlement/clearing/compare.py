"""清算表比对: a sheet that the other side sent (CSV or XLSX, as we would export it) beside ours.

Lines meet by what they are about (counterpart, insurance type, kind of care …), never by their place. A name
may be written as 长春市, 长春 or 220100. Titles and signatures are passed over, sums are checked against
their own lines and against ours; nothing is rounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agency.sheets.declare import SUMMED, Column, Kind, Value
from agency.sheets.filled import Line, LineKind, SheetData
from agency.sheets.filled import Row as SheetRow
from agency.tabular.read import Source
from agency.tabular.values import to_text
from settlement.clearing.models import DifferenceKind
from settlement.clearing.their_sheet import (
    KEYS,
    NOT_COMPARED,
    Difference,
    Key,
    TheirLine,
    TheirSheet,
    party_aliases,
    plain_text,
    read_sheet,
)


@dataclass(frozen=True)
class Comparison:
    """`lines` counts the lines of their file. No difference: both say the same in the columns that were
    compared; `not_compared` are the headings of those that their file lacks, `lacks_figures` whether figures
    are among them."""

    lines: int
    differences: list[Difference]
    not_compared: tuple[str, ...] = ()
    lacks_figures: bool = False


def compare(ours: SheetData, source: Source, filename: str) -> Comparison:
    """Read their sheet and set it beside ours. DomainError when the file is no such sheet at all."""
    aliases = party_aliases(ours.sheet)
    theirs = read_sheet(ours.sheet, source, filename, aliases)
    found = [*theirs.unreadable, *_differences(ours, theirs, aliases), *_sums(ours, theirs)]
    return Comparison(
        len(theirs.lines) + len(theirs.unread),
        found,
        tuple(column.heading for column in theirs.not_compared),
        any(column.is_totalled for column in theirs.not_compared),
    )


# --- side by side -------------------------------------------------------------------------------------------


def _differences(ours: SheetData, theirs: TheirSheet, aliases: Mapping[str, str]) -> Iterator[Difference]:
    given: dict[Key, list[TheirLine]] = defaultdict(list)
    for their_line in theirs.lines:
        given[their_line.key].append(their_line)
    mine: dict[Key, list[dict[str, Value]]] = defaultdict(list)
    for line in ours.row_lines():
        values = {c.key: _normal(c, line.values[c.key], aliases) for c in ours.sheet.leaves}
        key = tuple(str(values[name] or "") for name in KEYS[ours.sheet.form])
        if _is_counted(line) or key in given:  # 月均 stands on paper, not in a CSV
            mine[key].append(values)
    for key in theirs.unread:  # named already; not missing as well
        if mine.get(key):
            mine[key].pop(0)
    for key in [*mine, *(key for key in given if key not in mine)]:
        yield from _of_key(key, mine.get(key, []), given.get(key, []), theirs.columns)


def _is_counted(line: Line) -> bool:
    return line.row is not None and line.row.counted


def _normal(column: Column, value: Value, aliases: Mapping[str, str]) -> Value:
    """As a cell of their file is read: an empty figure is nil."""
    if not isinstance(value, str):
        return value
    return plain_text(column.key, to_text(value), aliases) if value or column.kind not in SUMMED else 0


def _of_key(
    key: Key, mine: list[dict[str, Value]], given: list[TheirLine], columns: Sequence[Column]
) -> Iterator[Difference]:
    """Lines about the same thing: equal ones meet first, the rest in order; what is left over is named."""
    name = " ".join(text for text in key if text)
    compared = [column for column in columns if column.key not in NOT_COMPARED]
    rest_of_ours, rest_of_theirs = list(mine), []
    for line in given:
        same = next((v for v in rest_of_ours if all(v[c.key] == line.values[c.key] for c in compared)), None)
        if same is None:
            rest_of_theirs.append(line)
        else:
            rest_of_ours.remove(same)
    for values, line in zip(rest_of_ours, rest_of_theirs, strict=False):
        yield from _of_line(name, values, line, compared)
    for values in rest_of_ours[len(rest_of_theirs) :]:
        yield Difference(DifferenceKind.ONLY_OURS, name, ours=_summary(values, compared))
    is_known = bool(mine)
    for line in rest_of_theirs[len(rest_of_ours) :]:
        kind = DifferenceKind.DUPLICATE if is_known else DifferenceKind.ONLY_THEIRS
        is_known = True
        yield Difference(kind, name, theirs=_summary(line.values, compared), place=line.place)


def _of_line(
    name: str, values: dict[str, Value], line: TheirLine, compared: Sequence[Column]
) -> Iterator[Difference]:
    for column in compared:
        ours, theirs = values[column.key], line.values[column.key]
        if ours != theirs:
            yield Difference(
                DifferenceKind.DIFFERS,
                name,
                column.heading,
                column.text(ours),
                column.text(theirs),
                line.places[column.key],
            )


def _summary(values: Mapping[str, Value], columns: Sequence[Column]) -> str:
    """The line's last amount, as a hint of its weight."""
    column = next(column for column in reversed(columns) if column.kind is Kind.MONEY)
    return f"{column.heading} {column.text(values[column.key])}"


# --- sums ---------------------------------------------------------------------------------------------------


def _sums(ours: SheetData, theirs: TheirSheet) -> Iterator[Difference]:
    """A sum in their file that is not ours, or not that of their own lines."""
    keys = KEYS[ours.sheet.form]
    apart = {tuple(line.values[name] for name in keys) for line in ours.row_lines() if not _is_counted(line)}
    rows = tuple(SheetRow(line.place, line.values, counted=line.key not in apart) for line in theirs.lines)
    our_sums, their_sums = _sums_of(ours), _sums_of(replace(ours, rows=rows))
    columns = {column.key: column for column in theirs.columns}
    for found in theirs.sums:
        for key, value in found.values.items():
            column, place = columns[key], found.places[key]
            mine = our_sums.get(found.label, {}).get(key)
            added = their_sums.get(found.label, {}).get(key)
            if mine is not None and value != mine:
                shown = column.text(mine)
            elif added is not None and value != added and not theirs.unread:
                shown = f"对方各行之和 {column.text(added)}"
            else:
                continue
            kind = DifferenceKind.DIFFERS
            yield Difference(kind, found.label, column.heading, shown, column.text(value), place)


def _sums_of(data: SheetData) -> dict[str, Mapping[str, Value]]:
    """Sub-totals and the total, by label."""
    return {line.label: line.values for line in data.lines() if line.kind is not LineKind.ROW}
