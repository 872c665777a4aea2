"""XLSX: the sheet as it is printed, with real numbers, text identifiers and a print set-up.

Nothing in it is a formula or a link, and nothing tells when it was exported: the same data, the same bytes.
"""

import io
from bisect import bisect_left
from datetime import UTC
from fractions import Fraction
from itertools import accumulate
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from agency.sheets.declare import Column, Group, Kind, Value
from agency.sheets.filled import Line, LineKind, SheetData
from agency.sheets.measure import EM, column_ems

A4 = 9
MOST_EXACT_FEN = 10**15  # beyond fifteen digits a spreadsheet loses the last ones: such an amount is text
TITLE_ROW, HEADING_ROW, HEADER_ROW = 0, 1, 2
FONT, TITLE_FONT = "等线", "宋体"
FORMATS = {Kind.MONEY: "#,##0.00", Kind.COUNT: "#,##0", Kind.FACTOR: "0.00", Kind.CODE: "@", Kind.TEXT: "@"}
SIDES = {Kind.SEQ: "center", Kind.MARK: "center", Kind.TEXT: "left", Kind.CODE: "left"}
FILLS = {LineKind.SUBTOTAL: "#F2F5F6", LineKind.TOTAL: "#E3EAED"}


def as_xlsx(data: SheetData) -> bytes:
    """One worksheet named after the form, and one for each annex."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": 10},
    }
    with xlsxwriter.Workbook(out, options) as book:
        created = data.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties(
            {
                "title": data.title,
                "subject": data.period_label,
                "company": data.organisation,
                "created": created,
            }
        )
        for page in (data, *data.annexes):
            _Writer(book, page).write()
    return out.getvalue()


class _Writer:
    """Writes one sheet from top to bottom; `row` is where the next line goes."""

    def __init__(self, book: xlsxwriter.Workbook, data: SheetData) -> None:
        self.data = data
        self.leaves = data.sheet.leaves
        self.last = len(self.leaves) - 1
        self.needs = column_ems(data)
        self.book = book
        self.page: Worksheet = book.add_worksheet(data.sheet.label.replace(" ", ""))
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.row = 0

    def write(self) -> None:
        self._title()
        self._header()
        for line in self.data.lines():
            self._line(line)
        self._foot()
        self._set_up()

    def _title(self) -> None:
        data = self.data
        title = self._format(font_name=TITLE_FONT, font_size=16, align="center", valign="vcenter")
        self._across(TITLE_ROW, 0, self.last, data.title, title)
        self.page.set_row(TITLE_ROW, 30)
        draft = "（草稿）" if data.is_draft else ""
        texts = (
            ("left", f"编制单位：{data.organisation}"),
            ("center", f"期别：{data.period_label}{draft}"),
            ("right", f"{data.sheet.label}　单位：{data.sheet.unit}"),
        )
        for (side, text), (first, last) in zip(texts, self._heading_blocks(), strict=True):
            self._across(HEADING_ROW, first, last, text, self._format(align=side))

    def _heading_blocks(self) -> list[tuple[int, int]]:
        """Columns for 编制单位 (two fifths of the width), 期别 and 单位 (three tenths each)."""
        ends = list(accumulate(self.needs))
        left = min(bisect_left(ends, ends[-1] * 4 // 10), self.last - 2)
        middle = min(max(bisect_left(ends, ends[-1] * 7 // 10), left + 1), self.last - 1)
        return [(0, left), (left + 1, middle), (middle + 1, self.last)]

    def _header(self) -> None:
        style = self._format(align="center", valign="vcenter", text_wrap=True, border=1, bg_color="#EDF1F3")
        sheet = self.data.sheet
        self.row = HEADER_ROW + (2 if sheet.is_grouped else 1)
        at = 0
        for part in sheet.columns:
            if isinstance(part, Group):
                self._across(HEADER_ROW, at, at + len(part.columns) - 1, part.title, style)
                for column in part.columns:
                    self.page.write_string(HEADER_ROW + 1, at, column.title, style)
                    at += 1
            else:
                self._over(HEADER_ROW, self.row - 1, at, at, part.title, style)
                at += 1

    def _line(self, line: Line) -> None:
        first = 0
        look: dict[str, Any] = {"bg_color": FILLS[line.kind]} if line.kind in FILLS else {}
        if line.row is None:
            first = self.data.sheet.lead
            label = self._format(align="center", border=1, **look)
            self._across(self.row, 0, first - 1, line.label, label)
        elif line.row.apart:
            look = {"top": 2}
        for at in range(first, len(self.leaves)):
            column = self.leaves[at]
            blank = line.row is None and not column.is_totalled
            self._cell(at, column, "" if blank else line.values.get(column.key), look)
        self.row += 1

    def _cell(self, at: int, column: Column, value: Value, look: dict[str, Any]) -> None:
        number = _number(column, value)
        side = {"align": "right" if column.is_numeric else SIDES[column.kind]}
        if number is None:
            style = self._format(**{"border": 1, "num_format": "@", "valign": "vcenter", **side, **look})
            self.page.write_string(self.row, at, column.text(value), style)
        else:
            shown = {"num_format": FORMATS.get(column.kind, "0")}
            style = self._format(**{"border": 1, "valign": "vcenter", **side, **shown, **look})
            self.page.write_number(self.row, at, number, style)

    def _foot(self) -> None:
        data = self.data
        left = self._format(align="left")
        for remark in data.remarks:
            self._across(self.row, 0, self.last, remark, left)
            self.row += 1
        self.row += 1
        roles = "　　　　".join(f"{role}：{data.signature(role)}　　" for role in data.sheet.signatories)
        self._across(self.row, 0, self.last, roles, left)
        if data.code:
            self.row += 1
            where = f"　查验：{data.verify_url}" if data.verify_url else ""
            self._across(self.row, 0, self.last, f"验证码：{data.code}{where}", left)

    def _set_up(self) -> None:
        sheet, page = self.data.sheet, self.page
        header_end = HEADER_ROW + (2 if sheet.is_grouped else 1)
        for at, need in enumerate(self.needs):
            page.set_column(at, at, 2 * need // EM + 3)
        page.freeze_panes(header_end, 0)
        page.repeat_rows(HEADER_ROW, header_end - 1)
        page.set_paper(A4)
        if sheet.is_landscape:
            page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.center_horizontally()
        page.print_area(0, 0, self.row, self.last)
        page.set_footer(f"&L{sheet.label.replace(' ', '')}　{self.data.period_label}&C第 &P 页　共 &N 页")
        page.hide_gridlines(2)

    def _across(self, row: int, first: int, last: int, text: str, style: Format) -> None:
        self._over(row, row, first, last, text, style)

    def _over(self, top: int, bottom: int, left: int, right: int, text: str, style: Format) -> None:
        """A text over a block of cells, merged where there is more than one."""
        if (top, left) != (bottom, right):
            self.page.merge_range(top, left, bottom, right, "", style)
        self.page.write_string(top, left, text, style)

    def _format(self, **properties: Any) -> Format:
        """One format per look: workbooks with thousands of formats open slowly."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]


def _number(column: Column, value: Value) -> Fraction | int | None:
    """The value as a number for a cell, in yuan where it is money; None when it is written as text."""
    if isinstance(value, str) or column.kind in (Kind.TEXT, Kind.MARK, Kind.CODE):
        return None
    if value is None:
        return 0 if column.is_numeric and column.kind is not Kind.FACTOR else None
    if column.kind is Kind.MONEY and isinstance(value, int):
        return Fraction(value, 100) if abs(value) < MOST_EXACT_FEN else None
    return Fraction(value) if not isinstance(value, int) else value
