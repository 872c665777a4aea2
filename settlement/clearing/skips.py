"""核对例外的办理: proposed by one person of the province with a reason, approved by another."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.clearing.checklist import Item, item_named
from settlement.clearing.consents import ChecklistSkip
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import month_held
from settlement.clearing.states import SkipState


@transaction.atomic
def skip_propose(
    *, period: str, key: str, reason: str, by: User, at: dt.datetime, seen_digest: str | None = None
) -> ChecklistSkip:
    """提出例外: a line of the checklist may stay open at the signature, as it is now (`seen_digest`).

    One that was proposed for another fact gives way. Errors: NotAllowed, AlreadySigned, `not_computed`,
    `no_such_line`, `nothing_to_skip`, `cannot_be_skipped`, `shown_is_outdated`, `already_proposed`.
    """
    access.require(by, May.SKIP_CHECKLIST)
    reason = reason_given(reason)
    month = month_held(period)
    item = _open_item(month, key)
    seen = item.blocker.seen_digest()
    _require_seen(seen_digest, seen)
    if item.skip is not None:
        if not item.outdated:
            raise DomainError("already_proposed", f"这一项已由{item.skip.proposed_by}提出例外，不必再提。")
        _withdraw(item.skip, by=by, at=at, reason="所见的事实已有变化，另行提出")
    try:
        with transaction.atomic():
            skip = ChecklistSkip.objects.create(
                skip_no=f"L{period}{next_number(f'skip-{period}'):03d}",
                period=month,
                key=key,
                title=" ".join(filter(None, (item.blocker.label, item.blocker.detail)))[:200],
                seen_digest=seen,
                reason=reason,
                proposed_by=by,
                proposed_at=at,
            )
    except IntegrityError as error:
        raise SomeoneElseWasFirst("这一项刚由同事提出例外，请刷新后再看。") from error
    workflow.begin(skip, by=by, at=at, reason=reason)
    _log("skip_proposed", skip, by=by, at=at, reason=reason)
    return skip


@transaction.atomic
def skip_approve(
    *, period: str, key: str, by: User, at: dt.datetime, seen_digest: str | None = None
) -> ChecklistSkip:
    """批准例外: another person of the province, who sees the fact that it was proposed for.

    Errors: NotAllowed (also for whoever proposed it), AlreadySigned, `no_such_line`, `nothing_to_skip`,
    `nothing_proposed`, `already_approved`, `shown_is_outdated`.
    """
    access.require(by, May.SKIP_CHECKLIST)
    month = month_held(period)
    item = _open_item(month, key)
    skip = _proposed(item)
    if skip.proposed_by_id == by.pk:  # not even the system account: two people stand for a skip
        raise NotAllowed("提出例外的人不能自己批准，请由另一位同事办理。")
    if skip.is_approved:
        raise DomainError("already_approved", f"这个例外已由{skip.approved_by}批准，不必再批。")
    _require_seen(seen_digest, skip.seen_digest)
    if item.outdated:
        raise DomainError("shown_is_outdated", "提出之后事实有了变化，不能批准；请看过现在的情况重新提出。")
    workflow.move(skip, SkipState.APPROVED, by=by, at=at, approved_by=by, approved_at=at)
    _log("skip_approved", skip, by=by, at=at)
    return skip


@transaction.atomic
def skip_withdraw(*, period: str, key: str, reason: str, by: User, at: dt.datetime) -> ChecklistSkip:
    """撤回例外: while the month is unsigned, by anybody of the province who may propose one."""
    access.require(by, May.SKIP_CHECKLIST)
    reason = reason_given(reason)
    item = _item(month_held(period), key)
    skip = _proposed(item)
    _withdraw(skip, by=by, at=at, reason=reason)
    return skip


def _item(month: ClearingPeriod, key: str) -> Item:
    item = item_named(month, key)
    if item is None:
        raise DomainError("no_such_line", "核对清单上没有这一项，请刷新后再看。")
    return item


def _open_item(month: ClearingPeriod, key: str) -> Item:
    item = _item(month, key)
    if not item.blocker.can_skip:
        raise DomainError("cannot_be_skipped", f"“{item.blocker.label}”不成立时不能签发，没有例外。")
    if item.blocker.ok:
        raise DomainError("nothing_to_skip", f"“{item.blocker.label}”已经成立，不需要例外。")
    return item


def _proposed(item: Item) -> ChecklistSkip:
    if item.skip is None:
        raise DomainError("nothing_proposed", "这一项没有提出例外，请刷新后再看。")
    return item.skip


def _require_seen(seen: str | None, now: str) -> None:
    if seen not in (None, now):
        raise DomainError("shown_is_outdated", "这一项刚有变化，没有办理；请看过现在的情况再办。")


def _withdraw(skip: ChecklistSkip, *, by: User, at: dt.datetime, reason: str) -> None:
    workflow.move(skip, SkipState.WITHDRAWN, by=by, at=at, reason=reason)
    _log("skip_withdrawn", skip, by=by, at=at, reason=reason)


def _log(action: str, skip: ChecklistSkip, *, by: User, at: dt.datetime, **detail: object) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=ChecklistSkip.machine.kind,
        subject_no=skip.skip_no,
        region=None,
        periods=[skip.period.period],
        what=skip.title,
        **detail,
    )
