"""Inside an XLSX package, beside the reader that opens it as a table.

What the reader (calamine) does not tell: it hands over an error value (#N/A) or a formula without a result
as an empty cell, which could pass for a 0; it knows nothing of hidden rows and columns. And what no reader
should be asked: whether each member is as large as it says.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import IO
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring

from agency.tabular.source import MAX_LINE_BYTES, TableError, unreadable
from agency.tabular.values import column_letters, column_number

MAX_GRID_CELLS = 40_000_000
MAX_SHEET_ROWS = 1_048_576

_SUSPECTS = (b't="e"', b"<f")
_RARE_SUSPECTS = (b"t='e'", b":f")  # in the spelling of rarer writers
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|(?<!/)>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,7})(\d{1,12})")
_ERROR_TYPE = re.compile(rb"\bt=[\"']e[\"']")
_TEXT_TYPE = re.compile(rb"\bt=[\"']str[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)<)")
_HIDDEN = re.compile(rb"<(?:\w+:)?(row|col)\s([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
_NUMBER = re.compile(rb"\b(r|min|max)=[\"'](\d{1,7})[\"']")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
_LONGEST_ROW_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, order=True)
class Merged:
    """合并单元格: first and last row (from 1) and column (from 0)."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    def __str__(self) -> str:
        first = f"{column_letters(self.first_column)}{self.first_row}"
        return f"{first}:{column_letters(self.last_column)}{self.last_row}"


@dataclass
class Part:
    """What one worksheet's XML has beside its values."""

    unread: defaultdict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    suspects: tuple[bytes, ...] = ()

    def take(self, xml: bytes) -> None:
        """Some more of the XML, which ends with a whole row."""
        if not self.suspects:
            plain = b"='" not in xml and b":row" not in xml and b":sheetData" not in xml
            self.suspects = _SUSPECTS if plain else _SUSPECTS + _RARE_SUSPECTS
        if any(suspect in xml for suspect in self.suspects):
            for attributes, body in _CELL.findall(xml):
                self._take_cell(attributes, body)
        if b"hidden=" in xml:
            for kind, attributes in _HIDDEN.findall(xml):
                self._take_hidden(kind, dict(_NUMBER.findall(attributes)))
        if b"mergeCell" in xml[max(xml.rfind(b"row>"), 0) :]:  # they stand behind all rows
            for first, top, last, bottom in _MERGED.findall(xml):
                columns = column_number(first.decode()), column_number(last.decode())
                self.merged.append(Merged(int(top), int(bottom), *columns))

    def _take_cell(self, attributes: bytes, body: bytes) -> None:
        value, formula, address = _VALUE.search(body), _FORMULA.search(body), _ADDRESS.search(attributes)
        if _ERROR_TYPE.search(attributes):
            text = value[1] if value else b"#N/A"
        elif formula and not value and not _TEXT_TYPE.search(attributes):
            text = b"=" + (formula[1] or b"")
        else:
            return
        if address:
            shown = unescape(text.decode("utf-8", "replace"))
            self.unread[int(address[2])].append((column_number(address[1].decode()), shown))

    def _take_hidden(self, kind: bytes, numbers: dict[bytes, bytes]) -> None:
        if kind == b"row" and b"r" in numbers:
            self.hidden_rows.add(int(numbers[b"r"]))
        elif kind == b"col" and b"min" in numbers and b"max" in numbers:
            self.hidden_columns.append((int(numbers[b"min"]) - 1, int(numbers[b"max"]) - 1))


def refuse_large(archive: ZipFile, filename: str, limit: int) -> None:
    """TableError when the members say that they unpack to more than `limit` bytes."""
    size = sum(member.file_size for member in archive.infolist())
    if size > limit:
        why = f"展开后有 {size >> 20} MB，超过上限 {limit >> 20} MB：请拆成几份，或改用 CSV。"
        raise unreadable(filename, why, "too_large")


def far_reach(last_row: int, last_column: int, sheet: str, filename: str) -> TableError:
    """The refusal of a sheet with a cell so far away that the empty ones before it fill the memory."""
    reach = f"{column_letters(last_column)}{last_row}"
    why = f"的工作表“{sheet}”一直用到 {reach}，太大了：请删去数据以外的行和列（远处可能有零星内容）。"
    return unreadable(filename, why, "too_large")


def sheet_parts(archive: ZipFile) -> dict[str, Part]:
    """What each worksheet holds, by its name. Every member is unpacked once, which proves its size."""
    sheets = dict(sheet_members(archive))
    parts = {
        member.filename: _read_part(archive.open(member), member.filename in sheets.values())
        for member in archive.infolist()
    }
    return {sheet: parts[name] for sheet, name in sheets.items() if name in parts}


def _read_part(stream: IO[bytes], is_sheet: bool) -> Part:
    """Unpacks one member whole, row by row, which also proves its declared size and checksum."""
    part, rest = Part(), b""
    with stream:
        while chunk := stream.read(MAX_LINE_BYTES):
            if not is_sheet:
                continue
            xml = rest + chunk
            end = xml.rfind(b"row>") + 4
            if end < 4:
                end = len(xml) if len(xml) > _LONGEST_ROW_BYTES else 0
            part.take(xml[:end])
            rest = xml[end:]
    part.take(rest)
    return part


def sheet_members(archive: ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name with the member that holds its cells."""
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for element in fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            for key, value in element.attrib.items():
                if key.endswith("}id"):
                    yield element.get("name", ""), targets.get(value, "")


_PLACE = re.compile(rb" r=[\"']([A-Z]{0,7})(\d{1,12})")  # of a row (`r="17"`) or of a cell (`r="D17"`)


def farthest(stream: IO[bytes]) -> tuple[int, int]:
    """The last row (from 1) and the last column (from 0) that a sheet's XML names; slow, in little memory."""
    last_row, columns, rest = 0, {b"A"}, b""
    with stream:
        while chunk := stream.read(MAX_LINE_BYTES):
            xml = rest + chunk
            places = _PLACE.findall(xml)
            columns.update(letters for letters, _ in places)
            last_row = max(last_row, *map(int, {digits for _, digits in places}), 0)
            rest = xml[-40:]
    return last_row, max(column_number(letters.decode()) for letters in columns)
