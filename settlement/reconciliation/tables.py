"""暂存的表: the tables of one comparison (the doctor's apart), each read by its plain name until `drop`, or
until the transaction is rolled back.

What several processes of PostgreSQL are to read together cannot be a temporary table there. It is one that is
called after the run, and its plain name is a temporary view of it; nobody else sees it before it is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from settlement.reconciliation.dialect import analyze
from settlement.reconciliation.models import ReconciliationRun

SHARED = ("theirs", "found", "their_repeats", "their_area", "their_care", "account_inside")
UNLOGGED = ("theirs",)  # what is large; each waits for the disk once
OWN = ("our_apart", "their_apart", "our_sums", "their_sums", "their_twins", "both_sides")
_VIEWED = {"theirs": "*, ctid AS at_row"}  # where a row is: the shortest way to it


def table_of(run: ReconciliationRun, name: str) -> str:
    """The table itself behind a shared name: what is filled."""
    return f"{name}_of_{run.pk}" if connection.vendor == "postgresql" else name


def create(run: ReconciliationRun, name: str, columns: Mapping[str, str]) -> None:
    """An empty shared table: {column: type}."""
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    _create(run, name, f"({declared})", ())


def create_as(run: ReconciliationRun, name: str, select: str, params: Sequence[Any] = ()) -> None:
    """A shared table of what is selected, looked at as it is."""
    _create(run, name, f"AS {select}", params)
    analyze(table_of(run, name))


def _create(run: ReconciliationRun, name: str, what: str, params: Sequence[Any]) -> None:
    assert name in SHARED, name
    made = {"postgresql": "UNLOGGED" if name in UNLOGGED else "", "sqlite": "TEMPORARY"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE {made} TABLE {table_of(run, name)} {what}", params)
        if connection.vendor == "postgresql":
            viewed = _VIEWED.get(name, "*")
            cursor.execute(f"CREATE TEMPORARY VIEW {name} AS SELECT {viewed} FROM {table_of(run, name)}")


def drop(run: ReconciliationRun) -> None:
    """Drop whatever there is of a run, and nothing that lasts longer."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            views = ", ".join(f"pg_temp.{name}" for name in SHARED)
            tables = [*(table_of(run, name) for name in SHARED), *(f"pg_temp.{name}" for name in OWN)]
            cursor.execute(f"DROP VIEW IF EXISTS {views}")
            cursor.execute(f"DROP TABLE IF EXISTS {', '.join(tables)}")
        else:
            for name in (*SHARED, *OWN):
                cursor.execute(f"DROP TABLE IF EXISTS temp.{name}")
