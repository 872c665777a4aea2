"""合计: both sides by institution, insurance type, kind of care and agency (the insured region).

Their file may not say all of these; then both sides are added up by what it says. What only one side has
stands beside nil. `agrees` looks at the figures that their file has at all, with refunds and without.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import F, Sum

from agency.organisation.models import Institution, PoolingRegion
from settlement.reconciliation.both_sides import Sides
from settlement.reconciliation.fields import ACCOUNT_PAY, FUND, TOTAL_FEE
from settlement.reconciliation.models import ReconciliationRun, RunTotal
from settlement.reconciliation.places import INSURANCE, is_reversal
from settlement.records import columns as c
from settlement.records.models import SettlementRecord

TABLE = RunTotal._meta.db_table
KEYS = ("institution_code", "insurance_type", "care_kind", "agency_code")
SUMS = ("fee", "fund", "account")
_SAID_BY = dict(zip(KEYS, (c.INSTITUTION, c.INSURANCE_TYPE, c.CARE_TYPE, c.INSURED_AREA), strict=True))
_OURS = dict(zip(KEYS, ("o.institution_code", "o.insurance_type", "o.care_kind", "p.code"), strict=True))
_THEIRS = {
    "institution_code": "substr(t.institution_code, 1, 12)",
    "insurance_type": f"substr({INSURANCE}, 1, 8)",
    "care_kind": "coalesce(kind.care_kind, substr(t.care_type_code, 1, 20))",
    "agency_code": "p.code",
}


def totals_write(sides: Sides) -> None:
    """Add both sides up and write a row for each combination that occurs on either."""
    ours, params = sides.ours
    sums = _sums()
    names = [*KEYS, *(f"our_{name}" for name in sums), *(f"their_{name}" for name in sums), "agrees"]
    keys = [f"coalesce(o.{name}, t.{name})" for name in KEYS]
    figures = [f"coalesce({side}.{name}, 0)" for side in "ot" for name in sums]
    meet = " AND ".join(f"o.{name} = t.{name}" for name in KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {TABLE} (run_id, {", ".join(names)})
            SELECT {sides.run.pk}, {", ".join([*keys, *figures])}, {_agrees(sides)}
            FROM ({_of_ours(sides, ours)}) AS o FULL JOIN ({_of_theirs(sides)}) AS t ON {meet}""",
            params,
        )


def _sums() -> list[str]:
    """The figures of one side, as RunTotal calls them."""
    gross = ["gross_count", *(f"gross_{name}_fen" for name in SUMS)]
    return ["count", *(f"{name}_fen" for name in SUMS), *gross]


def _figures(reversal: str, amounts: dict[str, str]) -> str:
    """人次 and sums with refunds, then without the reversals."""
    parts = [f"sum(CASE WHEN {reversal} THEN -1 ELSE 1 END) AS count"]
    parts += [f"CAST(sum({amount}) AS bigint) AS {name}_fen" for name, amount in amounts.items()]
    parts.append(f"sum(CASE WHEN {reversal} THEN 0 ELSE 1 END) AS gross_count")
    for name, amount in amounts.items():
        parts.append(
            f"CAST(sum(CASE WHEN {reversal} THEN 0 ELSE {amount} END) AS bigint) AS gross_{name}_fen"
        )
    return ", ".join(parts)


def _grouped(sides: Sides, by: dict[str, str]) -> tuple[str, str]:
    """What is selected for the keys, and what it is grouped by: nothing for a key that they do not say."""
    said = {name: f"coalesce({by[name]}, '')" for name in KEYS if sides.shape.has(_SAID_BY[name])}
    selected = ", ".join(f"{said.get(name, chr(39) * 2)} AS {name}" for name in KEYS)
    return selected, f"GROUP BY {', '.join(said.values())}" if said else "HAVING count(*) > 0"


def _of_ours(sides: Sides, ours: str) -> str:
    selected, grouped = _grouped(sides, _OURS)
    amounts = {
        "fee": "o.total_fee_fen",
        "fund": "o.fund_total_fen",
        "account": "o.personal_account_pay_fen",
    }
    return f"""SELECT {selected}, {_figures("o.is_reversal", amounts)} FROM {ours} AS o
        JOIN {PoolingRegion._meta.db_table} AS p ON p.id = o.insured_region_id {grouped}"""


def _of_theirs(sides: Sides) -> str:
    selected, grouped = _grouped(sides, _THEIRS)
    amounts = {
        "fee": "coalesce(t.total_fee_fen, 0)",
        "fund": sides.theirs(FUND, alone=True),
        "account": sides.theirs(ACCOUNT_PAY, alone=True),
    }
    return f"""SELECT {selected}, {_figures(is_reversal(sides.shape), amounts)} FROM theirs AS t {sides.joins}
        LEFT JOIN {PoolingRegion._meta.db_table} AS p ON p.id = insured.region_id {grouped}"""


def _agrees(sides: Sides) -> str:
    compared = ["count", "gross_count"]
    for name, field in zip(SUMS, (TOTAL_FEE, FUND, ACCOUNT_PAY), strict=True):
        if sides.shape.has(field.index):
            compared += [f"{name}_fen", f"gross_{name}_fen"]
    return " AND ".join(f"coalesce(o.{name}, 0) = coalesce(t.{name}, 0)" for name in compared)


def our_cases(run: ReconciliationRun) -> int:
    """How many cases of ours were added up: a reversal is one of them, though it counts −1 as 人次."""
    return _cases(run, "our")


def their_cases(run: ReconciliationRun) -> int:
    """How many rows of theirs were added up."""
    return _cases(run, "their")


def _cases(run: ReconciliationRun, side: str) -> int:
    cases = Sum(2 * F(f"{side}_gross_count") - F(f"{side}_count"))
    return run.totals.aggregate(cases=cases)["cases"] or 0


def open_only_differing(sides: Sides) -> None:
    """Of `found` keep what lies in a combination whose totals differ, by our words or by theirs."""
    regions = PoolingRegion._meta.db_table
    ours = f"""SELECT f.settlement_no, {_grouped(sides, {**_OURS, "institution_code": "i.code"})[0]}
        FROM found AS f JOIN {SettlementRecord._meta.db_table} AS o ON o.id = f.record_id
        JOIN {Institution._meta.db_table} AS i ON i.id = o.institution_id
        JOIN {regions} AS p ON p.id = o.insured_region_id"""
    theirs = f"""SELECT f.settlement_no, {_grouped(sides, _THEIRS)[0]}
        FROM found AS f JOIN theirs AS t ON t.line_no = f.line_no {sides.joins}
        LEFT JOIN {regions} AS p ON p.id = insured.region_id"""
    meet = " AND ".join(f"d.{name} = f.{name}" for name in KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""DELETE FROM found WHERE settlement_no NOT IN (
            SELECT f.settlement_no FROM ({ours} UNION ALL {theirs}) AS f
            JOIN {TABLE} AS d ON {meet} WHERE d.run_id = {sides.run.pk} AND NOT d.agrees)"""
        )
