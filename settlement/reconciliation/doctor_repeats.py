"""重复的行: whether the rows of their file that have one number are alike, told by the database in one pass.

Of `their_twins` (classify.py), the rows whose number stands more than once, every column of ours counts but
the institution's name.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from settlement.reconciliation.doctor_rules import Repeat
from settlement.reconciliation.fields import FIELDS, TOTAL_FEE, Field, FieldKind
from settlement.records import columns as c
from settlement.records.selectors import chunks

STAGED, TABLE = "their_twins", "doctor_repeat"
_AMOUNTS = [field for field in FIELDS if field.kind is FieldKind.FEN]
_COMPARED = [field for field in FIELDS if field.index not in (c.SETTLEMENT_NO, c.INSTITUTION_NAME)]


def repeats_stage() -> None:
    """Look at all rows that repeat."""
    repeats_unstage()
    with connection.cursor() as cursor:
        alike = " AND ".join(map(_alike, _COMPARED))
        nil = " AND ".join(f"sum({field.of_theirs}) = 0" for field in _AMOUNTS)
        cancels = f"count(*) = 2 AND min({TOTAL_FEE.of_theirs}) < 0 AND {nil}"
        cursor.execute(
            f"""CREATE TEMPORARY TABLE {TABLE} AS
            SELECT t.settlement_no, count(*) AS times, CASE WHEN {alike} THEN 1 ELSE 0 END AS alike,
              CASE WHEN {cancels} THEN 1 ELSE 0 END AS cancels
            FROM {STAGED} AS t
            GROUP BY t.settlement_no"""
        )
        cursor.execute(f"CREATE INDEX {TABLE}_number ON {TABLE} (settlement_no)")


def repeats_unstage() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def repeats_of(numbers: Sequence[str]) -> dict[str, Repeat]:
    """Settlement number → what its rows are."""
    found: dict[str, Repeat] = {}
    with connection.cursor() as cursor:
        for block in chunks(numbers):
            marks = ", ".join(["%s"] * len(block))
            cursor.execute(
                f"SELECT settlement_no, times, alike, cancels FROM {TABLE} WHERE settlement_no IN ({marks})",
                block,
            )
            for number, times, alike, cancels in cursor.fetchall():
                found[number] = Repeat(times, bool(alike), bool(cancels))
    return found


def _alike(field: Field) -> str:
    """Whether a column has one value in all rows, or none in any."""
    cell = field.of_theirs
    return f"(count({cell}) = 0 OR count({cell}) = count(*) AND min({cell}) = max({cell}))"
