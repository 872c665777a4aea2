"""解包: the one place where a foreign ZIP or XLSX is unpacked, in a process of its own with hard limits.

Run as `python -m agency.tabular.unpacking '{"filename": …}'` with the file on stdin. Writes to stdout, which
is a file: the rows below the header, as pickled blocks of (line, cells), then one pickled dict that says what
the input is, or why it is refused, and last the place where that dict begins. What breaks here, or wants more
memory than there is, ends this process and nothing else (docs/adr/0017).
"""

import json
import pickle
import resource
import struct
import sys
import zlib
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from defusedxml.ElementTree import ParseError
from python_calamine import CalamineError

from agency.tabular.package import MAX_GRID_CELLS, far_reach, farthest, refuse_large, sheet_members
from agency.tabular.packed_book import Looked, WorkbookReader
from agency.tabular.packed_text import text_member
from agency.tabular.source import TableError, too_heavy, unreadable

WORKBOOK = {"[Content_Types].xml", "xl/workbook.xml"}
_DAMAGED = (BadZipFile, zlib.error, KeyError, ParseError, ValueError, RuntimeError, EOFError)


def main() -> None:
    asked = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    source, out = sys.stdin.buffer, sys.stdout.buffer
    try:
        told = _search_far(source, asked) if asked["far"] else _unpacked(source, out, asked)
    except TableError as error:
        told = {"refused": error.code, "message": error.message, "facts": error.facts}
    begins = out.tell()
    out.write(pickle.dumps(told))
    out.write(struct.pack(">Q", begins))


def _unpacked(source: BinaryIO, out: BinaryIO, asked: dict[str, Any]) -> dict[str, Any]:
    filename = asked["filename"]
    try:
        with ZipFile(source) as archive:
            if set(archive.namelist()) >= WORKBOOK:
                refuse_large(archive, filename, asked["limit"])
                reader = WorkbookReader(
                    archive, filename, Looked(frozenset(asked["wanted"]), asked["needed"], asked["grouped"])
                )
                return reader.read(source, out)
            return {"member": text_member(archive, filename, asked["text_limit"])}
    except CalamineError as error:
        raise unreadable(filename, "打不开：文件已损坏或加了密码。请重新另存为 .xlsx。") from error
    except _DAMAGED as error:
        raise unreadable(filename, "已损坏，打不开：请重新另存为 .xlsx，或重新压缩。") from error


def _search_far(source: BinaryIO, asked: dict[str, Any]) -> dict[str, Any]:
    """After a reading that ended for want of memory: the refusal, naming the stray cell that is to blame."""
    filename = asked["filename"]
    try:
        with ZipFile(source) as archive:
            for sheet, name in sheet_members(archive):
                last_row, last_column = farthest(archive.open(name))
                if last_row * (last_column + 1) > MAX_GRID_CELLS:
                    raise far_reach(last_row, last_column, sheet, filename)
    except _DAMAGED as error:
        raise unreadable(filename, "已损坏，打不开：请重新另存为 .xlsx，或重新压缩。") from error
    raise too_heavy(filename)


if __name__ == "__main__":
    main()
