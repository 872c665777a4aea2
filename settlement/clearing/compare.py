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
class Apart:
    """行不同: one line on which the two sides do not agree, with what each has in the columns that were
    compared; None: it has no such line."""

    kind: DifferenceKind
    name: str
    columns: Sequence[Column]
    ours: Mapping[str, Value] | None
    theirs: TheirLine | None

    @property
    def differing(self) -> list[Column]:
        """The columns that differ, where both have the line."""
        if self.ours is None or self.theirs is None:
            return []
        ours, theirs = self.ours, self.theirs.values
        return [column for column in self.columns if ours[column.key] != theirs[column.key]]

    def told(self) -> Iterator[Difference]:
        """It cell by cell; a line that one side lacks as one, with a hint of its weight."""
        if self.ours is not None and self.theirs is not None:
            theirs = self.theirs
            for column in self.differing:
                shown, given = column.text(self.ours[column.key]), column.text(theirs.values[column.key])
                place = theirs.places[column.key]
                yield Difference(self.kind, self.name, column.heading, shown, given, place)
        elif self.theirs is not None:
            summary = _summary(self.theirs.values, self.columns)
            yield Difference(self.kind, self.name, theirs=summary, place=self.theirs.place)
        elif self.ours is not None:
            yield Difference(self.kind, self.name, ours=_summary(self.ours, self.columns))


@dataclass(frozen=True)
class Beside:
    """Both sheets line by line: what differs, and how many lines are alike."""

    theirs: TheirSheet
    apart: list[Apart]
    alike: int
    sums: list[Difference]


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
    beside = set_beside(ours, source, filename)
    theirs = beside.theirs
    told = (difference for one in beside.apart for difference in one.told())
    found = [*theirs.unreadable, *told, *beside.sums]
    return Comparison(
        len(theirs.lines) + len(theirs.unread),
        found,
        tuple(column.heading for column in theirs.not_compared),
        any(column.is_totalled for column in theirs.not_compared),
    )


def set_beside(ours: SheetData, source: Source, filename: str, *, sort: bool = False) -> Beside:
    """Read their sheet and set it beside ours, line by line. `sort`: whatever the order of their lines, the
    same comes out. DomainError when the file is no such sheet at all."""
    aliases = party_aliases(ours.sheet)
    theirs = read_sheet(ours.sheet, source, filename, aliases)
    if sort:
        theirs.lines.sort(key=lambda line: (line.key, [str(value) for value in line.values.values()]))
    apart: list[Apart] = []
    alike = 0
    for same, different in _by_key(ours, theirs, aliases):
        alike += same
        apart += different
    return Beside(theirs, apart, alike, list(_sums(ours, theirs)))


# --- side by side -------------------------------------------------------------------------------------------


def _by_key(
    ours: SheetData, theirs: TheirSheet, aliases: Mapping[str, str]
) -> Iterator[tuple[int, list[Apart]]]:
    """For each thing that lines are about: how many are alike, and which are not."""
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
        yield _of_key(key, mine.get(key, []), given.get(key, []), theirs.columns)


def _is_counted(line: Line) -> bool:
    return line.row is not None and line.row.counted


def _normal(column: Column, value: Value, aliases: Mapping[str, str]) -> Value:
    """As a cell of their file is read: an empty figure is nil."""
    if not isinstance(value, str):
        return value
    return plain_text(column.key, to_text(value), aliases) if value or column.kind not in SUMMED else 0


def _of_key(
    key: Key, mine: list[dict[str, Value]], given: list[TheirLine], columns: Sequence[Column]
) -> tuple[int, list[Apart]]:
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
    alike = len(mine) - len(rest_of_ours)
    both = zip(rest_of_ours, rest_of_theirs, strict=False)
    apart = [Apart(DifferenceKind.DIFFERS, name, compared, values, line) for values, line in both]
    for values in rest_of_ours[len(rest_of_theirs) :]:
        apart.append(Apart(DifferenceKind.ONLY_OURS, name, compared, values, None))
    is_known = bool(mine)
    for line in rest_of_theirs[len(rest_of_ours) :]:
        kind = DifferenceKind.DUPLICATE if is_known else DifferenceKind.ONLY_THEIRS
        is_known = True
        apart.append(Apart(kind, name, compared, None, line))
    return alike, apart


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
            said = (column.heading, shown, column.text(value), place)
            yield Difference(kind, found.label, *said, line_no=found.line_no)


def _sums_of(data: SheetData) -> dict[str, Mapping[str, Value]]:
    """Sub-totals and the total, by label."""
    return {line.label: line.values for line in data.lines() if line.kind is not LineKind.ROW}
