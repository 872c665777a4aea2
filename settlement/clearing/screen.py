"""A sheet on screen: every figure leads to what is behind it, long headings take two lines, parties stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from agency.policy.insurance import InsuranceType
from agency.sheets.as_html import Cell, Heading, Table, TableLine, table
from agency.sheets.declare import Column
from agency.sheets.filled import Line, LineKind, SheetData
from settlement.clearing.sheets import DIRECTIONS
from settlement.deductions.models import DeductionKind

ONE_LINE = 5  # letters of a heading that does not break
BREAK = mark_safe("<br>")
PARTIES = frozenset({"region", "counterpart"})

Link = Callable[[str, Column], str]


def screen_table(data: SheetData, url: str) -> Table:
    """The table of a sheet for its page; `url` is where figures lead, with row and column ("": nowhere)."""
    return pinned(_linked(data, url), data)


def pinned(drawn: Table, data: SheetData) -> Table:
    """The table with the party's column in sight while it is scrolled."""
    at = next(place for place, column in enumerate(data.sheet.leaves) if column.key in PARTIES)
    return replace(
        drawn,
        head=tuple(tuple(_shown(heading, at, data) for heading in row) for row in drawn.head),
        body=tuple(_pinned(line, at) for line in drawn.body),
        total=drawn.total and _pinned(drawn.total, at),
    )


def _shown(heading: Heading, at: int, data: SheetData) -> Heading:
    pieces = heading.pieces if len(heading.title) > ONE_LINE else (heading.title,)
    title = format_html_join(BREAK, "{}", ((piece,) for piece in pieces))
    pin = heading.title == data.sheet.leaves[at].title
    return replace(heading, title=title, classes=f"{heading.classes} pin".strip() if pin else heading.classes)


def _pinned(line: TableLine, at: int) -> TableLine:
    """The party's cell stays in sight when the table is scrolled; in a line of sums, its label."""
    place = 0 if line.cells[0].columns > 1 else at

    def shown(cell: Cell) -> Cell:
        return replace(cell, classes=f"{cell.classes} pin".strip())

    cells = (shown(cell) if here == place else cell for here, cell in enumerate(line.cells))
    return replace(line, cells=tuple(cells))


def _linked(data: SheetData, url: str) -> Table:
    """The table with its figures as links."""

    def link(row_key: str, column: Column) -> str:
        if not url or not column.is_totalled:
            return ""
        return f"{url}?{urlencode({'row': row_key, 'column': column.key})}"

    leaves = data.sheet.leaves
    rows = tuple(
        replace(row, links={column.key: link(row.key, column) for column in leaves}) for row in data.rows
    )
    drawn = table(replace(data, rows=rows))
    lines = [line for line in data.lines() if line.kind is not LineKind.TOTAL]
    body = tuple(
        linked_sums(drawn_line, data, line, link) if line.kind is LineKind.SUBTOTAL else drawn_line
        for drawn_line, line in zip(drawn.body, lines, strict=True)
    )
    total = drawn.total and linked_sums(drawn.total, data, None, link)
    return replace(drawn, body=body, total=total)


def linked_sums(drawn: TableLine, data: SheetData, line: Line | None, link: Link) -> TableLine:
    """A line of sums: its label, then a linked cell for each column that is summed."""
    key = _sum_key(line.label) if line else ""
    columns = data.sheet.leaves[data.sheet.lead :]
    label, *sums = drawn.cells
    cells = (replace(cell, url=link(key, column)) for cell, column in zip(sums, columns, strict=True))
    return replace(drawn, cells=(label, *cells))


def _sum_key(label: str) -> str:
    """The row key of a sub-total, from its label: 职工小计 → `employee`, 应收审核扣款小计 → `in|audit…`."""
    text = label.removesuffix("小计")
    for code, direction in DIRECTIONS.items():
        if text.startswith(direction):
            rest = {str(kind.label): kind.value for kind in DeductionKind}.get(
                text.removeprefix(direction), ""
            )
            return f"{code}|{rest}" if rest else code
    return {str(kind.label): kind.value for kind in InsuranceType}.get(text, "")
