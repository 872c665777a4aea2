"""重复的行: whether the rows of their file that have one number are alike, told by the database in one pass.

Of `their_twins` (classify.py), the rows whose number stands more than once, every column of ours counts but
the institution's name.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from settlement.reconciliation.doctor_rules import Repeat
from settlement.reconciliation.fields import FIELDS, Field
from settlement.records import columns as c
from settlement.records.content import AMOUNT_FIELDS
from settlement.records.selectors import chunks

STAGED, TABLE, FEE = "their_twins", "doctor_repeat", AMOUNT_FIELDS[0]
_COMPARED = [field for field in FIELDS if field.index not in (c.SETTLEMENT_NO, c.INSTITUTION_NAME)]


def repeats_stage() -> None:
    """Look at all rows that repeat."""
    repeats_unstage()
    with connection.cursor() as cursor:
        alike = " AND ".join(map(_alike, _COMPARED))
        cancels = " AND ".join(f"sum(coalesce(t.{name}, 0)) = 0" for name in AMOUNT_FIELDS)
        cursor.execute(
            f"""CREATE TEMPORARY TABLE {TABLE} AS
            SELECT t.settlement_no, count(*) AS times, CASE WHEN {alike} THEN 1 ELSE 0 END AS alike,
              CASE WHEN count(*) = 2 AND min(t.{FEE}) < 0 AND {cancels} THEN 1 ELSE 0 END AS cancels
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
