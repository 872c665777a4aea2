"""A sheet of differences as the other side fills it in, in a CSV or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from openpyxl import load_workbook

from agency.organisation.models import User
from settlement.reconciliation.answers import Answered, answers_import
from settlement.reconciliation.models import DifferenceSheet
from settlement.reconciliation.sent import sent_sheet
from settlement.reconciliation.sent_files import sheet_written
from tests.support.world import World

Fill = Mapping[int, Mapping[str, Any]]  # serial → column → what is typed in


def filled_csv(sheet: DifferenceSheet, fill: Fill) -> bytes:
    """The CSV with these cells typed in, in the row of each serial."""
    text = sheet_written(sent_sheet(sheet), "csv", at=sheet.at).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row.update(fill.get(serial_of(row), {}))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def serial_of(row: Mapping[str, Any]) -> int:
    return int(str(row["差异编号"]).rpartition("-")[2])


def filled_xlsx(sheet: DifferenceSheet, fill: Fill) -> bytes:
    """The workbook with these cells typed in, as a spreadsheet saves it."""
    book = load_workbook(io.BytesIO(sheet_written(sent_sheet(sheet), "xlsx", at=sheet.at)))
    page = book.active
    assert page is not None
    names = [cell.value for cell in page[1]]
    for line in page.iter_rows(min_row=2):
        for name, value in fill.get(serial_of({"差异编号": line[1].value}), {}).items():
            line[names.index(name)].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def answer(
    world: World, content: bytes, by: User | None = None, name: str = "答复.csv", **where: Any
) -> Answered:
    return answers_import(
        stream=io.BytesIO(content), file_name=name, by=by or world.changchun_clearing_2, at=world.now, **where
    )
