"""Formats of django-import-export that our own tables read and write; its dataset only carries them."""

from __future__ import annotations

import io
from typing import Any

from import_export.formats.base_formats import Format
from tablib import Dataset

from agency.interchange.exchange import Exchange
from agency.tabular.write import TableColumn, write_csv, write_xlsx
from agency.web.exporting import XLSX


class TableDataset(Dataset):
    """Rows with the kinds of their columns, and the name of the sheet."""

    columns: list[TableColumn]
    sheet_name: str

    @classmethod
    def of(cls, exchange: Exchange) -> TableDataset:
        """An empty one with the columns of an exchange."""
        dataset = cls(headers=[column.title for column in exchange.columns])
        dataset.columns = [TableColumn(column.title, column.kind, 18) for column in exchange.columns]
        dataset.sheet_name = exchange.title
        return dataset


class TableFile(Format):
    """What comes in: told by its content, read by `agency.tabular`."""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return "XLSX，或 CSV（UTF-8、GB18030 都可以）"

    def get_extension(self) -> str:
        return "xlsx"

    def can_import(self) -> bool:
        return True


class CsvFile(TableFile):
    """CSV in UTF-8 with BOM, which Excel opens."""

    def get_title(self) -> str:
        return "CSV（UTF-8）"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def can_import(self) -> bool:
        return False

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: TableDataset, **kwargs: Any) -> bytes:
        buffer = io.BytesIO()
        write_csv(buffer, dataset.columns, list(dataset))
        return buffer.getvalue()


class XlsxFile(CsvFile):
    """A workbook whose texts are text cells; `at` is its inner date."""

    def get_title(self) -> str:
        return "XLSX"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return XLSX

    def export_data(self, dataset: TableDataset, **kwargs: Any) -> bytes:
        buffer = io.BytesIO()
        write_xlsx(buffer, dataset.sheet_name, dataset.columns, list(dataset), at=kwargs["at"])
        return buffer.getvalue()
