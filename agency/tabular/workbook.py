"""Our side of `unpacking.py`: a workbook's rows, or the one text file of a ZIP, read in another process."""

import datetime
import json
import logging
import os
import pickle
import struct
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any

from agency.tabular.header import Records
from agency.tabular.source import Source, TableError, ZipMember, opened, too_heavy

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 240
WAIT_SECONDS = 600
MAX_BOOK_BYTES = 400 * 1024**2
MAX_TEXT_BYTES = 2 * 1024**3
ROOT = Path(__file__).parents[2]

log = logging.getLogger(__name__)
_at_once = BoundedSemaphore(2)


@dataclass(frozen=True)
class Workbook:
    """The sheet that was chosen: its header, what the clerk should know, and its rows on the disk."""

    sheet: str
    header: list[str]
    header_line: int
    first_column: int
    hits: int
    notes: list[str]
    _spool: Any  # the file is gone when nobody holds it any more
    _ends: int

    def records(self) -> Records:
        """Line and cells of each row below the header that is not blank."""
        with open(self._spool.name, "rb") as stream:
            while stream.tell() < self._ends:
                yield from _load(stream)


@dataclass(frozen=True)
class Asked:
    """What is looked for (see `read.open_table`); `lower` is the caller's own limit of unpacked bytes."""

    wanted: frozenset[str]
    needed: Collection[Collection[str]] = ()
    lower: int | None = None
    grouped: bool = False


def unpacked(source: Source, filename: str, what: Asked) -> Workbook | ZipMember:
    """What a file that begins like a ZIP holds; TableError when it is neither or goes beyond the limits."""
    asked = {
        "filename": filename,
        "wanted": sorted(what.wanted),
        "needed": [*map(list, what.needed)],
        "grouped": what.grouped,
        "limit": min(MAX_BOOK_BYTES, what.lower or MAX_BOOK_BYTES),
        "text_limit": min(MAX_TEXT_BYTES, what.lower or MAX_TEXT_BYTES),
        "memory": MEMORY_BYTES,
        "seconds": CPU_SECONDS,
        "far": False,
    }
    spool = tempfile.NamedTemporaryFile(prefix="table-")  # noqa: SIM115 - lives as long as the table
    with _at_once:
        if not _run(source, spool, asked):
            asked["far"] = True
            if not _run(source, spool, asked):
                raise too_heavy(filename)
    begins, told = _answer(spool)
    if "refused" in told:
        raise TableError(told["refused"], told["message"], **told["facts"])
    if "member" in told:
        return ZipMember(source, told["member"])
    return Workbook(**told, _spool=spool, _ends=begins)


def _run(source: Source, spool: IO[bytes], asked: dict[str, Any]) -> bool:
    """Whether the process came to an end by itself; what it wrote stands in `spool`."""
    command = [sys.executable, "-E", "-s", "-m", "agency.tabular.unpacking", json.dumps(asked)]
    bare = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}  # nothing of ours: no key, no database address
    spool.seek(0)
    spool.truncate()
    with _as_file(source) as stream:
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=bare, stdin=stream, stdout=spool, stderr=subprocess.PIPE,
                timeout=WAIT_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
    if done.returncode:
        log.warning("reading a table ended with %s", done.returncode)
    return done.returncode == 0


def _as_file(source: Source) -> IO[bytes]:
    if not isinstance(source, bytes):
        return opened(source)
    stream = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever asked for it
    stream.write(source)
    stream.seek(0)
    return stream


def _answer(spool: IO[bytes]) -> tuple[int, dict[str, Any]]:
    spool.seek(-8, os.SEEK_END)
    (begins,) = struct.unpack(">Q", spool.read(8))
    spool.seek(begins)
    return begins, _load(spool)


class _Plain(pickle.Unpickler):
    """Takes days and times from the other process, and nothing else that has a name."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in ("date", "datetime", "time", "timedelta"):
            return getattr(datetime, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _load(stream: IO[bytes]) -> Any:
    return _Plain(stream).load()
