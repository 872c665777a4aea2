"""The refused rows of a batch as a file that can be mended and imported again.

A workbook, for which a page can wait; of more rows than that a CSV, which is sent as it is read.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Sequence

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from agency.batches.models import Batch
from agency.tabular.write import TableColumn, Target, Value, csv_lines, write_xlsx

WORKBOOK_ROWS = 20_000
READ_AT_ONCE = 1000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIELDS = ("line_no", "code", "column", "value", "message", "place", "cells")
REASONS = [
    TableColumn("行号", "int", 8),
    TableColumn("原因代码", "text", 22),
    TableColumn("列", "text", 14),
    TableColumn("值", "text", 22),
    TableColumn("原因", "text", 60),
    TableColumn("位置", "text", 16),
]


RefusedLine = tuple[int, str, str, str, str, str, Sequence[str]]


def refused_kind(batch: Batch) -> str:
    """As what the refused rows of a batch are given out: xlsx, or csv of many."""
    return "xlsx" if batch.refused <= WORKBOOK_ROWS else "csv"


def refused_response(batch: Batch) -> HttpResponseBase:
    """The refused rows: where and why, then the row as it was in the file; little memory however many."""
    header = [str(title) for title in batch.preview.get("header", [])]
    name = f"{batch.batch_no}-refused.{refused_kind(batch)}"
    if refused_kind(batch) == "xlsx":
        stream = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
        write_refused(stream, header, _lines(batch), at=batch.created_at)
        stream.seek(0)
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
    columns, lines = _table(header, _lines(batch))
    response = StreamingHttpResponse(csv_lines(columns, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(batch: Batch) -> Iterator[RefusedLine]:
    """Read by blocks in the order of lines, so that nothing stays open while a slow browser takes them."""
    after = -1
    rows = batch.refusals.order_by("line_no").values_list(*FIELDS)
    while block := list(rows.filter(line_no__gt=after)[:READ_AT_ONCE]):
        yield from block
        after = block[-1][0]


def write_refused(
    target: Target, header: Sequence[str], rows: Iterable[RefusedLine], *, at: dt.datetime, most_rows: int = 0
) -> None:
    """The same as a workbook, also of rows that stand in no batch. TableError when there are more than
    `most_rows` and more than a sheet holds."""
    columns, lines = _table(header, rows)
    write_xlsx(target, "拒绝行", columns, lines, at=at, most_rows=most_rows)


def _table(
    header: Sequence[str], rows: Iterable[RefusedLine]
) -> tuple[list[TableColumn], Iterator[list[Value]]]:
    ours = {column.title for column in REASONS}
    kept = [index for index, title in enumerate(header) if title not in ours]  # of a list that came back
    columns = [*REASONS, *(TableColumn(header[index], "text", 18) for index in kept)]
    return columns, ([*row[:-1], *_picked(row[-1], kept)] for row in rows)


def _picked(cells: Sequence[str], wanted: Sequence[int]) -> list[str]:
    """A row may be shorter than its header."""
    return [str(cells[index]) if index < len(cells) else "" for index in wanted]
