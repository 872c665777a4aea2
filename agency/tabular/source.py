"""What a table is read from, and the refusal of what cannot be read."""

import io
from pathlib import Path
from typing import Any, BinaryIO

from agency.errors import DomainError

MAX_LINE_BYTES = 1024 * 1024

Source = Path | bytes


class TableError(DomainError):
    """文件不能作为表格读写. `facts` may name the line or the columns."""


def unreadable(filename: str, why: str, code: str = "unreadable_file", **facts: Any) -> TableError:
    return TableError(code, f"“{filename}”{why}", **facts)


def opened(source: Source) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb", buffering=1 << 18)
