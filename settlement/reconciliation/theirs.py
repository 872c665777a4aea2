"""对方文件: opened by whatever reads tables here, its columns found, its rows read as text and fen.

Not judged by the rules of our imports [S: interfaces]: only what cannot be read at all is refused, with its
line. Amounts become fen, moments `2026-10-05 14:03:00`, texts lose stray spaces and full-width forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agency.errors import DomainError
from agency.identity import LIKE_RESIDENT_IDS
from agency.money import MoneyError
from agency.tabular.read import Row, Table, open_table
from agency.tabular.values import Cell, DigitsLost, as_shown, to_fen, to_moment, to_text
from settlement.reconciliation.fields import FIELDS, NUMBER, Field, FieldKind
from settlement.reconciliation.mapping import ALL_WORDS, own_columns, positions
from settlement.records import columns as c
from settlement.records.intake import RowRefused
from settlement.records.layouts import CASES, DETAILS_3202

LONGEST_NUMBER = 200
FLAGS = {"": "", "0": "0", "1": "1"}


@dataclass(frozen=True)
class TheirFile:
    """An opened file: `columns` is the mapping that was applied, `places` our index → place in a row."""

    table: Table
    columns: dict[str, str]
    places: dict[int, int]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that the file has, in the order of its columns."""
        return tuple(FIELDS[index] for index, _ in sorted(self.places.items(), key=lambda item: item[1]))

    def told(self) -> list[str]:
        """What whoever reads the result should know of how the file was read; complete when it was."""
        named = {self.table.header[place] for place in self.places.values()}
        ignored = [name for name in self.table.header if name and name not in named]
        told = [f"没有比对的列：{'、'.join(ignored)}。"] if ignored else []
        return [*self.table.told(), *told]

    def read(self, row: Row) -> list[str]:
        """The texts of `fields`; amounts as whole fen, nothing as "". RowRefused with the first that cannot
        be read."""
        return [_text(field, row.cells[self.places[field.index]], row, self.places) for field in self.fields]

    def number(self, row: Row) -> str:
        """The settlement number of a row of which something else could not be read."""
        return as_shown(row.cells[self.places[NUMBER.index]])


def open_theirs(path: Path, filename: str, columns: Mapping[str, str] | None) -> TheirFile:
    """Their file by a mapping, or by our own names. DomainError for what is no such file."""
    table = _opened(path, filename, [*c.SPELLINGS, *(columns or {}).values()])
    applied = dict(columns) if columns and table.layout is None else own_columns(table.header)
    return TheirFile(table, applied, positions(table.header, applied))


def open_table_of(path: Path, filename: str) -> Table:
    """A file before its columns are known, its header found by every word that may stand in it."""
    return _opened(path, filename, [*c.SPELLINGS, *ALL_WORDS])


def _opened(path: Path, filename: str, expected: list[str]) -> Table:
    table = open_table(path, filename=filename, expected=expected, layouts=(CASES, *DETAILS_3202))
    if not table.header:
        raise DomainError(
            "no_rows", f"“{filename}”里没有内容，一个有字的格都没有：请核对文件。", field="file"
        )
    return table


def _text(field: Field, cell: Cell, row: Row, places: Mapping[int, int]) -> str:
    try:
        if field.kind is FieldKind.FEN:
            return _fen(cell)
        if field.kind is FieldKind.MOMENT:
            return to_moment(cell).isoformat(" ") if to_text(cell) else ""
        text = to_text(cell)
    except DigitsLost as error:
        raise RowRefused("digits_lost", field.index, as_shown(cell), str(error)) from None
    except MoneyError as error:
        raise RowRefused("bad_number", field.index, as_shown(cell), error.message) from None
    except ValueError as error:
        raise RowRefused("bad_date", field.index, as_shown(cell), str(error)) from None
    return _checked(field, text, row, places)


def _fen(cell: Cell) -> str:
    return str(to_fen(cell)) if to_text(cell) else ""


def _checked(field: Field, text: str, row: Row, places: Mapping[int, int]) -> str:
    """The text as it is compared."""
    if field is NUMBER and not text:
        raise RowRefused("missing_value", field.index, "", "没有结算编号，不知道是哪一笔。")
    if field is NUMBER and len(text) > LONGEST_NUMBER:
        raise RowRefused("bad_number", field.index, text, f"超过 {LONGEST_NUMBER} 个字符，请核对是否错列。")
    if field.kind is FieldKind.FLAG and text not in FLAGS:
        raise RowRefused("bad_reversal_flag", field.index, text, "退费标志只能是 0（正常）或 1（退费）。")
    if field.index == c.CERT_TYPE and text:
        return text.zfill(2)
    if field.index == c.CERT_NO and _is_like_resident(row, places):
        return text.replace(" ", "").upper()
    return text


def _is_like_resident(row: Row, places: Mapping[int, int]) -> bool:
    """Whether the certificate is one whose number is stored without spaces and with a capital X."""
    place = places.get(c.CERT_TYPE)
    return place is None or as_shown(row.cells[place]).zfill(2) in LIKE_RESIDENT_IDS
