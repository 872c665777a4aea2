"""Reads of the queue of manual reimbursement, and of the papers to bring."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from agency.organisation.models import User
from filings.reimbursements.models import ManualReimbursement, ReimbursementPaper
from filings.reimbursements.states import ReimbursementState

COUNTED_AT_MOST = 99
WITH_NAMES = (
    "stay__person",
    "stay__institution__region",
    "stay__institution__place",
    "stay__filing__care_region",
    "stay__insured_region",
    "insured_region",
    "assigned_to",
    "opened_by",
)


@dataclass(frozen=True)
class ReimbursementFilter:
    """What the list is narrowed to; an empty state means all."""

    state: str = ReimbursementState.WAITING
    mine: bool = False


def reimbursements_visible(by: User) -> QuerySet[ManualReimbursement]:
    """The queue as `by` may see it, longest waiting first."""
    return ManualReimbursement.objects.visible_to(by).select_related(*WITH_NAMES).order_by("pk")


def reimbursements_listed(by: User, narrow: ReimbursementFilter) -> QuerySet[ManualReimbursement]:
    """The queue, narrowed; the caller pages by key."""
    rows = reimbursements_visible(by)
    if narrow.state:
        rows = rows.filter(state=narrow.state)
    return rows.filter(assigned_to=by) if narrow.mine else rows


def waiting_count(by: User) -> int:
    """How many wait, counted up to 99 through the index, never the whole table."""
    rows = ManualReimbursement.objects.visible_to(by).filter(state=ReimbursementState.WAITING)
    return min(COUNTED_AT_MOST, len(rows.order_by().values_list("pk")[: COUNTED_AT_MOST + 1]))


def papers_to_bring(on: dt.date) -> list[ReimbursementPaper]:
    """What to bring for manual reimbursement on a day, in its order [S0, S2, S3]."""
    return list(ReimbursementPaper.objects.in_force(on))


def days_waiting(row: ManualReimbursement, on: dt.date) -> int | None:
    """How long it waits; None once it does not."""
    waits = row.state == ReimbursementState.WAITING
    return (on - timezone.localdate(row.opened_at)).days if waits else None
