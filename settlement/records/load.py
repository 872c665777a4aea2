"""写入: the accepted rows into the database in one go: COPY on PostgreSQL, executemany on SQLite.

The only writer of records in bulk. It runs in the caller's transaction; integers and texts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db import connection

from agency.organisation.models import Institution, PoolingRegion
from settlement.records.content import AMOUNT_FIELDS, FLAG_FIELDS, KEPT_FIELDS, PARTIES, TEXT_FIELDS
from settlement.records.models import SettlementRecord
from settlement.records.selectors import chunks
from settlement.records.spool import Spool

TABLE = SettlementRecord._meta.db_table
COLUMNS = ("batch_id", *(f"{name}_id" for name in PARTIES), *KEPT_FIELDS)
DAYS = ("admitted_on", "discharged_on")
_NUMBERS = slice(
    len(PARTIES) + 1 + len(TEXT_FIELDS), len(PARTIES) + 1 + len(TEXT_FIELDS) + len(AMOUNT_FIELDS) + 1
)
assert COLUMNS[_NUMBERS] == (*AMOUNT_FIELDS, FLAG_FIELDS[0])


def load_records(batch_id: int, spool: Spool, institutions: dict[str, str]) -> None:
    """Write every line of the spool as a record of the batch; unknown institutions become stubs first.

    `institutions` are the codes that occur, with the names that the file gives them. IntegrityError when the
    database refuses a row: something else was written, or a month signed, meanwhile.
    """
    register_institutions(institutions)
    place = _placer(batch_id, institutions)
    write = {"postgresql": _copy, "sqlite": _insert}[connection.vendor]
    write(place(block) for block in spool.blocks())


def register_institutions(names: dict[str, str]) -> None:
    """Register unknown institutions as stubs to be completed; a name in a file is no identity [P]."""
    for codes in chunks(names):
        known = set(Institution.objects.filter(code__in=codes).values_list("code", flat=True))
        new = [code for code in codes if code not in known]
        Institution.objects.bulk_create(
            [Institution(code=code, name=names[code][:100], is_stub=True) for code in new],
            ignore_conflicts=True,
        )


def _placer(batch_id: int, institutions: Iterable[str]) -> Callable[[list[bytes]], list[bytes]]:
    """Puts ids in the place of the codes with which a line begins."""
    hospital: dict[bytes, int] = {}
    for codes in chunks(list(institutions)):
        rows = Institution.objects.filter(code__in=codes).values_list("code", "pk")
        hospital.update((code.encode(), pk) for code, pk in rows)
    region = {code.encode(): pk for code, pk in PoolingRegion.objects.values_list("code", "pk")}

    def place(block: list[bytes]) -> list[bytes]:
        placed = []
        for line in block:
            code, insured, care, rest = line.split(b"\t", len(PARTIES))
            placed.append(
                b"%d\t%d\t%d\t%d\t%b" % (batch_id, hospital[code], region[insured], region[care], rest)
            )
        return placed

    return place


def _copy(blocks: Iterator[list[bytes]]) -> None:
    """PostgreSQL. The connection's time zone is UTC, as are the moments in the lines."""
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        statement = f"COPY {TABLE} ({columns}) FROM STDIN WITH (NULL E'\\x01')"
        with cursor.copy(statement) as copy:
            for block in blocks:
                data = b"\n".join(block) + b"\n"
                copy.write(data.replace(b"\\", b"\\\\") if b"\\" in data else data)


def _insert(blocks: Iterator[list[bytes]]) -> None:
    """SQLite."""
    marks = ", ".join("NULLIF(%s, char(1))" if name in DAYS else "%s" for name in COLUMNS)
    statement = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})"
    with connection.cursor() as cursor:
        for block in blocks:
            cursor.executemany(statement, [_with_numbers(line.decode().split("\t")) for line in block])


def _with_numbers(values: list[str]) -> list[str | int]:
    return [*values[: _NUMBERS.start], *map(int, values[_NUMBERS]), *values[_NUMBERS.stop :]]
