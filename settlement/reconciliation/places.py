"""对照: their file added up by its own words, and what these words mean, for the database to join.

`their_sums` has a row for each combination of places, institution, insurance type and kind of care that
occurs in `theirs`, reversals apart. The words in it lead to `their_area` and `their_care`: tables of a few
rows, a row for each word; by days only where a meaning changed within the days of the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from agency.periods import first_day, last_day
from agency.policy.insurance import INSURANCE_BY_TEXT
from settlement.reconciliation import meanings
from settlement.reconciliation.dialect import analyze, in_order
from settlement.reconciliation.fields import ACCOUNT_PAY, FIELDS, FUND, TOTAL_FEE, Shape
from settlement.reconciliation.meanings import Days, Meaning
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.tables import create, table_of
from settlement.records import columns as c
from settlement.records.reference import read_reference

WORDS = (c.INSTITUTION, c.INSURANCE_TYPE, c.CARE_TYPE, c.INSURED_AREA, c.CARE_AREA)
SUMMED = (TOTAL_FEE, FUND, ACCOUNT_PAY)
AMOUNTS = tuple(field.column for field in SUMMED)
INSURANCE = "CASE t.insurance_type {} ELSE t.insurance_type END".format(
    " ".join(f"WHEN '{text}' THEN '{kind.value}'" for text, kind in INSURANCE_BY_TEXT.items())
)


def is_reversal(shape: Shape) -> str:
    """Whether a row `t` is a reversal: by its flag; of a file without flags by the sign of the total."""
    flag = "coalesce(t.reversal_flag, '0') = '1'"
    return f"({flag if shape.has(c.REVERSAL_FLAG) else f'{TOTAL_FEE.of_theirs} < 0'})"


@dataclass(frozen=True)
class Places:
    """How the words of a row `t` come by their meanings: by the day where `by_day`; without a settlement time
    by the last day of the period. `account_inside`: whether some region delivers the account so."""

    period: str
    by_day: bool
    account_inside: bool

    @property
    def joins(self) -> str:
        """`insured`, `care` (with region_id) and `kind` (with care_kind) beside `t`."""
        return "".join(
            f" LEFT JOIN {table} AS {name} ON {name}.code = t.{column}{self._on_day(name)}"
            for name, table, column in (
                ("insured", "their_area", "insured_area_code"),
                ("care", "their_area", "care_area_code"),
                ("kind", "their_care", "care_type_code"),
            )
        )

    def _on_day(self, name: str) -> str:
        if not self.by_day:
            return ""
        day = f"coalesce(substr(t.settled_at, 1, 10), '{last_day(self.period)}')"
        return f" AND {day} BETWEEN {name}.begins AND {name}.ends"


def places_stage(run: ReconciliationRun, shape: Shape) -> Places:
    """Fill `their_sums` and the tables of meanings."""
    period = run.period
    _sum_up(shape, by_day=False)
    days, reference = _days(period), read_reference()
    areas = list(meanings.areas(reference, _words("insured_area_code", "care_area_code"), days))
    cares = list(meanings.cares(reference, _words("care_type_code"), days))
    inside = meanings.inside(days)
    found: list[Meaning[Any]] = [*areas, *cares, *inside]
    by_day = not all(map(days.whole, found))
    if by_day:
        _sum_up(shape, by_day=True)
    days_of = {"begins": "text", "ends": "text"}
    _fill(run, "their_area", {"code": "text", **days_of, "region_id": "bigint"}, areas)
    _fill(run, "their_care", {"code": "text", **days_of, "care_kind": "text"}, cares)
    _fill(run, "account_inside", {"region_id": "bigint", **days_of, "is_inside": "boolean"}, inside)
    return Places(period, by_day, bool(inside))


def _sum_up(shape: Shape, *, by_day: bool) -> None:
    columns = {FIELDS[index].column: shape.has(index) for index in WORDS}
    said = [f"t.{name}" for name, is_said in columns.items() if is_said]
    nothing = [f"CAST(NULL AS text) AS {name}" for name, is_said in columns.items() if not is_said]
    day = "substr(t.settled_at, 1, 10)"
    sums = [f"CAST(sum({field.of_theirs}) AS bigint) AS {field.column}" for field in SUMMED]
    moment = in_order("t.settled_at")
    selected = [
        *said, *nothing, f"{day if by_day else 'CAST(NULL AS text)'} AS settled_at",
        f"{is_reversal(shape)} AS is_reversal", "count(*) AS cases", *sums,
        f"min({moment}) AS first_moment", f"max({moment}) AS last_moment",
    ]  # fmt: skip
    grouped = [*said, is_reversal(shape), *([day] if by_day else [])]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS their_sums")
        cursor.execute(
            f"CREATE TEMPORARY TABLE their_sums AS SELECT {', '.join(selected)} FROM theirs AS t"
            f" GROUP BY {', '.join(grouped)}"
        )
    analyze("their_sums")


def _days(period: str) -> Days:
    """The days of their file and of the period."""
    first, last = in_order("first_moment"), in_order("last_moment")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min({first}), max({last}) FROM their_sums")
        days = [dt.date.fromisoformat(moment[:10]) for moment in cursor.fetchone() if moment]
    return Days(min([*days, first_day(period)]), max([*days, last_day(period)]))


def _words(*columns: str) -> list[str]:
    """The words that occur in some columns of their file."""
    union = " UNION ".join(
        f"SELECT {column} AS word FROM their_sums WHERE {column} IS NOT NULL" for column in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT word FROM ({union}) AS words ORDER BY word")
        return [word for (word,) in cursor.fetchall()]


def _fill(
    run: ReconciliationRun, name: str, columns: Mapping[str, str], rows: Iterable[Meaning[Any]]
) -> None:
    create(run, name, columns)
    values = [(row.word, row.begins, row.ends, row.value) for row in rows]
    table = table_of(run, name)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s, %s, %s)", values)
    analyze(table)
