"""合计: both sides by institution, insurance type, kind of care and agency (the insured region).

Their file may not say all of these; then both sides are added up by what it says. What only one side has
stands beside nil. `agrees` looks at the figures that their file has at all, with refunds and without.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import connection
from django.db.models import F, QuerySet, Sum

from agency.organisation.models import Institution, PoolingRegion
from settlement.reconciliation.both_sides import Beside, Sides
from settlement.reconciliation.dialect import analyze, at_row
from settlement.reconciliation.models import ReconciliationRun, RunTotal
from settlement.reconciliation.places import AMOUNTS, INSURANCE, SUMMED
from settlement.records import columns as c
from settlement.records.models import SettlementRecord

TABLE = RunTotal._meta.db_table
REGIONS = PoolingRegion._meta.db_table
KEYS = ("institution_code", "insurance_type", "care_kind", "agency_code")
SUMS = ("fee", "fund", "account")
_SAID_BY = dict(zip(KEYS, (c.INSTITUTION, c.INSURANCE_TYPE, c.CARE_TYPE, c.INSURED_AREA), strict=True))
_OURS = dict(zip(KEYS, ("i.code", "o.insurance_type", "o.care_kind", "p.code"), strict=True))
_THEIRS = {
    "institution_code": "substr(t.institution_code, 1, 12)",
    "insurance_type": f"substr({INSURANCE}, 1, 8)",
    "care_kind": "coalesce(kind.care_kind, substr(t.care_type_code, 1, 20))",
    "agency_code": "p.code",
}
_OF_OURS = f"""JOIN {Institution._meta.db_table} AS i ON i.id = o.institution_id
    JOIN {REGIONS} AS p ON p.id = o.insured_region_id"""
_OF_THEIRS = f"LEFT JOIN {REGIONS} AS p ON p.id = insured.region_id"
_HALF = {  # of a digest, as a number; SQLite knows no hexadecimal numbers
    "postgresql": "sum(('x' || substr(content_digest, 1, 16))::bit(64)::bigint)",
    "sqlite": "hex_sum(substr(content_digest, 1, 16))",
}


def totals_write(sides: Sides) -> None:
    """Add both sides up and write a row for each combination that occurs on either."""
    _sum_up_ours(sides)
    sums = _sums()
    names = [*KEYS, *(f"our_{name}" for name in sums), *(f"their_{name}" for name in sums), "agrees"]
    keys = [f"coalesce(o.{name}, t.{name})" for name in KEYS]
    figures = [f"coalesce({side}.{name}, 0)" for side in "ot" for name in sums]
    meet = " AND ".join(f"o.{name} = t.{name}" for name in KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {TABLE} (run_id, {", ".join(names)})
            SELECT {sides.run.pk}, {", ".join([*keys, *figures])}, {_agrees(sides)}
            FROM ({_of_ours(sides)}) AS o FULL JOIN ({_of_theirs(sides)}) AS t ON {meet}"""
        )


