"""暂存: their rows as `theirs`, for the database to set beside ours.

`theirs` has a row for each of their rows that could be read: `line_no`, and the columns of `fields.FIELDS`
(all of them, empty where the file has none): amounts are fen, 0.00 or nothing being the same, all else texts,
`settled_at` in Shanghai as `2026-10-05 14:03:00`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from agency.batches.aside import RowsAside
from agency.batches.kinds import Progress
from settlement.reconciliation.dialect import analyze
from settlement.reconciliation.fields import FIELDS, NUMBER, FieldKind, Part, Shape, shape_of
from settlement.reconciliation.lines import Lines, Unread
from settlement.reconciliation.models import ReconciliationRun, UnreadRow
from settlement.reconciliation.tables import create, drop, table_of
from settlement.reconciliation.theirs import TheirFile

KEPT_AT_ONCE = 500
ANALYZED = (
    "line_no", "settlement_no", "institution_code", "insurance_type", "care_type_code", "insured_area_code",
    "care_area_code", "reversal_flag",
)  # fmt: skip


@dataclass
class Staged:
    """What was read: `rows` of the file, those of which could not be, what the file says at all."""

    rows: int
    unread: RowsAside[Unread]
    shape: Shape


def theirs_stage(run: ReconciliationRun, their: TheirFile, progress: Progress) -> Staged:
    """Fill `theirs` from the file of a run."""
    unread: RowsAside[Unread] = RowsAside()
    lines = Lines(their, lambda row: unread.add(row.line_no, row))
    drop(run)
    _create(run, their)
    write = {"postgresql": _copy, "sqlite": _insert}[connection.vendor]
    write(table_of(run, "theirs"), _columns(their), lines.delimiter, _told(lines, progress))
    _settle(run)
    return Staged(lines.rows, unread, _shape(their))


def _told(lines: Lines, progress: Progress) -> Iterator[bytes]:
    for block in lines.blocks():
        progress(lines.rows)
        if block:
            yield block


def _columns(their: TheirFile) -> list[str]:
    """The columns of a line, in the order of the file; a column that is not ours stands under its place."""
    names = {place: FIELDS[index].column for index, place in their.places.items()}
    return ["line_no", *(names.get(place, f"x{place}") for place in range(len(their.table.header)))]


def _create(run: ReconciliationRun, their: TheirFile) -> None:
    """First what is asked for most, then the amounts, since whatever stands behind a text or an empty cell is
    only found by walking over it."""
    kinds = {"line_no": "integer PRIMARY KEY" if connection.vendor == "sqlite" else "integer"}
    kinds[NUMBER.column] = "text"
    kinds |= {field.column: "bigint" for field in FIELDS if field.kind is FieldKind.FEN}
    for name in (*(field.column for field in FIELDS), *_columns(their)):
        kinds.setdefault(name, "text")
    create(run, "theirs", kinds)


def _copy(table: str, columns: list[str], delimiter: str, blocks: Iterable[bytes]) -> None:
    """PostgreSQL."""
    mark = "E'\\t'" if delimiter == "\t" else f"'{delimiter}'"
    options = f"DELIMITER {mark}, NULL '', ENCODING 'UTF8'"
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN ({options})"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block)


def _insert(table: str, columns: list[str], delimiter: str, blocks: Iterable[bytes]) -> None:
    """SQLite."""
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    with connection.cursor() as cursor:
        for block in blocks:
            rows = (_cells(line, delimiter) for line in block.decode().split("\n")[:-1])
            cursor.executemany(statement, [[cell or None for cell in cells] for cells in rows])


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line; a backslash before a character stands for nothing but itself."""
    if "\\" not in line:
        return line.split(delimiter)
    cells, escaped = [""], False
    for char in line:
        if char == "\\" and not escaped:
            escaped = True
            continue
        if char == delimiter and not escaped:
            cells.append("")
        else:
            cells[-1] += char
        escaped = False
    return cells


def _settle(run: ReconciliationRun) -> None:
    """What the database needs to know of `theirs` to find a way through it."""
    analyze(table_of(run, "theirs"), *ANALYZED)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX theirs_number ON theirs (settlement_no)")


def _shape(their: TheirFile) -> Shape:
    """A column of owners without a single value says nothing; an amount that is not there is 0.00."""
    doubtful = [field for field in their.fields if field.part in (Part.OWNER, Part.PERIOD)]
    asked = [f"EXISTS (SELECT 1 FROM theirs WHERE {field.column} IS NOT NULL)" for field in doubtful]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked) or '1'}")
        empty = {field for field, said in zip(doubtful, cursor.fetchone(), strict=bool(asked)) if not said}
    return shape_of(field.index for field in their.fields if field not in empty)


def unread_keep(run: ReconciliationRun, unread: RowsAside[Unread]) -> None:
    """Write the rows that could not be read."""
    waiting: list[UnreadRow] = []
    for row in unread:
        waiting.append(
            UnreadRow(
                run=run,
                line_no=row.line_no,
                place=row.place[:60],
                code=row.code,
                column=row.column,
                value=row.value[:100],
                message=row.message[:300],
            )
        )
        if len(waiting) >= KEPT_AT_ONCE:
            UnreadRow.objects.bulk_create(waiting)
            waiting.clear()
    UnreadRow.objects.bulk_create(waiting)
