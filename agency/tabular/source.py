"""What a table is read from, and the refusal of what cannot be read."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from zipfile import ZipFile

from agency.errors import DomainError

MAX_LINE_BYTES = 1024 * 1024
READ_BYTES = 256 * 1024  # at once; what is made of more is no longer in the cache, and takes thrice as long

Source = Path | bytes


@dataclass(frozen=True)
class ZipMember:
    """One text file inside a ZIP; it is unpacked as it is read, never onto the disk."""

    archive: Source
    name: str


TextSource = Source | ZipMember


class TableError(DomainError):
    """文件不能作为表格读写. `facts` may name the line or the columns."""


def unreadable(filename: str, why: str, code: str = "unreadable_file", **facts: Any) -> TableError:
    return TableError(code, f"“{filename}”{why}", **facts)


def too_heavy(filename: str) -> TableError:
    why = "太大或太复杂，读到一半超出了内存或时间的上限：请拆成几份，或改用 CSV。"
    return unreadable(filename, why, "too_large")


def opened(source: TextSource) -> BinaryIO:
    """The bytes of a source, from the beginning; the caller closes it."""
    if isinstance(source, ZipMember):
        with ZipFile(opened(source.archive)) as archive:  # a member stays open when its archive is closed
            return cast(BinaryIO, archive.open(source.name))
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb", buffering=1 << 18)
