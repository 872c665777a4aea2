"""写差异: what was found becomes differences, both sides in full, numbered by settlement number.

Rows go from the database to the database in blocks, however many there are; the digest of the result is made
in passing, of the very texts that are stored.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from django.db import connection

from agency.journal.models import StateChange
from agency.money import plain_yuan
from agency.organisation.models import Institution, PoolingRegion, User
from agency.policy.insurance import InsuranceType
from agency.tabular.values import to_text
from settlement.reconciliation.both_sides import Beside, Sides
from settlement.reconciliation.classify import bits_in_turn, columns_of, kind_of
from settlement.reconciliation.dialect import at_row, in_order, local
from settlement.reconciliation.fields import FIELDS, Field, FieldKind
from settlement.reconciliation.kinds import DiscrepancyKind
from settlement.reconciliation.lines import AS_IT_STOOD
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
    """Write what of `found` differs as differences, each open; how many of each class."""
    counts: Counter[str] = Counter()
    writer, waiting = _Writer(sides), list[list[Any]]()
    for block in chain(_blocks(sides), [()]):  # beside the last, empty one the last rows are written
        with _written_meanwhile(waiting):
            rows = [writer.row(values) for values in block]
            for row in rows:
                digest.add(row[4 : 4 + len(FOUND)])
            counts.update(row[4] for row in rows)
        waiting = rows
    _begin(sides.run.pk, by=by, at=at)
    return dict(counts)


def _blocks(sides: Sides) -> Iterator[list[Sequence[Any]]]:
    """Serial, number, correction number, times, regions, amount, mask, their line; then the cells of ours and
    of theirs, in the order of FIELDS."""
    told = _OF_OURS | {"settled_at": local("o.settled_at")}
    ours = ", ".join(f"{told.get(f.column, f'o.{f.column}')} AS our_{f.index}" for f in FIELDS)
    theirs = ", ".join(f"t.{field.column} AS their_{field.index}" for field in FIELDS)
    statement = f"""
        SELECT row_number() OVER (ORDER BY {in_order("number")}), both_sides.* FROM (
          SELECT f.settlement_no AS number, o.correction_no, f.times,
            coalesce(o.insured_region_id, insured.region_id), coalesce(o.care_region_id, care.region_id),
            {_amount(sides)}, CASE WHEN o.id IS NULL OR f.times = 0 THEN 0 ELSE {sides.mask()} END AS mask,
            coalesce(r.first_line, t.line_no, 0), {ours}, {theirs}
          FROM found AS f LEFT JOIN {SettlementRecord._meta.db_table} AS o ON o.id = f.record_id
          LEFT JOIN {Institution._meta.db_table} AS i ON i.id = o.institution_id
          LEFT JOIN their_repeats AS r ON r.settlement_no = f.settlement_no
          LEFT JOIN theirs AS t ON {at_row("t")} = f.at_row {sides.joins}
        ) AS both_sides WHERE mask <> 0 OR times <> 1 OR correction_no IS NULL ORDER BY 1"""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [])
        while rows := cursor.fetchmany(BLOCK):
            yield rows


def _amount(sides: Sides) -> str:
    """Ours less theirs in fund and account; ours whole, whatever columns their file has, when they have
    nothing under the number; all of their rows of a number that stands there more than once."""
    ours, theirs = sides.worth(Beside.OURS)
    whole = "o.fund_total_fen + o.personal_account_pay_fen"
    return (
        f"coalesce(CASE WHEN f.times = 0 THEN {whole} ELSE {ours} END, 0)"
        f" - coalesce(CASE WHEN f.times > 1 THEN r.worth ELSE {theirs} END, 0)"
    )


@dataclass(frozen=True)
class _Writer:
    """Turns what was found into rows of the table of differences, in the order of COLUMNS."""

    sides: Sides

    @cached_property
    def _codes(self) -> dict[int | None, str]:
        return {None: "", **dict(PoolingRegion.objects.values_list("pk", "code"))}

    @cached_property
    def _theirs(self) -> list[tuple[str, int, bool]]:
        return _as_kept(self.sides.shape.fields)

    @cached_property
    def _in_turn(self) -> list[tuple[int, DiscrepancyKind]]:
        return bits_in_turn(self.sides.shape)

    def row(self, values: Sequence[Any]) -> list[Any]:
        serial, number, correction, times, insured, care, amount, mask, line = values[:9]
        ours = {} if correction is None else _texts(_OURS, values[9 : 9 + SIZE])
        theirs = _texts(self._theirs, values[9 + SIZE :]) if times else {}
        for name in _AS_IT_STOOD & theirs.keys():
            theirs[name] = to_text(theirs[name])
        if ours:
            ours["险种"] = _INSURANCE[ours["险种"]]
        institution = (ours or theirs).get(c.NAMES[c.INSTITUTION], "")
        columns = columns_of(self.sides.shape, mask)
        run = self.sides.run
        return [
            run.pk, serial, f"{run.run_no}-{serial}", line,
            kind_of(times, correction is not None, mask, self._in_turn), number, correction, times,
            institution[:12], self._codes[insured], self._codes[care], json_text(columns), json_text(ours),
            json_text(theirs), amount, *BESIDE.values(),
        ]  # fmt: skip


def _as_kept(fields: Sequence[Field]) -> list[tuple[str, int, bool]]:
    """Name, place and whether it is an amount, in the order in which JSON is digested."""
    return sorted((field.name, field.index, field.kind is FieldKind.FEN) for field in fields)


_OURS = _as_kept(FIELDS)
_AS_IT_STOOD = {c.NAMES[index] for index in AS_IT_STOOD}


def _texts(fields: list[tuple[str, int, bool]], cells: Sequence[Any]) -> dict[str, str]:
    """One side as it is kept: every column by its name, as text of a file."""
    found = {}
    for name, index, is_amount in fields:
        cell = cells[index]
        if cell is None:
            found[name] = ""
        elif is_amount:
            found[name] = plain_yuan(cell) if cell else "0.00"
        else:
            found[name] = cell
    return found


@contextmanager
def _written_meanwhile(rows: list[list[Any]]) -> Iterator[None]:
    """Write rows, on PostgreSQL while the next ones are made."""
    if not rows or connection.vendor == "sqlite":
        _insert(rows)
        yield
        return
    with ThreadPoolExecutor(1) as thread:
        written = thread.submit(_copy, connection.connection, rows)
        yield
        with connection.wrap_database_errors:
            written.result()


def _copy(raw: Any, rows: list[list[Any]]) -> None:
    """PostgreSQL. No text holds a tab: cells are cleaned, and JSON writes it in other letters."""
    lines = ("\t".join(["\x01" if value is None else str(value) for value in row]) for row in rows)
    data = "\n".join(lines).replace("\\", "\\\\")
    statement = f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN WITH (NULL E'\\x01')"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(f"{data}\n")


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
