"""Reads of corrections: what a person may see, and what stands in the way of one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from agency.organisation import access
from agency.organisation.models import User
from settlement.corrections.models import Correction
from settlement.corrections.rules import Situation
from settlement.corrections.states import CorrectionState
from settlement.deductions.models import Deduction
from settlement.records.check import Candidate
from settlement.records.content import LOOKUPS, as_delivered, differing_columns, texts_of
from settlement.records.models import SettlementRecord
from settlement.records.rules import AMOUNT_NAMES
from settlement.records.selectors import stored_reversals


@dataclass(frozen=True)
class CorrectionFilter:
    """What the list is narrowed to; empty means all."""

    state: str = ""
    settlement_no: str = ""
    batch: str = ""


def corrections_listed(by: User, narrow: CorrectionFilter) -> QuerySet[Correction]:
    """The corrections that a person may see, narrowed; the caller orders and pages by key."""
    wanted = {
        "state": narrow.state,
        "settlement_no": narrow.settlement_no,
        "batch__batch_no": narrow.batch,
    }
    rows = Correction.objects.visible_to(by).select_related(
        "insured_region", "care_region", "batch__file", "batch__created_by", "proposed_by", "decided_by"
    )
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def corrections_to_decide(by: User) -> QuerySet[Correction]:
    """What waits for this person's decision: proposed by a colleague, from a colleague's file."""
    rows = Correction.objects.visible_to(by).filter(state=CorrectionState.PROPOSED)
    others = rows.exclude(proposed_by=by)
    return others.exclude(batch__created_by=by, batch__by_command=False).order_by("pk")


def stored_content(record: SettlementRecord) -> list[str]:
    """A stored record as texts, its correction number included."""
    return texts_of(SettlementRecord.objects.filter(pk=record.pk).values_list(*LOOKUPS).get())


def situation(
    by: User, stored: SettlementRecord, candidate: Candidate | None, *, own: Correction | None = None
) -> Situation:
    """What could stand in the way of correcting a stored record by a row of a file.

    Without a candidate (when an own proposal is decided) what a file says is not judged again.
    """
    number = stored.settlement_no
    deductions = Deduction.objects.filter(
        record__settlement_no=number, withdraws__isnull=True, withdrawn_by__isnull=True
    )
    proposals = Correction.objects.filter(settlement_no=number, state=CorrectionState.PROPOSED)
    if own is not None:
        proposals = proposals.exclude(pk=own.pk)
    return Situation(
        number=number,
        is_reversal=stored.is_reversal,
        becomes_reversal=candidate is not None and candidate.is_reversal and not stored.is_reversal,
        is_same=candidate is not None and _is_same(stored, candidate),
        reversed_by=stored_reversals([number]).get(number, ""),
        deduction=deductions.order_by("pk").values_list("deduction_no", flat=True).first() or "",
        proposal=proposals.values_list("proposal_no", flat=True).first() or "",
        is_own=candidate is None or access.sees_all(by) or by.region_id in candidate.regions,
    )


def _is_same(stored: SettlementRecord, candidate: Candidate) -> bool:
    content = as_delivered(stored_content(stored))
    return not differing_columns(content, candidate.content.split("\t"), AMOUNT_NAMES)
