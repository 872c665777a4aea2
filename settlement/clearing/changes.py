"""计算之后的变化: what came or went since a month was computed.

The order of the log tells it, not clocks: computing, loading, undoing, withdrawing and correcting each take
the lock of the records and write their entry under it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Max, Q

from agency.batches.models import Batch
from agency.journal.models import AuditEntry
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.selectors import Pair, pairs_now, pairs_of
from settlement.corrections.models import Correction
from settlement.deductions.batches import KIND as DEDUCTIONS
from settlement.deductions.models import Deduction
from settlement.records.batches import KIND as SETTLEMENTS

LOADED, UNDONE, WITHDRAWN = "batch_loaded", "batch_undone", "deduction_withdrawn"
CORRECTED, REOPENED = "case_corrected", "period_reopened"


@dataclass
class Changes:
    """What touches one month: batches loaded since, batches of before that were undone, numbers of the
    deductions that take others back, keys of the records that corrections brought, months whose reopening
    moved late cases or deductions into it or out of it, and whether other pairs count as not 异地 now."""

    loaded: list[int] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    withdrawals: list[str] = field(default_factory=list)
    corrected: list[int] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    other_pairs: bool = False

    def __bool__(self) -> bool:
        arrived = self.loaded or self.withdrawals or self.corrected
        return bool(arrived or self.cannot_tell or self.other_pairs)

    @property
    def cannot_tell(self) -> bool:
        """Whether something that was counted is gone, so that the lines cannot be added up again."""
        return bool(self.undone or self.moved)

    @property
    def records(self) -> Q:
        """The records that came since; empty when none did."""
        return _any(batch__in=self.loaded, pk__in=self.corrected)

    @property
    def deductions(self) -> Q:
        return _any(batch__in=self.loaded, deduction_no__in=self.withdrawals)


def _any(**lists: list[Any]) -> Q:
    return reduce(or_, (Q(**{name: values}) for name, values in lists.items() if values), Q())


def changes_since(month: ClearingPeriod) -> Changes:
    """What touches an unsigned month since it was computed; nothing touches a signed one."""
    return changes_of([month]).get(month.period, Changes())


def has_changed_since(month: ClearingPeriod) -> bool:
    """Whether an unsigned month should be computed again."""
    return bool(changes_since(month))


def changes_of(months: Iterable[ClearingPeriod]) -> dict[str, Changes]:
    """The same for many months, in as many queries as for one."""
    unsigned = [month for month in months if not month.is_signed]
    if not unsigned:
        return {}
    computed = _last_computed([month.period for month in unsigned])
    log = _Log(min(computed.get(month.period, 0) for month in unsigned))
    pairs = pairs_now()
    return {month.period: log.of_month(month, computed.get(month.period, 0), pairs) for month in unsigned}


def _last_computed(periods: list[str]) -> dict[str, int]:
    rows = AuditEntry.objects.filter(
        subject_kind=ClearingPeriod.machine.kind, subject_no__in=periods, action="period_computed"
    )
    return dict(rows.order_by().values_list("subject_no").annotate(Max("seq")))


class _Log:
    """The entries after one place of the log that may touch months."""

    def __init__(self, after: int) -> None:
        actions = (LOADED, UNDONE, WITHDRAWN, CORRECTED, REOPENED)
        rows = AuditEntry.objects.filter(action__in=actions, seq__gt=after)
        entries = list(rows.order_by("seq").values_list("seq", "action", "subject_no", "detail"))
        of_batches = [row[:3] for row in entries if row[1] in (LOADED, UNDONE)]
        self.batches: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for seq, action, number in of_batches:
            self.batches[number].append((seq, action))
        kinds = (SETTLEMENTS, DEDUCTIONS)
        touching = Batch.objects.filter(batch_no__in=self.batches, kind__in=kinds).order_by("pk")
        self.found = [
            (pk, number, set(preview.get("periods", ())))
            for pk, number, preview in touching.values_list("pk", "batch_no", "preview")
        ]
        made = {row[3].get("withdrawal", ""): row[0] for row in entries if row[1] == WITHDRAWN}
        counted = Deduction.objects.filter(deduction_no__in=made).order_by("pk")
        self.withdrawals = [
            (made[number], number, period) for number, period in counted.values_list("deduction_no", "period")
        ]
        self.corrected = list(_corrected({row[2]: row[0] for row in entries if row[1] == CORRECTED}))
        self.reopened = [
            (seq, opened, detail["months"]) for seq, action, opened, detail in entries if action == REOPENED
        ]

    def of_month(self, month: ClearingPeriod, computed: int, pairs: list[Pair]) -> Changes:
        changes = Changes(other_pairs=pairs_of(month) != pairs)
        for pk, number, periods in self.found:
            later = [action for seq, action in self.batches[number] if seq > computed]
            if month.period not in periods or not later:
                continue
            if UNDONE not in later:
                changes.loaded.append(pk)
            elif LOADED not in later:  # what came and went since leaves no trace
                changes.undone.append(number)
        changes.withdrawals += [
            number for seq, number, period in self.withdrawals if seq > computed and period == month.period
        ]
        changes.corrected += [
            pk for seq, pk, period in self.corrected if seq > computed and period == month.period
        ]
        changes.moved += [
            opened for seq, opened, months in self.reopened if seq > computed and month.period in months
        ]
        return changes


def _corrected(written: dict[str, int]) -> Iterator[tuple[int, int, str]]:
    """(place in the log, key, month) of both records of corrections, by their numbers."""
    rows = Correction.objects.filter(proposal_no__in=written, record__isnull=False).order_by("pk")
    for row in rows.select_related("reversal", "record"):
        for one in (row.reversal, row.record):
            assert one is not None
            yield written[row.proposal_no], one.pk, one.period