def _sum_up_ours(sides: Sides) -> None:
    """`our_sums`: ours by the same keys as `their_sums`, and the sum of the digests of their contents."""
    keys = ("institution_id", "insurance_type", "care_kind", "insured_region_id", "is_reversal")
    ours, params = sides.ours(*keys, *AMOUNTS, "content_digest")
    sums = ", ".join(f"CAST(sum({name}) AS bigint) AS {name}" for name in AMOUNTS)
    if connection.vendor == "sqlite":
        connection.connection.create_aggregate("hex_sum", 1, _HexSum)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMPORARY TABLE our_sums AS SELECT {", ".join(keys)}, count(*) AS cases, {sums},
            {_HALF[connection.vendor]} AS digests FROM {ours} AS o GROUP BY {", ".join(keys)}""",
            params,
        )
    analyze("our_sums")


class _HexSum:
    """SQLite: the sum of numbers written in hexadecimal, as text."""

    def __init__(self) -> None:
        self.sum = 0

    def step(self, digits: str) -> None:
        self.sum += int(digits, 16)

    def finalize(self) -> str:
        return str(self.sum)


def ours_digest() -> str:
    """A digest of ours as they were compared, whatever their order: how many, and the sum of the digests of
    their contents (a corrected one's covers the number of its correction)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases, digests FROM our_sums")
        rows = cursor.fetchall()
    told = f"{sum(cases for cases, _ in rows)}|{sum(int(digests) for _, digests in rows) % 2**64}"
    return hashlib.sha256(told.encode()).hexdigest()


def _sums() -> list[str]:
    """The figures of one side, as RunTotal calls them."""
    gross = ["gross_count", *(f"gross_{name}_fen" for name in SUMS)]
    return ["count", *(f"{name}_fen" for name in SUMS), *gross]


def _figures(side: str, amounts: Sequence[str]) -> str:
    """人次 and sums with refunds, then without the reversals."""
    with_refunds = [f"CASE WHEN {side}.is_reversal THEN -{side}.cases ELSE {side}.cases END", *amounts]
    without = [f"CASE WHEN {side}.is_reversal THEN 0 ELSE {part} END" for part in (f"{side}.cases", *amounts)]
    return ", ".join(
        f"CAST(sum({part}) AS bigint) AS {name}"
        for part, name in zip([*with_refunds, *without], _sums(), strict=True)
    )


def _grouped(sides: Sides, by: dict[str, str]) -> tuple[str, str]:
    """What is selected for the keys, and what it is grouped by: nothing for a key that they do not say."""
    said = {name: f"coalesce({by[name]}, '')" for name in KEYS if sides.shape.has(_SAID_BY[name])}
    selected = ", ".join(f"{said.get(name, chr(39) * 2)} AS {name}" for name in KEYS)
    return selected, f"GROUP BY {', '.join(said.values())}" if said else "HAVING count(*) > 0"


def _of_ours(sides: Sides) -> str:
    selected, grouped = _grouped(sides, _OURS)
    figures = _figures("o", [f"o.{name}" for name in AMOUNTS])
    return f"SELECT {selected}, {figures} FROM our_sums AS o {_OF_OURS} {grouped}"


def _of_theirs(sides: Sides) -> str:
    selected, grouped = _grouped(sides, _THEIRS)
    figures = _figures("t", [sides.theirs(field, Beside.NOTHING) for field in SUMMED])
    return f"SELECT {selected}, {figures} FROM their_sums AS t {sides.joins} {_OF_THEIRS} {grouped}"


def _agrees(sides: Sides) -> str:
    compared = ["count", "gross_count"]
    for name, field in zip(SUMS, SUMMED, strict=True):
        if sides.shape.has(field.index):
            compared += [f"{name}_fen", f"gross_{name}_fen"]
    return " AND ".join(f"coalesce(o.{name}, 0) = coalesce(t.{name}, 0)" for name in compared)


def our_cases(run: ReconciliationRun) -> int:
    """How many cases of ours were added up: a reversal is one of them, though it counts −1 as 人次."""
    return _cases(run.totals.all(), "our")


def their_cases(run: ReconciliationRun) -> int:
    """How many rows of theirs were added up."""
    return _cases(run.totals.all(), "their")


def _cases(totals: QuerySet[RunTotal], side: str) -> int:
    cases = Sum(2 * F(f"{side}_gross_count") - F(f"{side}_count"))
    return totals.aggregate(cases=cases)["cases"] or 0


def open_only_differing(sides: Sides) -> list[str]:
    """Of `found` keep what lies in a combination whose totals differ, by our words or by theirs. What to say
    of the others, if there are any."""
    ours = f"""SELECT f.settlement_no, {_grouped(sides, _OURS)[0]}
        FROM found AS f JOIN {SettlementRecord._meta.db_table} AS o ON o.id = f.record_id {_OF_OURS}"""
    theirs = f"""SELECT f.settlement_no, {_grouped(sides, _THEIRS)[0]}
        FROM found AS f JOIN theirs AS t ON {at_row("t")} = f.at_row {sides.joins} {_OF_THEIRS}"""
    meet = " AND ".join(f"d.{name} = f.{name}" for name in KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""DELETE FROM found WHERE settlement_no NOT IN (
            SELECT f.settlement_no FROM ({ours} UNION ALL {theirs}) AS f
            JOIN {TABLE} AS d ON {meet} WHERE d.run_id = {sides.run.pk} AND NOT d.agrees)"""
        )
    agreeing = sides.run.totals.filter(agrees=True)
    groups, cases = agreeing.count(), _cases(agreeing, "our")
    return [f"合计相符的 {groups:,} 组（我方 {cases:,} 笔）没有逐笔比对。"] if groups else []
