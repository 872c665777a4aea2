"""Writes of deductions by hand: taking one back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, clean_reason
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.deductions.batches import new_deduction_no
from settlement.deductions.content import content_of, digest_of
from settlement.deductions.models import Deduction
from settlement.records.locks import lock_records, records_written
from settlement.records.periods import open_period


@transaction.atomic
def deduction_withdraw(*, by: User, at: dt.datetime, deduction: Deduction, reason: str) -> Deduction:
    """Take a deduction back by a negative one that names it; the first one stays as it is.

    It counts in the month of the first one, or in the earliest unsigned month after it. Errors: NotAllowed,
    `reason_missing`, `already_withdrawn`, `is_withdrawal`, SomeoneElseWasFirst (it was undone meanwhile).
    """
    require_may_withdraw(by, deduction)
    reason = clean_reason(reason, missing="请写明撤回扣款的原因。")
    lock_records()
    deduction = _as_it_is_now(deduction)
    if deduction.withdraws_id is not None:
        raise DomainError("is_withdrawal", "这一笔本身是撤回，不能再撤回。")
    known = Deduction.objects.filter(withdraws=deduction).first()
    if known is not None:
        raise DomainError("already_withdrawn", f"扣款 {deduction} 已由 {known} 撤回。")
    withdrawal = _negative(deduction, reason)
    withdrawal.full_clean()
    withdrawal.save(force_insert=True)
    records_written()
    audit.record(
        "deduction_withdrawn",
        by=by,
        at=at,
        subject_kind="deduction",
        subject_no=deduction.deduction_no,
        region=deduction.insured_region,
        withdrawal=withdrawal.deduction_no,
        reason=reason,
    )
    return withdrawal


def require_may_withdraw(by: User, deduction: Deduction) -> None:
    """撤回: the side that pays, the province, or the unit that loaded it; never the person who did [P]."""
    access.require(by, May.LOAD_CASES)
    batch = deduction.batch
    units = {deduction.insured_region_id, batch.region_id if batch is not None else None}
    if not access.sees_all(by) and by.region_id not in units:
        raise NotAllowed("扣款由参保地、省级或导入它的单位撤回；有异议请与参保地联系。")
    if batch is not None:
        access.require_second_person(by, batch.created_by)


def _as_it_is_now(deduction: Deduction) -> Deduction:
    """The deduction read again under the lock; its whole file may have been undone meanwhile."""
    rows = Deduction.objects.select_related("record", "insured_region", "care_region", "institution")
    now = rows.filter(pk=deduction.pk).first()
    if now is None:
        raise SomeoneElseWasFirst(f"扣款 {deduction} 刚随整批撤销，不必再撤回。")
    return now


def _negative(deduction: Deduction, reason: str) -> Deduction:
    period = open_period(deduction.period)
    content = content_of(
        period=deduction.period,
        settlement_no=deduction.record.settlement_no if deduction.record is not None else "",
        group=(
            deduction.insured_region.code,
            deduction.care_region.code,
            deduction.insurance_type,
            deduction.care_kind,
            deduction.institution.code,
        ),
        kind=deduction.kind,
        reason=reason,
        amount_fen=-deduction.amount_fen,
        external_no="",
        withdraws=deduction.deduction_no,
    )
    return Deduction(
        deduction_no=new_deduction_no(period),
        stated_period=deduction.period,
        period=period,
        record=deduction.record,
        insured_region=deduction.insured_region,
        care_region=deduction.care_region,
        insurance_type=deduction.insurance_type,
        care_kind=deduction.care_kind,
        institution=deduction.institution,
        kind=deduction.kind,
        reason=reason,
        amount_fen=-deduction.amount_fen,
        withdraws=deduction,
        content_digest=digest_of(content),
    )
