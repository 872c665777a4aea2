"""核对表的文件: XLSX to be answered (only the answers can be typed in), or CSV for programs."""

from __future__ import annotations

import datetime as dt
import io
from fractions import Fraction
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from agency.sheets.as_xlsx import MOST_EXACT_FEN
from agency.sheets.measure import EM, ems
from agency.tabular.write import Kind, TableColumn, Value, write_csv
from settlement.reconciliation.models import Stance
from settlement.reconciliation.sent import AMOUNT_SENT, ANSWERS, FIXED, STANCE, SentRow, SentSheet

KINDS = ("xlsx", "csv")
NARROWEST, WIDEST, OF_ANSWERS = 10, 70, 24
HELP = "只填最后三列：同意写“同意”；不同意写“不同意”和理由；认可金额是基金和个人账户合计中贵方认可的。"
MAY_DO = {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True}


def sheet_written(sent: SentSheet, kind: str, *, at: dt.datetime) -> bytes:
    """The file; of one sheet the bytes are always the same (`at`: the moment it was made)."""
    if kind == "csv":
        out = io.BytesIO()
        kinds: dict[str, Kind] = {AMOUNT_SENT: "money"}
        columns = [TableColumn(name, kinds.get(name, "text")) for name in (*sent.headings, *ANSWERS)]
        write_csv(out, columns, ((*_cells(row), *("" for _ in ANSWERS)) for row in sent.rows))
        return out.getvalue()
    return _workbook(sent, at)


def _cells(row: SentRow) -> list[Value]:
    """The cells of a row, its amount as one."""
    cells: list[Value] = list(row.cells)
    cells[FIXED.index(AMOUNT_SENT)] = row.difference.amount_fen
    return cells


def _workbook(sent: SentSheet, at: dt.datetime) -> bytes:
    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **plain}) as book:
        book.set_properties({"created": at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)})
        page = book.add_worksheet("差异核对表")
        _head(book, page, sent)
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        open_cell = book.add_format(
            {"num_format": "@", "valign": "top", "locked": False, "bg_color": "#FFF9E5"}
        )
        first = len(sent.headings)
        for line, row in enumerate(sent.rows, 1):
            for at_column, cell in enumerate(_cells(row)):
                if isinstance(cell, int) and abs(cell) < MOST_EXACT_FEN:
                    page.write_number(line, at_column, Fraction(cell, 100), money)
                else:
                    page.write_string(line, at_column, row.cells[at_column], text)
            for offset in range(len(ANSWERS)):
                page.write_blank(line, first + offset, None, open_cell)
        _answers(page, first, len(sent.rows))
    return out.getvalue()


def _head(book: Any, page: Worksheet, sent: SentSheet) -> None:
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#EDF1F3"})
    asked = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#FBE7B2"})
    for at, name in enumerate((*sent.headings, *ANSWERS)):
        page.write_string(0, at, name, asked if name in ANSWERS else heading)
        page.set_column(at, at, OF_ANSWERS if name in ANSWERS else _width(sent, at))
    page.set_row(0, 30)
    page.freeze_panes(1, 2)


def _width(sent: SentSheet, at: int) -> int:
    """Room for the longest text of a column; longer ones wrap."""
    longest = max(ems(text) for text in (sent.headings[at], *(row.cells[at] for row in sent.rows)))
    return min(max(2 * longest // EM + 2, NARROWEST), WIDEST)


def _answers(page: Worksheet, first: int, rows: int) -> None:
    """A list to choose from; everything else is locked, without a password: it only keeps slips away."""
    choices = {"validate": "list", "source": [str(stance.label) for stance in Stance]}
    told = {"input_title": STANCE, "input_message": HELP}
    page.data_validation(1, first, rows, first, {**choices, **told})
    page.autofilter(0, 0, rows, first + len(ANSWERS) - 1)
    page.protect("", MAY_DO)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
