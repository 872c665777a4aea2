"""写差异: what was found becomes differences, both sides in full, numbered by settlement number.

Rows go from the database to the database in blocks, however many there are; the digest of the result is made
in passing, of the very texts that are stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from agency.journal.models import StateChange
from agency.money import plain_yuan
from agency.organisation.models import Institution, PoolingRegion, User
from agency.policy.insurance import InsuranceType
from agency.tabular.values import to_text
from settlement.reconciliation.both_sides import Sides, in_order, local
from settlement.reconciliation.classify import columns_of
from settlement.reconciliation.fields import FIELDS, Field, FieldKind
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.result import FOUND, ResultDigest, json_text
from settlement.reconciliation.states import DISCREPANCY_MACHINE, DiscrepancyState
from settlement.records import columns as c
from settlement.records.models import SettlementRecord

BLOCK = 2_000
TABLE = Discrepancy._meta.db_table
SIZE = len(FIELDS)
BESIDE = {
    "cause": "", "evidence": "{}", "proposed": "", "state": DiscrepancyState.OPEN.value, "remedy": "",
    "note": "", "written_off_fen": 0,
}  # fmt: skip
COLUMNS = ("run_id", "serial", "difference_no", "their_line", *FOUND, *BESIDE)
_INSURANCE = {kind.value: str(kind.label) for kind in InsuranceType}
_OF_OURS = {
    "institution_code": "i.code",
    "institution_name": "i.name",
    "reversal_flag": "CASE WHEN o.is_reversal THEN '1' ELSE '0' END",
    "admitted_on": "CAST(o.admitted_on AS text)",
    "discharged_on": "CAST(o.discharged_on AS text)",
}


def differences_write(sides: Sides, digest: ResultDigest, *, by: User, at: dt.datetime) -> dict[str, int]:
    """Write all of `found` as differences, each open; how many of each class."""
    counts: dict[str, int] = {}
    writer = _Writer(sides)
    write = {"postgresql": _copy, "sqlite": _insert}[connection.vendor]
    for block in _blocks(sides):
        rows = [writer.row(values) for values in block]
        for row in rows:
            digest.add(row[4 : 4 + len(FOUND)])
            counts[row[4]] = counts.get(row[4], 0) + 1
        write(rows)
    _begin(sides.run.pk, by=by, at=at)
    return counts


def _blocks(sides: Sides) -> Iterator[list[Sequence[Any]]]:
    """Serial, class, number, correction number, times, regions, amount, mask, their line; then the cells of
    ours and of theirs, in the order of FIELDS."""
    told = _OF_OURS | {"settled_at": local("o.settled_at")}
    ours = ", ".join(told.get(field.column, f"o.{field.column}") for field in FIELDS)
    theirs = ", ".join(f"t.{field.column}" for field in FIELDS)
    statement = f"""
        SELECT row_number() OVER (ORDER BY {in_order("f.settlement_no")}), f.kind, f.settlement_no,
          o.correction_no, f.times, coalesce(o.insured_region_id, insured.region_id),
          coalesce(o.care_region_id, care.region_id), f.amount_fen, f.mask,
          coalesce(r.first_line, f.line_no, 0), {ours}, {theirs}
        FROM found AS f LEFT JOIN {SettlementRecord._meta.db_table} AS o ON o.id = f.record_id
        LEFT JOIN {Institution._meta.db_table} AS i ON i.id = o.institution_id
        LEFT JOIN their_repeats AS r ON r.settlement_no = f.settlement_no
        LEFT JOIN theirs AS t ON t.line_no = f.line_no {sides.joins}
        ORDER BY 1"""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(BLOCK):
            yield rows


@dataclass(frozen=True)
class _Writer:
    """Turns what was found into rows of the table of differences, in the order of COLUMNS."""

    sides: Sides

    @cached_property
    def _codes(self) -> dict[int | None, str]:
        return {None: "", **dict(PoolingRegion.objects.values_list("pk", "code"))}

    @cached_property
    def _theirs(self) -> tuple[Field, ...]:
        return _by_name(self.sides.shape.fields)

    def row(self, values: Sequence[Any]) -> list[Any]:
        serial, kind, number, correction, times, insured, care, amount, mask, line = values[:10]
        cells = values[10:]
        ours = {} if correction is None else _texts(_OURS, cells[:SIZE])
        theirs = _texts(self._theirs, cells[SIZE:]) if times else {}
        if ours:
            ours["险种"] = _INSURANCE[ours["险种"]]
        institution = (ours or theirs).get(c.NAMES[c.INSTITUTION], "")
        columns = columns_of(self.sides, mask)
        run = self.sides.run
        return [
            run.pk, serial, f"{run.run_no}-{serial}", line, kind, number, correction, times,
            institution[:12], self._codes[insured], self._codes[care], json_text(columns), json_text(ours),
            json_text(theirs), amount, *BESIDE.values(),
        ]  # fmt: skip


def _by_name(fields: Sequence[Field]) -> tuple[Field, ...]:
    return tuple(sorted(fields, key=lambda field: field.name))


_OURS = _by_name(FIELDS)


def _texts(fields: Sequence[Field], cells: Sequence[Any]) -> dict[str, str]:
    """One side as it is kept: every column by its name, as text of a file."""
    return {field.name: _text(field, cells[field.index]) for field in fields}


def _text(field: Field, cell: Any) -> str:
    if cell is None:
        return ""
    return plain_yuan(cell) if field.kind is FieldKind.FEN else to_text(cell)


def _copy(rows: list[list[Any]]) -> None:
    """PostgreSQL."""
    statement = f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _insert(rows: list[list[Any]]) -> None:
    """SQLite."""
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})", rows)


def _begin(run_id: int, *, by: User, at: dt.datetime) -> None:
    """The first history row of each difference, in one statement (see journal.workflow.begin)."""
    names = ("subject_kind", "subject_no", "from_state", "to_state", "by_id", "at", "reason")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {StateChange._meta.db_table} ({", ".join(names)})
            SELECT %s, difference_no, '', state, %s, %s, '' FROM {TABLE} WHERE run_id = %s ORDER BY serial""",
            [DISCREPANCY_MACHINE.kind, by.pk, connection.ops.adapt_datetimefield_value(at), run_id],
        )
