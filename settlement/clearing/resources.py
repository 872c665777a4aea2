"""The other side's sheet through django-import-export: the same comparison, previewed and then kept."""

from __future__ import annotations

import io
from typing import Any

from django.utils import timezone
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.resources import Resource
from import_export.results import Error, Result, RowResult
from tablib import Dataset

from agency.errors import DomainError
from settlement.clearing.compare import Comparison
from settlement.clearing.comparisons import comparison_preview, read_limited, sheet_compare

HEADERS = ["类别", "行", "列", "我方", "对方", "在对方文件中"]


class Refusal(Error):
    """Why a file cannot be compared: a sentence, not a traceback."""

    traceback = ""


class SheetDataset(Dataset):
    """The file as it came: what it says is for the comparison to read."""

    raw: bytes = b""


class SheetFile(Format):
    """CSV (UTF-8 or GB18030) or XLSX, told by its content."""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return "CSV 或 XLSX"

    def get_extension(self) -> str:
        return "csv"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> Dataset:
        dataset = SheetDataset([len(in_stream)], headers=["bytes"])
        dataset.raw = in_stream
        return dataset


class SheetResource(Resource):
    """What is imported is a comparison: dry run shows the differences, the real run keeps them."""

    @classmethod
    def get_display_name(cls) -> str:
        return "对方的清算表"

    def get_user_visible_fields(self) -> list[Field]:
        return [Field(column_name="与我方导出的表相同的各列")]

    def import_data(self, dataset: SheetDataset, dry_run: bool = False, **options: Any) -> Result:
        """Set the file beside our sheet; a file that cannot be compared is a base error with the reason."""
        result = Result()
        result.diff_headers = HEADERS
        name = options.get("file_name") or "上传的文件"
        chosen = {
            "form": options["form_no"],
            "period": options["period"],
            "region": options["region"],
            "file_name": name,
            "by": options["user"],
        }
        stream = io.BytesIO(dataset.raw)
        try:
            if dry_run:
                _, outcome = comparison_preview(content=read_limited(stream, name), **chosen)
                _show(result, outcome)
            else:
                result.comparison = sheet_compare(stream=stream, at=timezone.now(), **chosen)
        except DomainError as error:
            result.append_base_error(Refusal(error))
        return result


def _show(result: Result, outcome: Comparison) -> None:
    for item in outcome.differences:
        row = RowResult()
        row.import_type = RowResult.IMPORT_TYPE_NEW
        row.diff = [item.kind.label, item.line, item.column, item.ours, item.theirs, item.place]
        result.append_row_result(row)
    if outcome.not_compared:
        _say(result, f"未比对的列：{'、'.join(outcome.not_compared)}")
    elif not outcome.differences:
        _say(result, "没有不同")


def _say(result: Result, text: str) -> None:
    row = RowResult()
    row.import_type = RowResult.IMPORT_TYPE_SKIP
    row.diff = [text, "", "", "", "", ""]
    result.append_row_result(row)
