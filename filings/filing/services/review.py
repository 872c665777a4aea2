"""Writes of review, and cancellation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays, workdays_between
from filings.filing.models import Filing
from filings.filing.selectors import terms_of, validity_of
from filings.filing.services.charge import holder_of, log_charge, to_intake
from filings.filing.services.common import (
    has_entered,
    judged_fields,
    judged_or_refused,
    lock,
    log,
    put_in_force,
)
from filings.filing.states import TERMINAL, FilingState
from filings.filing.timekeeping import NO_PROOF_DUE
from filings.filing.validity import CROSS_PROVINCE, IN_PROVINCE, ONE_DAY
from filings.filing.waivers import locks_note

S = FilingState


@transaction.atomic
def filing_approve(
    filing: Filing, *, by: User, at: dt.datetime, version: int | None = None, note: str = ""
) -> Filing:
    """复核通过: by a second person, of the `version` they saw, after judging everything once more."""
    _begin_review(filing, by, version, at)
    judged = judged_or_refused(filing, timezone.localdate(at))
    former, fields = holder_of(filing), judged_fields(judged)
    fields |= {"reviewed_by": by, "reviewed_at": at, "assigned_to": to_intake(filing, by=by)}
    put_in_force(filing, by=by, at=at, reason=note, **fields)
    log("filing_in_force", filing, by=by, at=at, reviewed=True)
    log_charge(filing, former, by=by, at=at, note="复核通过")
    return filing


@transaction.atomic
def filing_return(
    filing: Filing, *, by: User, at: dt.datetime, reason: str, version: int | None = None
) -> Filing:
    """退回补正: what is missing, and until when, in working days; not completed in time it lapses.

    The clock of the review stands still meanwhile, and intake is in charge again [P].
    """
    _begin_review(filing, by, version, at)
    on = timezone.localdate(at)
    days = int_parameter("filing.supplement_workdays", on, filing.insured_region)
    left = workdays_between(on, filing.deadline_on) if filing.deadline_on is not None else None
    former = holder_of(filing)
    workflow.move(
        filing,
        S.AWAITING_SUPPLEMENT,
        by=by,
        at=at,
        reason=reason,
        deadline_on=add_workdays(on, days),
        review_days_left=left,
        assigned_to=to_intake(filing, by=by),
    )
    log("filing_returned", filing, by=by, at=at, until=str(filing.deadline_on))
    log_charge(filing, former, by=by, at=at, note="退回补正")
    return filing


@transaction.atomic
def filing_decline(
    filing: Filing, *, by: User, at: dt.datetime, reason: str, version: int | None = None
) -> Filing:
    """不予受理, with the reason that the person is told."""
    _begin_review(filing, by, version, at)
    workflow.move(filing, S.DECLINED, by=by, at=at, reason=reason, deadline_on=None)
    log("filing_declined", filing, by=by, at=at)
    return filing


@transaction.atomic
def filing_cancel(
    filing: Filing, *, by: User, at: dt.datetime, reason: str, version: int | None = None
) -> Filing:
    """撤销: one in force ends with the day before, its last valid day, or has none when it had not begun
    before today; one that never was in force just stops."""
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region)
    on = timezone.localdate(at)
    lock(filing, version, at=at)
    if filing.state_on(on) in (*TERMINAL, S.SUPERSEDED):
        label = filing.state_on(on).label
        raise DomainError(
            "already_over", f"{filing.filing_no} {label}，不用再撤销。", state=filing.state_on(on)
        )
    fields: dict[str, Any] = {"deadline_on": None, **NO_PROOF_DUE}
    if filing.state == S.IN_FORCE and filing.begins_on is not None:
        fields["ends_on"] = on - ONE_DAY if filing.begins_on < on else None
    is_change_undone = filing.state == S.IN_FORCE and filing.begins_on is not None and filing.begins_on > on
    workflow.move(filing, S.CANCELLED, by=by, at=at, reason=reason, **fields)
    log("filing_cancelled", filing, by=by, at=at)
    locks_note(Filing.objects.filter(person=filing.person_id))
    if is_change_undone and filing.replaces is not None:
        _revive(filing.replaces, filing, by=by, at=at)
    return filing


def _revive(old: Filing, change: Filing, *, by: User, at: dt.datetime) -> None:
    """A change that was called off before it began changes nothing: the filing whose place it was to take is
    in force to its own end, as it was [P]."""
    if old.state != S.SUPERSEDED:
        return
    scope = CROSS_PROVINCE if old.is_cross_province else IN_PROVINCE
    span = validity_of(old.begins_on, terms_of(old.kind, old.received_on), scope=scope)
    ends_on = span.ends_on if span is not None else None
    reason = f"变更 {change.filing_no} 生效前已撤销"
    workflow.move(old, S.IN_FORCE, by=by, at=at, reason=reason, ends_on=ends_on)
    log("filing_revived", old, by=by, at=at, successor=change.filing_no)


def _begin_review(filing: Filing, by: User, version: int | None, at: dt.datetime) -> None:
    """A second person, with the right, looking at what is stored now."""
    access.require(by, May.REVIEW_FILINGS, filing.insured_region)
    lock(filing, version, at=at)
    access.require_second_person(by, by if has_entered(filing, by) else None)
