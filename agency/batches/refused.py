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
    ours = {column.title for column in REASONS}
    kept = [index for index, title in enumerate(header) if title not in ours]  # of a list that came back
    columns = [*REASONS, *(TableColumn(header[index], "text", 18) for index in kept)]
    buffer = io.BytesIO()
    lines: Iterator[list[Value]] = ([*row[:5], *_picked(row[5], kept)] for row in rows)
    write_xlsx(buffer, "拒绝行", columns, lines, at=at)
    return buffer.getvalue()


def _picked(cells: Sequence[str], wanted: Sequence[int]) -> list[str]:
    """A row may be shorter than its header."""
    return [str(cells[index]) if index < len(cells) else "" for index in wanted]
