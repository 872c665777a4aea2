"""Inside an XLSX package, before anybody opens it as a table.

Three things the table reader does not do itself: it unpacks whatever size there is; it makes room for the
whole rectangle between the outermost cells, so that one stray cell at XFD1048576 ends the process; and it
hands over an error value (#N/A) or a formula without a result as an empty cell, which could pass for a 0.
"""

import posixpath
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import IO
from zipfile import BadZipFile, ZipFile

from defusedxml.ElementTree import ParseError, fromstring

from agency.tabular.source import MAX_LINE_BYTES, Source, opened, unreadable
from agency.tabular.values import column_letters, column_number

MAX_GRID_CELLS = 40_000_000

_PLACE = re.compile(rb" r=[\"']([A-Z]{0,7})(\d{1,12})")  # of a row (`r="17"`) or of a cell (`r="D17"`)
_SUSPECTS = (b't="e"', b"t='e'", b"<f", b":f")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|(?<!/)>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,7})(\d{1,12})")
_ERROR_TYPE = re.compile(rb"\bt=[\"']e[\"']")
_TEXT_TYPE = re.compile(rb"\bt=[\"']str[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)<)")
_LONGEST_ROW_BYTES = 16 * 1024 * 1024


@dataclass
class Part:
    """One worksheet's XML: how far it reaches, and which cells the reader would hand over as empty."""

    last_row: int = 0
    columns: set[bytes] = field(default_factory=set)
    unread: defaultdict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, xml: bytes) -> None:
        places = _PLACE.findall(xml)
        self.columns.update(letters for letters, _ in places)
        self.last_row = max(self.last_row, *map(int, {digits for _, digits in places}), 0)
        if any(suspect in xml for suspect in _SUSPECTS):
            for attributes, body in _CELL.findall(xml):
                self._take_cell(attributes, body)

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


def refuse_far_cells(part: Part, sheet: str, filename: str) -> None:
    last_column = max((column_number(letters.decode()) for letters in part.columns), default=-1)
    if part.last_row * (last_column + 1) > MAX_GRID_CELLS:
        reach = f"{column_letters(last_column)}{part.last_row}"
        why = f"的工作表“{sheet}”一直用到 {reach}，太大了：请删去数据以外的行和列（远处可能有零星内容）。"
        raise unreadable(filename, why, "too_large")


def inspect_package(source: Source, filename: str, limit: int) -> dict[str, Part]:
    """What each worksheet holds, by its name; TableError unless this is a whole XLSX of bearable size."""
    try:
        with opened(source) as stream, ZipFile(stream) as archive:
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= set(archive.namelist()):
                why = "不是 XLSX 表格（可能是压缩包、Word、ODS 或 XLSB）：请另存为 .xlsx。"
                raise unreadable(filename, why)
            size = sum(member.file_size for member in archive.infolist())
            if size > limit:
                why = f"展开后有 {size >> 20} MB，超过上限 {limit >> 20} MB：请拆成几份，或改用 CSV。"
                raise unreadable(filename, why, "too_large")
            sheets = dict(_sheet_members(archive))
            parts = {
                member.filename: _read_part(archive.open(member), member.filename in sheets.values())
                for member in archive.infolist()
            }
            return {sheet: parts[name] for sheet, name in sheets.items() if name in parts}
    except (BadZipFile, zlib.error, KeyError, ParseError, ValueError, RuntimeError, EOFError) as error:
        raise unreadable(filename, "已损坏，打不开：请重新另存为 .xlsx。") from error


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


def _sheet_members(archive: ZipFile) -> Iterator[tuple[str, str]]:
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
