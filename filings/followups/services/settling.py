"""What settles a follow-up: the paper came, it was found true, it was found untrue; marks."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.organisation.selectors import system_account
from agency.policy.selectors import int_parameter
from filings.filing.services import filing_cancel, has_entered, material_received
from filings.filing.validity import add_months
from filings.followups.models import RECEIVED_AS, DishonestyMark, FollowUp
from filings.followups.selectors import (
    receivable,
)
from filings.followups.services.common import close, close_idle_check, keep, lock_open, log
from filings.followups.states import FollowUpKind, FollowUpState

S, K = FollowUpState, FollowUpKind
REASON_LENGTH = 300


@transaction.atomic
def follow_up_receive(row: FollowUp, *, papers: str, how: str, by: User, at: dt.datetime) -> FollowUp:
    """收到证明: the paper stands on the filing as shown, and nothing more is owed for its group.

    `papers` is one of `receivable`, its codes joined by `+`. Errors: `not_open`, `bad_papers`, NotAllowed.
    """
    access.require(by, May.TAKE_IN_FILINGS, row.region)
    lock_open(row, S.KEPT, at=at)
    codes = tuple(papers.split("+"))
    if codes not in receivable(row):
        raise DomainError("bad_papers", "请选择收到的是哪一种材料。", field="papers")
    if how not in RECEIVED_AS:
        raise DomainError("bad_papers", "请选择收到的是原件还是复印件。", field="how")
    _drop_other_promises(row, codes)
    material_received(row.filing, codes=codes, how=how, by=by, at=at)
    keep(row, papers, how, by=by, at=at)
    close_idle_check(row.filing, at=at)
    log("follow_up_kept", row, by=by, at=at, what=papers)
    return row


def _drop_other_promises(row: FollowUp, codes: tuple[str, ...]) -> None:
    """A paper that was promised and replaced by another is promised no longer."""
    promised = {code for way in receivable(row) for code in way} - set(codes)
    row.filing.materials.filter(material__code__in=promised, given_as__in=["commitment", "deferred"]).delete()


@transaction.atomic
def follow_up_verify(row: FollowUp, *, by: User, at: dt.datetime, note: str = "") -> FollowUp:
    """核实无误: by somebody who entered no part of the filing. What was found true needs no proof any more:
    a spot check settles the promises of its filing too [P]."""
    _judge(row, S.VERIFIED, by=by, at=at)
    rows = [row]
    if row.kind == K.SPOT_CHECK:
        promises = FollowUp.objects.filter(filing=row.filing_id, kind=K.COMMITMENT, state=S.OPEN)
        rows += list(promises.select_for_update().order_by("pk"))
    for each in rows:
        workflow.move(each, S.VERIFIED, by=by, at=at, reason=note, settled_by=by, settled_at=at)
    close_idle_check(row.filing, at=at)
    log("follow_up_verified", row, by=by, at=at)
    return row


@transaction.atomic
def follow_up_untrue(row: FollowUp, *, by: User, at: dt.datetime, reason: str) -> FollowUp:
    """不实: the filing is cancelled, whatever else was open of it ends, and the person is marked.

    By somebody who entered no part of the filing; NotAllowed otherwise. `reason_missing`, `not_open`, and
    what `filing_cancel` refuses.
    """
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        told = f"请写明哪里不实、怎么查实的，不超过 {REASON_LENGTH} 字。"
        raise DomainError("reason_missing", told, field="reason")
    _judge(row, S.UNTRUE, by=by, at=at)
    filing = row.filing
    workflow.move(row, S.UNTRUE, by=by, at=at, reason=reason, settled_by=by, settled_at=at)
    for other in FollowUp.objects.filter(filing=filing, state=S.OPEN):
        close(other, f"{row.follow_up_no} 认定承诺不实", at=at)
    on = timezone.localdate(at)
    months = int_parameter("filing.dishonesty_months", on, row.region)
    DishonestyMark.objects.create(
        person=filing.person,
        region=row.region,
        filing=filing,
        follow_up=row,
        reason=reason,
        no_promise_until=add_months(on, months),
        by=by,
        at=at,
    )
    # who judges a promise need not take in filings: then the program cancels, and the reason names the judge
    cancels = by if access.allowed(by, May.TAKE_IN_FILINGS) else system_account()
    told = f"承诺不实（{row.follow_up_no}，{by} 认定）：{reason}"
    filing_cancel(filing, by=cancels, at=at, reason=told)
    log("follow_up_untrue", row, by=by, at=at, filing=filing.filing_no)
    return row


def _judge(row: FollowUp, to: FollowUpState, *, by: User, at: dt.datetime) -> None:
    """A second person, with the right, about what is stored now."""
    access.require(by, May.JUDGE_PROMISES, row.region)
    lock_open(row, to, at=at)
    access.require_second_person(by, by if has_entered(row.filing, by) else None)


@transaction.atomic
def mark_lift(row: FollowUp, *, by: User, at: dt.datetime, reason: str) -> DishonestyMark:
    """解除标记: with a reason, by another supervisor than whoever set it [P]."""
    access.require(by, May.LIFT_MARKS, row.region)
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise DomainError("reason_missing", f"请写明解除的原因，不超过 {REASON_LENGTH} 字。", field="reason")
    mark = DishonestyMark.objects.select_for_update().filter(follow_up=row).first()
    if mark is None or mark.lifted_at is not None:
        raise DomainError("no_mark", "没有标记可以解除，或已经解除。", field="reason")
    access.require_second_person(by, mark.by)
    mark.lifted_by, mark.lifted_at, mark.lifted_reason = by, at, reason
    mark.save(update_fields=["lifted_by", "lifted_at", "lifted_reason"])
    log("mark_lifted", row, by=by, at=at)
    return mark
