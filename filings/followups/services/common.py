"""What every write of a follow-up shares: the locks, the steps that more than one takes, the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.journal.numbers import next_numbers
from agency.organisation.models import User
from agency.organisation.selectors import system_account
from filings.filing.models import Filing
from filings.filing.services.common import lock
from filings.followups.models import FollowUp
from filings.followups.rules import STEPS
from filings.followups.states import FollowUpKind, FollowUpState

S, K = FollowUpState, FollowUpKind
CHUNK = 500


def create(filing: Filing, *, by: User, at: dt.datetime, **fields: Any) -> FollowUp:
    return create_many([(filing, fields)], by=by, at=at)[0]


def create_many(
    wanted: Sequence[tuple[Filing, Mapping[str, Any]]], *, by: User, at: dt.datetime
) -> list[FollowUp]:
    """One follow-up for each filing and its columns, numbered in their order."""
    on = timezone.localdate(at)
    numbers = next_numbers(f"follow-up-{on:%Y%m}", len(wanted))
    rows = FollowUp.objects.bulk_create(
        [
            FollowUp(
                follow_up_no=f"G{on:%Y%m}{number:04d}",
                filing=filing,
                region=filing.insured_region,
                opened_on=on,
                opened_by=by,
                **fields,
            )
            for number, (filing, fields) in zip(numbers, wanted, strict=True)
        ],
        batch_size=CHUNK,
    )
    workflow.begin_many(rows, by=by, at=at)
    return rows


def keep(row: FollowUp, papers: str, how: str, *, by: User, at: dt.datetime, reason: str = "") -> None:
    received: dict[str, Any] = {"received_papers": papers, "received_as": how}
    workflow.move(row, S.KEPT, by=by, at=at, reason=reason, settled_by=by, settled_at=at, **received)


def close(row: FollowUp, reason: str, *, at: dt.datetime) -> None:
    by = system_account()
    workflow.move(row, S.CLOSED, by=by, at=at, reason=reason, settled_by=by, settled_at=at)


def close_idle_check(filing: Filing, *, at: dt.datetime) -> None:
    """A spot check of promises ends when none of them is open any more."""
    rows = FollowUp.objects.filter(filing=filing, state=S.OPEN)
    if rows.filter(kind=K.COMMITMENT).exists():
        return
    for check in rows.filter(kind=K.SPOT_CHECK):
        close(check, "承诺都已了结，不用再抽查", at=at)


def lock_open(row: FollowUp, to: FollowUpState, *, at: dt.datetime) -> None:
    """The filing first, then the follow-up; both as they are stored now."""
    filing = Filing.objects.select_related("insured_region", "person", "care_region").get(pk=row.filing_id)
    lock(filing, at=at)
    row.refresh_from_db(from_queryset=FollowUp.objects.select_for_update())
    row.filing = filing
    state = row.state_on(timezone.localdate(at))
    if state != S.OPEN:
        raise DomainError("not_open", f"{row.follow_up_no} 现在是“{state.label}”，不用再办。")
    if to not in STEPS[FollowUpKind(row.kind)]:
        told = f"{row.get_kind_display()}跟踪不能变为“{to.label}”。"
        raise DomainError("no_such_step", told)


def log(action: str, row: FollowUp, *, by: User, at: dt.datetime, **detail: object) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=FollowUp.machine.kind,
        subject_no=row.follow_up_no,
        region=row.region,
        **detail,
    )
