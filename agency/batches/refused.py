"""The refused rows of a batch as a workbook that can be mended and imported again."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence

from agency.batches.models import Batch
from agency.tabular.write import TableColumn, Value, write_xlsx

REASONS = [
    TableColumn("行号", "int", 8),
    TableColumn("原因代码", "text", 22),
    TableColumn("列", "text", 14),
    TableColumn("值", "text", 22),
    TableColumn("原因", "text", 60),
]


RefusedLine = tuple[int, str, str, str, str, Sequence[str]]


def refused_workbook(batch: Batch) -> bytes:
    """XLSX of the refused rows: where and why, then the row as it was in the file (text cells)."""
    rows = batch.refusals.values_list("line_no", "code", "column", "value", "message", "cells")
    header = [str(title) for title in batch.preview.get("header", [])]
    return workbook_of(header, rows.iterator(chunk_size=2000), at=batch.created_at)


def workbook_of(header: Sequence[str], rows: Iterable[RefusedLine], *, at: dt.datetime) -> bytes:
    """The same of rows that stand in no batch: (line, code, column, value, message, cells)."""
    columns = [*REASONS, *(TableColumn(title, "text", 18) for title in header)]
    width = len(header)
    buffer = io.BytesIO()
    lines: Iterator[list[Value]] = ([*row[:5], *_padded(row[5], width)] for row in rows)
    write_xlsx(buffer, "拒绝行", columns, lines, at=at)
    return buffer.getvalue()


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [str(cell) for cell in cells[:width]] + [""] * (width - len(cells))
