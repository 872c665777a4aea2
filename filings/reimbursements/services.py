"""Writes of manual reimbursement: put a stay into the queue, take it on, close it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.states import ReimbursementState
from filings.stays.models import Stay
from filings.stays.selectors import verdict_of
from filings.stays.settled import settled_directly

S = ReimbursementState


@transaction.atomic
def reimbursement_open(stay: Stay, *, by: User, at: dt.datetime) -> ManualReimbursement:
    """列入手工报销: a stay that can no longer be settled directly waits to be reimbursed by hand [S2].

    Errors: NotAllowed, `settles_directly`, `settled_directly`, `already_queued` (`facts["number"]`).
    """
    access.require(by, May.TAKE_IN_FILINGS, stay.insured_region)
    stay, on = _locked(stay.pk), timezone.localdate(at)
    verdict = verdict_of(stay, on)
    if not verdict.is_manual:
        raise DomainError("settles_directly", f"{stay.stay_no} 不用手工报销：{verdict.sentence}")
    _require_not_settled(stay)
    known = ManualReimbursement.objects.filter(stay=stay).first()
    if known is not None:
        told = f"{stay.stay_no} 已经列入手工报销 {known}，{known.get_state_display()}。"
        raise DomainError("already_queued", told, number=known.reimbursement_no)
    month = f"{on:%Y%m}"
    reimbursement = ManualReimbursement.objects.create(
        reimbursement_no=f"R{month}{next_number(f'reimbursement-{month}'):04d}",
        stay=stay,
        insured_region=stay.insured_region,
        opened_by=by,
        opened_at=at,
        assigned_to=by if not by.is_system_account else None,
    )
    workflow.begin(reimbursement, by=by, at=at)
    _log("reimbursement_opened", reimbursement, by=by, at=at, stay=stay.stay_no)
    return reimbursement


@transaction.atomic
def reimbursement_take(reimbursement: ManualReimbursement, *, by: User, at: dt.datetime) -> None:
    """由我承办: whoever takes it on answers for it; it may be taken over from a colleague."""
    access.require(by, May.TAKE_IN_FILINGS, reimbursement.insured_region)
    rows = ManualReimbursement.objects.filter(pk=reimbursement.pk, state=S.WAITING)
    if rows.update(assigned_to=by) != 1:
        raise DomainError("not_waiting", f"{reimbursement} 已经不是“待报销”，不用再承办。")
    reimbursement.assigned_to = by
    _log("reimbursement_taken", reimbursement, by=by, at=at)


@transaction.atomic
def reimbursement_done(
    reimbursement: ManualReimbursement, *, by: User, at: dt.datetime, note: str
) -> ManualReimbursement:
    """办结, with a note of what was done. Refused while the stay settles directly after all, or did."""
    access.require(by, May.TAKE_IN_FILINGS, reimbursement.insured_region)
    _require_by_hand(reimbursement, at, "请改为“不再报销”。")
    workflow.move(reimbursement, S.DONE, by=by, at=at, reason=note)
    _log("reimbursement_done", reimbursement, by=by, at=at)
    return reimbursement


@transaction.atomic
def reimbursement_withdraw(
    reimbursement: ManualReimbursement, *, by: User, at: dt.datetime, reason: str
) -> ManualReimbursement:
    """不再报销, with the reason; it stays in the books."""
    access.require(by, May.TAKE_IN_FILINGS, reimbursement.insured_region)
    workflow.move(reimbursement, S.WITHDRAWN, by=by, at=at, reason=reason)
    _log("reimbursement_withdrawn", reimbursement, by=by, at=at)
    return reimbursement


@transaction.atomic
def reimbursement_reopen(
    reimbursement: ManualReimbursement, *, by: User, at: dt.datetime, reason: str
) -> ManualReimbursement:
    """重新列入 what was withdrawn by mistake, with the reason; refused like 办结."""
    access.require(by, May.TAKE_IN_FILINGS, reimbursement.insured_region)
    _require_by_hand(reimbursement, at, "不用重新列入。")
    workflow.move(reimbursement, S.WAITING, by=by, at=at, reason=reason)
    _log("reimbursement_reopened", reimbursement, by=by, at=at)
    return reimbursement


def _locked(pk: int) -> Stay:
    """The stay as it stands; nobody corrects it until the caller has committed."""
    rows = Stay.objects.select_for_update(of=("self",))
    return rows.select_related("insured_region", "filing", "person").get(pk=pk)


def _require_by_hand(reimbursement: ManualReimbursement, at: dt.datetime, advice: str) -> None:
    stay = _locked(reimbursement.stay_id)
    if not verdict_of(stay, timezone.localdate(at)).is_manual:
        told = f"{stay.stay_no} 的日期更正过，现在可以直接结算，不能再手工报销。{advice}"
        raise DomainError("settles_directly", told, field="reason")
    _require_not_settled(stay)


def _require_not_settled(stay: Stay) -> None:
    """Never paid by hand beside a direct settlement of the same stay [S0, S2]."""
    number = settled_directly(stay)
    if number:
        told = f"{stay.stay_no} 已在医院直接结算（结算编号 {number}），不能再手工报销；医院退费后才可以。"
        raise DomainError("settled_directly", told, field="reason", number_settled=number)


def _log(
    action: str, reimbursement: ManualReimbursement, *, by: User, at: dt.datetime, **detail: str
) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=ManualReimbursement.machine.kind,
        subject_no=reimbursement.reimbursement_no,
        region=reimbursement.insured_region,
        **detail,
    )
