"""The refused rows of a batch as a workbook that can be mended and imported again."""

from __future__ import annotations

import io
from collections.abc import Iterator

from agency.batches.models import Batch
from agency.tabular.write import TableColumn, Value, write_xlsx

REASONS = [
    TableColumn("行号", "int", 8),
    TableColumn("原因代码", "text", 22),
    TableColumn("列", "text", 14),
    TableColumn("值", "text", 22),
    TableColumn("原因", "text", 60),
]


def refused_workbook(batch: Batch) -> bytes:
    """XLSX of the refused rows: where and why, then the row as it was in the file (text cells)."""
    header = [str(title) for title in batch.preview.get("header", [])]
    columns = [*REASONS, *(TableColumn(title, "text", 18) for title in header)]
    rows: Iterator[list[Value]] = (
        [row.line_no, row.code, row.column, row.value, row.message, *_padded(row.cells, len(header))]
        for row in batch.refusals.iterator(chunk_size=2000)
    )
    buffer = io.BytesIO()
    write_xlsx(buffer, "拒绝行", columns, rows, at=batch.created_at)
    return buffer.getvalue()


def _padded(cells: list[str], width: int) -> list[Value]:
    return [*(str(cell) for cell in cells[:width]), *[""] * (width - len(cells))]
