"""HTML: the table on the screen and the print page, both from the one declaration.

`table(data)` is what `agency/sheets/_table.html` wants as `table`; `print_context(data)` is what the print
page wants, in the browser and under WeasyPrint. Templates only lay out what is worked out here.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from agency.sheets.declare import Column, Group, Kind
from agency.sheets.digest import qr_svg
from agency.sheets.filled import Line, LineKind, SheetData
from agency.sheets.fonts import PdfUnavailable
from agency.sheets.measure import layout

STYLESHEET = "css/forms.css"
SHANGHAI = ZoneInfo("Asia/Shanghai")
CLASSES = {Kind.SEQ: "n seq", Kind.TEXT: "", Kind.MARK: "mark", Kind.CODE: "code"}


@dataclass(frozen=True, slots=True)
class Heading:
    title: str
    pieces: tuple[str, ...]
    classes: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    classes: str = ""
    url: str = ""
    columns: int = 1


@dataclass(frozen=True, slots=True)
class TableLine:
    classes: str
    cells: tuple[Cell, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's table ready to be laid out: header rows, body lines, and the total line or None."""

    title: str
    head: tuple[tuple[Heading, ...], ...]
    body: tuple[TableLine, ...]
    total: TableLine | None
    shares: tuple[int, ...]
    half_points: int

    @property
    def width(self) -> int:
        return len(self.shares)


def as_html(data: SheetData) -> str:
    """The print page as a file that stands alone: its stylesheet travels inside the link."""
    style = base64.b64encode(stylesheet_text().encode()).decode()
    context = {**print_context(data), "css_href": f"data:text/css;base64,{style}"}
    return render_to_string("agency/sheets/print.html", context)


def print_page(data: SheetData) -> str:
    """The print page for the browser, with the site's own stylesheet."""
    return render_to_string("agency/sheets/print.html", print_context(data))


@cache
def stylesheet_text() -> str:
    """forms.css, which every printed form is set with."""
    path = finders.find(STYLESHEET)
    if not path:
        raise PdfUnavailable(f"样式文件 {STYLESHEET}", "重新部署程序")
    return Path(path).read_text(encoding="utf-8")


def table(data: SheetData) -> Table:
    """The table of a sheet, for the screen and for paper."""
    lines = data.lines()
    space = layout(data)
    return Table(
        title=data.title,
        head=_head(data),
        body=tuple(_line(data, line) for line in lines if line.kind is not LineKind.TOTAL),
        total=next((_line(data, line) for line in lines if line.kind is LineKind.TOTAL), None),
        shares=space.shares,
        half_points=space.half_points,
    )


def print_context(data: SheetData) -> dict[str, Any]:
    """What `agency/sheets/print.html` is given."""
    return {
        "data": data,
        "table": table(data),
        "annexes": [(annex, table(annex)) for annex in data.annexes],
        "signatures": [(role, data.signature(role)) for role in data.sheet.signatories],
        "created": created_text(data.as_of),
        **seal_context(data.code, data.verify_url),
    }


def form_context(
    *,
    form: str,
    title: str,
    number: str = "",
    copies: tuple[str, ...] = (),
    code: str | None = None,
    verify_url: str | None = None,
) -> dict[str, Any]:
    """What `agency/sheets/form.html` is given, beside what the form's own template needs.

    `form` is the form's number (a word for a paper that is not one of the twenty), `number` the record's;
    `copies` labels each copy (经办机构留存 …), none: one.
    """
    heading = {"form": form, "title": title, "number": number, "copies": copies or ("",)}
    return {**heading, "is_numbered": form[:1].isdigit(), **seal_context(code, verify_url)}


def seal_context(code: str | None, verify_url: str | None) -> dict[str, str]:
    """The verification code and its QR at the foot; empty on a paper that nothing vouches for."""
    return {
        "code": code or "",
        "verify_url": verify_url or "",
        "qr": mark_safe(qr_svg(verify_url)) if verify_url else "",  # our own drawing: paths only
    }


def created_text(at: datetime) -> str:
    """The moment inside a document, Shanghai time, to the second."""
    if at.utcoffset() is None:
        raise ValueError("the moment of a document needs a time zone")
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _head(data: SheetData) -> tuple[tuple[Heading, ...], ...]:
    sheet = data.sheet
    depth = 2 if sheet.is_grouped else 1
    upper: list[Heading] = []
    lower: list[Heading] = []
    for part in sheet.columns:
        if isinstance(part, Group):
            upper.append(Heading(part.title, (part.title,), "group", columns=len(part.columns)))
            lower += [_heading(column) for column in part.columns]
        else:
            upper.append(_heading(part, depth))
    return (tuple(upper), tuple(lower)) if lower else (tuple(upper),)


def _heading(column: Column, rows: int = 1) -> Heading:
    return Heading(column.title, column.heading_lines, _classes(column), rows=rows)


def _line(data: SheetData, line: Line) -> TableLine:
    if line.row is None:
        return TableLine(line.kind.value, _total_cells(data, line))
    marks = [name for name, on in (("apart", line.row.apart), ("aside", not line.row.counted)) if on]
    cells = tuple(_cell(column, line, url=line.row.links.get(column.key, "")) for column in data.sheet.leaves)
    return TableLine(" ".join(marks), cells, key=line.row.key)


def _total_cells(data: SheetData, line: Line) -> tuple[Cell, ...]:
    """The label over the leading columns, then each sum; blank where nothing is summed."""
    lead = data.sheet.lead
    rest = data.sheet.leaves[lead:]
    sums = tuple(_cell(column, line) if column.is_totalled else Cell("") for column in rest)
    return (Cell(line.label, "label", columns=lead), *sums)


def _cell(column: Column, line: Line, url: str = "") -> Cell:
    value = line.values.get(column.key)
    below = column.is_numeric and isinstance(value, int) and value < 0
    classes = f"{_classes(column)} neg" if below else _classes(column)
    return Cell(column.text(value), classes, url)


def _classes(column: Column) -> str:
    return CLASSES.get(column.kind, "n")
