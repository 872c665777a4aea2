"""加总: what records and deductions add up to, line by line: one GROUP BY of each inside the database."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, Count, QuerySet, Sum, Value, When

from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import RECORD_SUMS, Line, LineKey
from settlement.clearing.selectors import (
    KEYS,
    NET_CASES,
    Pair,
    cleared_deductions,
    not_cross_region,
    pairs_of,
)
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord


class MonthSums(NamedTuple):
    """What records and deductions add up to: the lines by key, and how many cases are local."""

    lines: dict[LineKey, Line]
    local: int


def month_sums(
    records: QuerySet[SettlementRecord], deductions: QuerySet[Deduction], pairs: list[Pair]
) -> MonthSums:
    """The lines that records and deductions give: one GROUP BY of each, local cases counted in passing.

    `records` are all of a month; `pairs` those that are not 异地. Only sums come to Python.
    """
    _rows_of_a_month_lie_together()
    deducted = {LineKey._make(row[:4]): int(row[4]) for row in deduction_sums(deductions)}
    lines: dict[LineKey, Line] = {}
    local = 0
    for *values, is_local in record_sums(records, pairs):
        key = LineKey._make(values[:4])
        if is_local or key.insured_region_id == key.care_region_id:
            local += int(values[5])
        else:
            lines[key] = _line(key, [int(value) for value in values[4:]], deducted.pop(key, 0))
    for key, amount in deducted.items():
        lines[key] = _line(key, [0] * (2 + len(RECORD_SUMS)), amount)
    return MonthSums(lines, local)


def _rows_of_a_month_lie_together() -> None:
    """For this transaction of PostgreSQL: months are loaded one after the other, so the index of the month
    leads to neighbouring rows. From an index of two columns it cannot tell, and would read all months."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL random_page_cost = 1.1")


def record_sums(
    records: QuerySet[SettlementRecord], pairs: list[Pair]
) -> QuerySet[SettlementRecord, tuple[Any, ...]]:
    """Per line: the keys, cases, records, the sums of RECORD_SUMS, and whether a pair makes them local."""
    sums = {
        "s_cases": NET_CASES,
        "s_records": Count("pk"),
        **{f"s_{name}": Sum(name) for name in RECORD_SUMS},
    }
    rows = records.order_by()
    if not pairs:
        return rows.values(*KEYS).annotate(**sums).values_list(*KEYS, *sums, Value(False))
    case = Case(When(not_cross_region(pairs), then=Value(True)), default=Value(False))
    keyed = rows.annotate(is_local=case).values(*KEYS, "is_local")  # else no line has both
    return keyed.annotate(**sums).values_list(*KEYS, *sums, "is_local")


def deduction_sums(deductions: QuerySet[Deduction]) -> QuerySet[Deduction, tuple[Any, ...]]:
    """Per line: the keys and what is deducted."""
    return deductions.values(*KEYS).annotate(s=Sum("amount_fen")).values_list(*KEYS, "s")


def sums_of(month: ClearingPeriod) -> MonthSums:
    """What a month's records and deductions add up to now, by the pairs that it was computed by."""
    records = SettlementRecord.objects.for_period(month.period)
    return month_sums(records, cleared_deductions(month), pairs_of(month))


def _line(key: LineKey, sums: list[int], deducted: int) -> Line:
    fund, account = sums[-2:]
    return Line._make([*key, *sums, deducted, 0, 0, fund + account - deducted])
