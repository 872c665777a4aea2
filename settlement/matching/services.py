"""核对备案: mark the cases of a batch or of a month; by sets, and again when filings or people came."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from agency.batches.models import Batch
from settlement.matching.judging import judge
from settlement.matching.models import FilingMark, RecordFiling
from settlement.matching.places import Place, place_rows
from settlement.records.locks import lock_records
from settlement.records.models import SettlementRecord


@dataclass(frozen=True)
class Matched:
    """How many cases have which mark, and how many marks are new or other than before."""

    marks: dict[str, int]
    changed: int

    @property
    def cases(self) -> int:
        return sum(self.marks.values())

    def __add__(self, other: Matched) -> Matched:
        marks = {mark: self.marks[mark] + other.marks[mark] for mark in FilingMark.values}
        return Matched(marks, self.changed + other.changed)


NOTHING = Matched(dict.fromkeys(FilingMark.values, 0), 0)


def match_batch(batch: Batch, *, at: dt.datetime) -> Matched:
    """Mark the cases that a batch loaded."""
    rows = SettlementRecord.objects.filter(batch=batch)
    return _match(rows, "r.batch_id = %s", [batch.pk], at)


def match_record(record: SettlementRecord, *, at: dt.datetime) -> Matched:
    """Mark one case, as a correction brings it."""
    return _match(SettlementRecord.objects.filter(pk=record.pk), "r.id = %s", [record.pk], at)


def match_period(period: str, *, at: dt.datetime) -> Matched:
    """Mark the cases of a month of clearing, signed or not: a mark is no figure of the month."""
    return _match(SettlementRecord.objects.filter(period=period), "r.period = %s", [period], at)


def periods_with_cases() -> list[str]:
    """The months that have cases, each found by one step through the index."""
    found: list[str] = []
    rows = SettlementRecord.objects.order_by("period").values_list("period", flat=True)
    following = rows.first()
    while following is not None:
        found.append(following)
        following = rows.filter(period__gt=following).first()
    return found


@transaction.atomic
def _match(rows: QuerySet[SettlementRecord], scope: str, of: list[Any], at: dt.datetime) -> Matched:
    """No case comes or goes meanwhile: the lock of those who write them is held."""
    lock_records()
    room_to_join()
    changed = mark_cases(rows, scope, of, at)
    marks = RecordFiling.objects.filter(record__in=rows).order_by().values_list("mark")
    return Matched({**NOTHING.marks, **dict(marks.annotate(Count("pk")))}, changed)


def room_to_join() -> None:
    """Memory for the joins of this transaction, so that a million persons need not go through files."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'")


def mark_cases(rows: QuerySet[SettlementRecord], scope: str, of: list[Any], at: dt.datetime) -> int:
    """Write the marks of `rows`, which `scope` and `of` tell in SQL over `r`. Returns how many changed."""
    days = rows.aggregate(Min("admitted_on"), Min("settled_at"), Max("admitted_on"), Max("settled_at"))
    if days["settled_at__min"] is None:
        return 0
    settled = [timezone.localdate(days[f"settled_at__{end}"]) for end in ("min", "max")]
    first = min(settled[0], days["admitted_on__min"] or settled[0])
    last = max(settled[1], days["admitted_on__max"] or settled[1])
    fields = ("insured_region_id", "care_region_id", "care_area_code", "care_kind")
    places = [Place(*values) for values in rows.order_by().values_list(*fields).distinct()]
    return judge(scope, of, place_rows(places, first, last), at)
