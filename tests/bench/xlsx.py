"""XLSX beside openpyxl: reading 200,000 rows, writing a million; each run in a process of its own.

Rows have the 35 columns of settled cases: identifiers as text, seventeen amounts, dates. No database.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.memory import most_memory

TITLE = "XLSX, reading and writing (no database)"
ROUNDS = 3
AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
TEXTS, AMOUNTS = 10, 17
NAMES = [f"列{number}" for number in range(35)]

_rows = 0


def prepare(rows: int) -> None:
    """Nothing: rows are made as they are written."""
    global _rows
    _rows = rows


def measure(out: Callable[[str], None]) -> None:
    """Reading a fifth of the rows, in turn with openpyxl; writing the same; then writing all of them."""
    some = _rows // 5
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.xlsx"
        _once("make", path, some)
        read = [(_once("read", path, some), _once("read-openpyxl", path, some)) for _ in range(ROUNDS)]
        target = Path(folder) / "out.xlsx"
        write = [(_once("write", target, some), _once("write-openpyxl", target, some)) for _ in range(ROUNDS)]
        whole = _once("write", target, _rows)
        size = target.stat().st_size >> 20
    out("| | rows | ours, s | openpyxl, s | openpyxl / ours | ours, MB | openpyxl, MB |")
    out("|---|---|---|---|---|---|---|")
    out(_line("read (open_table, every row; strings shared)", some, read))
    out(_line("write (write_xlsx)", some, write))
    least = statistics.median(theirs["seconds"] for _, theirs in write) * _rows / some
    out(
        f"| write all (openpyxl reckoned from the line above) | {_rows:,} | {whole['seconds']:.1f} | "
        f"{least:.0f} | {least / whole['seconds']:.1f} | {whole['memory']} | – |\n"
    )
    out(
        "MB is the peak of the process; of reading, of ours and of the reading process each, the larger one. "
        f"The file of {_rows:,} rows has {size} MB."
    )


def _line(label: str, rows: int, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    ours, theirs = (statistics.median(pair[side]["seconds"] for pair in pairs) for side in (0, 1))
    peaks = [max(pair[side]["memory"] for pair in pairs) for side in (0, 1)]
    ratio = statistics.median(slow["seconds"] / fast["seconds"] for fast, slow in pairs)
    return f"| {label} | {rows:,} | {ours:.1f} | {theirs:.1f} | {ratio:.1f} | {peaks[0]} | {peaks[1]} |"


def _once(work: str, path: Path, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.xlsx", work, str(path), str(rows)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    told: dict[str, Any] = json.loads(done.stdout)
    sys.stderr.write(f"{work} {rows:,}: {told['seconds']:.1f} s, {told['memory']} MB\n")
    return told


def made(rows: int, amount: Callable[[int], Any]) -> Iterator[list[Any]]:
    """The rows; `amount` turns fen into what the writer takes."""
    for i in range(rows):
        yield [
            *(f"20261000{i:010d}", "01", f"22010219{i % 10**9:09d}X", "张三丰", "职工", "220102", "220202"),
            *("H22020200001", "21", dt.datetime(2026, 10, 9, 10, i % 60, 7)),  # noqa: DTZ001
            *(amount(i * 37 % 10**7 + column) for column in range(AMOUNTS)),
            *(f"P{i:08d}", "吉林市第一医院", dt.date(2026, 10, 1), dt.date(2026, 10, 9), "0", "", "", "肺炎"),
        ]


def _write(path: Path, rows: int) -> None:
    from agency.tabular.write import Kind, TableColumn, write_xlsx

    kinds: list[Kind] = ["text"] * 9 + ["moment"] + ["money"] * AMOUNTS + ["text"] * 2 + ["date"] * 2  # type: ignore[list-item]
    kinds += ["text"] * (len(NAMES) - len(kinds))  # type: ignore[list-item]
    columns = [TableColumn(name, kind) for name, kind in zip(NAMES, kinds, strict=True)]
    write_xlsx(path, "结算明细", columns, made(rows, int), at=AT, most_rows=rows)


def _write_openpyxl(path: Path, rows: int) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("结算明细")
    sheet.append(NAMES)
    for row in made(rows, lambda fen: fen / 100):
        sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)


def _make(path: Path, rows: int) -> None:
    """A file with shared strings, as Excel and WPS write them."""
    from rustpy_xlsxwriter import FastExcel

    lines = (dict(zip(NAMES, row, strict=True)) for row in made(rows, lambda fen: fen / 100))
    FastExcel(str(path)).sheet("结算明细", lines, dedupe_strings=True).save()


def _read(path: Path, rows: int) -> None:
    from agency.tabular.read import open_table

    table = open_table(path, filename=path.name, expected=NAMES)
    assert sum(len(row.cells) > 0 for row in table.rows()) == rows


def _read_openpyxl(path: Path, rows: int) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(path, read_only=True).worksheets[0]
    assert sum(len(row) > 0 for row in sheet.iter_rows(min_row=2, values_only=True)) == rows


WORK = {
    "make": _make,
    "read": _read,
    "read-openpyxl": _read_openpyxl,
    "write": _write,
    "write-openpyxl": _write_openpyxl,
}


def main() -> None:
    work, path, rows = sys.argv[1:]
    began = time.perf_counter()
    WORK[work](Path(path), int(rows))
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": _peak_kb() >> 10}))


def _peak_kb() -> int:
    """Of this process, or of the process that it started."""
    return max(most_memory(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


if __name__ == "__main__":
    main()
