"""Writes of urgent increases 加急调增: asked for on a red warning, in force the day they are approved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.quotas.models import Quota
from settlement.quotas.noticing import increase_notice_issue
from settlement.quotas.rules import Level
from settlement.quotas.selectors import QuotaHistory
from settlement.quotas.states import IncreaseState
from settlement.quotas.use import use_rates
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from settlement.records.locks import lock_records

S = IncreaseState


@transaction.atomic
def increase_ask(
    *, warning: FundWarning, amount_fen: int, reason: str, by: User, at: dt.datetime
) -> QuotaIncrease:
    """申请: so much on top of the newest quota, while the month is still red.

    Errors: NotAllowed, `reason_missing`, `reason_too_long`, `not_positive`, `not_red`, SomeoneElseWasFirst.
    """
    access.require(by, May.ASK_INCREASE, warning.region)
    reason = reason_given(reason)
    if amount_fen <= 0:
        raise DomainError("not_positive", "调增额要大于零。", field="amount_fen")
    _require_red(warning)
    _, current = _newest(warning)
    period = warning.month.period
    try:
        with transaction.atomic():
            increase = QuotaIncrease.objects.create(
                increase_no=f"JZ{period}-{next_number(f'quota-increase-{period}'):03d}",
                warning=warning,
                current_fen=current,
                amount_fen=amount_fen,
                reason=reason,
                asked_by=by,
                asked_at=at,
            )
    except IntegrityError as error:
        raise SomeoneElseWasFirst("这条预警已经申请过加急调增，请刷新后再看。") from error
    workflow.begin(increase, by=by, at=at, reason=reason)
    _log("increase_asked", increase, by=by, at=at)
    return increase


def _require_red(warning: FundWarning) -> None:
    key = (warning.month.period, warning.region_id, warning.insurance_type)
    use = use_rates([warning.month.period]).get(key)
    if not warning.is_red or use is None or use.level != Level.RED:
        now = f"现在的使用率是 {use.text}" if use is not None else "现在没有使用率"
        raise DomainError("not_red", f"只有红色预警才能申请加急调增，{now}。")


def _newest(warning: FundWarning) -> tuple[dt.date | None, int]:
    """The newest quota of the warning's region and type, with its first day."""
    found = QuotaHistory().newest().get((warning.region_id, warning.insurance_type))
    return found if found is not None else (None, 0)


@transaction.atomic
def increase_approve(*, increase: QuotaIncrease, by: User, at: dt.datetime) -> QuotaIncrease:
    """批准: by another person; the raised quota is in force from today, and the region is asked to pay it in.

    Errors: NotAllowed (also for who asked), SomeoneElseWasFirst, `quotas_moved`, `later_quota`.
    """
    access.require(by, May.APPROVE_QUOTAS)
    lock_records()  # quotas follow each other: whoever puts one in force does it alone
    increase = _held(increase)
    if by.pk == increase.asked_by_id:
        raise NotAllowed("申请调增的人不能自己批准，请由另一位同事办理。")
    today = timezone.localdate(at)
    _require_follows(increase, today)
    _move(increase, S.APPROVED, by=by, at=at, effective_on=today)
    Quota.objects.create(
        increase=increase,
        region_id=increase.warning.region_id,
        insurance_type=increase.warning.insurance_type,
        quota_fen=increase.raised_fen,
        effective_from=today,
        approved_by=by,
        approved_at=at,
    )
    increase_notice_issue(increase, by=by, at=at)
    _log("increase_approved", increase, by=by, at=at)
    return increase


def _require_follows(increase: QuotaIncrease, today: dt.date) -> None:
    start, newest = _newest(increase.warning)
    if newest != increase.current_fen:
        raise DomainError("quotas_moved", "现有额度在申请之后变了，请不予批准，由统筹区重新申请。")
    if start is not None and start > today:
        raise DomainError("later_quota", f"已有自 {start} 起的额度，请在那天以后再办理加急调增。")


@transaction.atomic
def increase_refuse(*, increase: QuotaIncrease, reason: str, by: User, at: dt.datetime) -> QuotaIncrease:
    """不予批准, with a reason. Errors: NotAllowed, `reason_missing`, SomeoneElseWasFirst."""
    access.require(by, May.APPROVE_QUOTAS)
    return _closed(increase, S.REFUSED, "increase_refused", reason, by=by, at=at)


@transaction.atomic
def increase_withdraw(*, increase: QuotaIncrease, reason: str, by: User, at: dt.datetime) -> QuotaIncrease:
    """撤回: by the region. Errors: NotAllowed, `reason_missing`, SomeoneElseWasFirst."""
    access.require(by, May.ASK_INCREASE, increase.region)
    return _closed(increase, S.WITHDRAWN, "increase_withdrawn", reason, by=by, at=at)


def _closed(
    increase: QuotaIncrease, to: str, action: str, reason: str, *, by: User, at: dt.datetime
) -> QuotaIncrease:
    reason = reason_given(reason)
    increase = _held(increase)
    _move(increase, to, by=by, at=at, reason=reason)
    _log(action, increase, by=by, at=at, reason=reason)
    return increase


def _held(increase: QuotaIncrease) -> QuotaIncrease:
    """The row, held to the end of the transaction, while it waits to be decided."""
    QuotaIncrease.objects.select_for_update(no_key=True).get(pk=increase.pk)
    found = QuotaIncrease.objects.select_related("warning__region", "warning__month").get(pk=increase.pk)
    if not found.is_open:
        raise SomeoneElseWasFirst(subject_no=found.increase_no)
    return found


def _move(increase: QuotaIncrease, to: str, *, by: User, at: dt.datetime, **more: Any) -> None:
    workflow.move(increase, to, by=by, at=at, decided_by=by, decided_at=at, **more)


def _log(action: str, increase: QuotaIncrease, *, by: User, at: dt.datetime, reason: str = "") -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="quota_increase",
        subject_no=increase.increase_no,
        region=increase.region,
        warning=increase.warning.warning_no,
        reason=reason or increase.reason,
    )
