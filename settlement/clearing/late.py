"""迟到的回到本月: what counts later because its own month was signed comes back when that is open again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet

from agency.batches.models import Batch
from settlement.deductions.content import LOOKUPS, digest_of, stored_content
from settlement.deductions.models import Deduction
from settlement.matching.models import RecordFiling
from settlement.records.models import SettlementRecord
from settlement.records.periods import first_open, signed_periods


@dataclass(frozen=True)
class Moved:
    """How many cases and deductions came back, and the months that this touches (none when none came)."""

    records: int
    deductions: int
    months: list[str]


def late_come_back(period: str) -> Moved:
    """Let everything count in `period`, which is open again, that would have counted in it had it been open.

    Call it in the transaction that opened the month, under the lock of the records.
    """
    records = _late(SettlementRecord.objects.all(), "settlement_month", period)
    deductions = _late(Deduction.objects.all(), "stated_period", period)
    left = {*_periods(records), *_periods(deductions)}
    batches = [*_batches(records), *_batches(deductions)]
    RecordFiling.objects.filter(record__in=records.values("pk")).update(period=period)
    moved = list(deductions.values_list("pk", flat=True))
    counts = records.update(period=period), deductions.update(period=period)
    moved_withdrawals = _withdrawals_follow(moved, period)
    _batches_say(batches, period)
    months = sorted({period, *left}) if any(counts) else []
    return Moved(counts[0], counts[1] + moved_withdrawals, months)


def _late(rows: QuerySet[Any], own: str, period: str) -> QuerySet[Any]:
    """The rows that count later than `period` and should count in it: those of months that lead there."""
    signed = signed_periods()
    late = rows.filter(period__gt=F(own)).order_by()  # out of an index that holds nothing else
    months = late.filter(period__gt=period).values_list(own, flat=True).distinct()
    leading = sorted(month for month in months if first_open(month, signed) == period)
    return late.filter(**{"period__gt": period, f"{own}__in": leading})


def _periods(rows: QuerySet[Any]) -> list[str]:
    return list(rows.values_list("period", flat=True).distinct())


def _batches(rows: QuerySet[Any]) -> list[tuple[int, str, int]]:
    """(batch, month, how many of its rows)."""
    return list(rows.filter(batch__isnull=False).values_list("batch_id", "period").annotate(Count("pk")))


def _withdrawals_follow(moved: list[int], period: str) -> int:
    """A withdrawal counts in the month of what it takes back; that month is part of its content."""
    rows = list(Deduction.objects.filter(withdraws__in=moved, stated_period__gt=period).order_by("pk"))
    Deduction.objects.filter(pk__in=[row.pk for row in rows]).update(period=period, stated_period=period)
    named = Deduction.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", *LOOKUPS)
    contents = {pk: stored_content(values) for pk, *values in named}
    for row in rows:
        row.content_digest = digest_of(contents[row.pk])
    Deduction.objects.bulk_update(rows, ["content_digest"], batch_size=500)
    return len(rows)


def _batches_say(moved: list[tuple[int, str, int]], period: str) -> None:
    """Each batch says how many of its rows count in which month: undoing it later touches this one."""
    batches = Batch.objects.in_bulk([key for key, _, _ in moved])
    for key, left, count in moved:
        periods = batches[key].preview.setdefault("periods", {})
        periods[left] = periods.get(left, count) - count
        periods[period] = periods.get(period, 0) + count
        batches[key].preview["periods"] = {name: n for name, n in sorted(periods.items()) if n > 0}
    Batch.objects.bulk_update(list(batches.values()), ["preview"], batch_size=500)
