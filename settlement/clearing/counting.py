"""重新加总: what is behind a month's lines, added up anew from its records and deductions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from settlement.clearing import selectors
from settlement.clearing.changes import Changes, changes_since
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import LineKey
from settlement.clearing.sums import MonthSums, month_sums
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord

Rows = TypeVar("Rows", bound="QuerySet[Any]")


@dataclass
class Counted:
    """What is behind a month's lines, added up anew, without what came since an unsigned one was computed."""

    since: Changes
    records: QuerySet[SettlementRecord]
    deductions: QuerySet[Deduction]
    sums: MonthSums

    def first_behind(self, month: ClearingPeriod, key: LineKey) -> str:
        """The first record behind a line, so that one knows where to look."""
        where, deductions = key._asdict(), self.deductions
        cleared = self.records.exclude(selectors.local_record(selectors.pairs_of(month)))
        record = cleared.filter(**where).order_by("pk").values_list("settlement_no", flat=True).first()
        if record is not None:
            return f"第一笔明细 {record}"
        deduction = deductions.filter(**where).order_by("pk").values_list("deduction_no", flat=True).first()
        return f"第一笔扣款 {deduction}" if deduction is not None else "没有明细"


def count_anew(month: ClearingPeriod) -> Counted:
    """One pass over the month's records, local ones counted in passing, and one over its deductions."""
    since = changes_since(month)
    records = without(SettlementRecord.objects.for_period(month.period), since.records)
    deductions = without(selectors.cleared_deductions(month), since.deductions)
    sums = month_sums(records, deductions, selectors.pairs_of(month))
    return Counted(since, records, deductions, sums)


def without(rows: Rows, arrived: Q) -> Rows:
    """The rows apart from those that arrived; what came by hand has no batch and stays."""
    if not arrived:
        return rows
    return rows.exclude(pk__in=rows.model._default_manager.filter(arrived).values("pk"))
