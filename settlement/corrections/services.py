"""Writes of corrections: proposed by one person with a reason, approved or not by another."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from agency.batches.models import Batch, Refusal
from agency.errors import DomainError, DomainErrors, NotAllowed, SomeoneElseWasFirst, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.corrections import rules
from settlement.corrections.conflicts import (
    CHECKED,
    Conflict,
    Reader,
    conflict,
    conflicts_open,
    like_this,
)
from settlement.corrections.models import ConflictLine, Correction
from settlement.corrections.selectors import situation, stored_content
from settlement.corrections.states import CorrectionState
from settlement.corrections.writing import record_write
from settlement.matching.services import match_record
from settlement.records.check import Candidate
from settlement.records.content import differing_columns
from settlement.records.locks import lock_records, records_written
from settlement.records.models import SettlementRecord
from settlement.records.rules import AMOUNT_NAMES
from settlement.records.selectors import records_now

SAME_LINES = 200  # other lines of the same content that are settled together, at most


@transaction.atomic
def correction_propose(*, by: User, at: dt.datetime, refusal: Refusal, reason: str) -> Correction:
    """提出更正: what is stored under a number shall be as a refused line of a file says.

    Errors: NotAllowed, `reason_missing`, `not_open` (somebody settles it already), `cannot_compare`, and all
    that rules.obstacles tells, at once.
    """
    found, reason = _open_conflict(by, refusal, reason)
    if found.record is None or found.candidate is None:
        raise DomainError("cannot_compare", found.why)
    _require_nothing_in_the_way(by, found.record, found.candidate)
    return _proposed(found, found.record, by=by, at=at, reason=reason)


@transaction.atomic
def leaving_propose(*, by: User, at: dt.datetime, refusal: Refusal, reason: str) -> Correction:
    """提请不予更正: what is stored shall stay, whatever stands in the way of correcting it [P].

    Errors: NotAllowed, `reason_missing`, `not_open`, `cannot_compare` (it is no longer stored, or of others),
    `already_proposed`.
    """
    found, reason = _open_conflict(by, refusal, reason)
    if found.record is None:
        raise DomainError("cannot_compare", found.why)
    waiting = situation(by, found.record, None).proposal
    _require_none_of(rules.obstacles(rules.Situation(found.number, proposal=waiting)))
    return _proposed(found, found.record, by=by, at=at, reason=reason, leaves_stored=True)


def _open_conflict(by: User, refusal: Refusal, reason: str) -> tuple[Conflict, str]:
    """The conflict that somebody wants to settle, and the reason; holds the lock of the records."""
    access.require(by, May.LOAD_CASES)
    reason = reason_given(reason)
    lock_records()
    if not conflicts_open(by).filter(pk=refusal.pk).exists():
        raise DomainError("not_open", "这一行冲突已有人在办，或文件已撤回，请刷新后再看。")
    return conflict(by, refusal), reason


def _proposed(
    found: Conflict,
    stored: SettlementRecord,
    *,
    by: User,
    at: dt.datetime,
    reason: str,
    leaves_stored: bool = False,
) -> Correction:
    candidate = found.candidate
    correction = Correction.objects.create(
        proposal_no=_new_number(at),
        settlement_no=found.number,
        corrects_no=stored.correction_no,
        seen_digest=stored.content_digest,
        content=candidate.content if candidate is not None else "",
        leaves_stored=leaves_stored,
        institution_name=candidate.institution[1][:100] if candidate is not None else "",
        insured_region_id=stored.insured_region_id,
        care_region_id=stored.care_region_id,
        batch=found.refusal.batch,
        line_no=found.refusal.line_no,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )
    workflow.begin(correction, by=by, at=at, reason=reason)
    _settle_lines(correction)
    action = "leaving_proposed" if leaves_stored else "correction_proposed"
    _log(action, correction, by=by, at=at, reason=reason)
    return correction


def file_gone(correction: Correction) -> str:
    """Why a correction can no longer rest on its file; "" while it can."""
    if Batch.objects.filter(pk=correction.batch_id, state__in=CHECKED).exists():
        return ""
    return f"依据的文件（批次 {correction.batch}）已撤回或撤销，不能批准。"


@transaction.atomic
def correction_approve(*, by: User, at: dt.datetime, correction: Correction) -> Correction:
    """批准更正: write the pair that reverses the stored record and holds what the file says.

    Both count in the month of their settlement time, or in the earliest unsigned month after it. Errors:
    NotAllowed (also for whoever proposed it or uploaded the file), `file_withdrawn`, `outdated` (the stored
    record is gone), what rules.obstacles tells, SomeoneElseWasFirst (it is not what was seen any more).
    """
    require_may_decide(by, correction)
    lock_records()
    if correction.leaves_stored:
        raise DomainError(
            "not_to_correct",
            f"{correction} 提请的是不予更正，不能批准更正；不同意的，请提出人撤回后重新提出。",
        )
    if gone := file_gone(correction):
        raise DomainError("file_withdrawn", gone)
    stored = _stored(correction)
    delivered = correction.content.split("\t")
    _require_nothing_in_the_way(by, stored, None, own=correction)
    before = stored_content(stored)
    try:
        reversal = record_write(rules.reversing(before), "")
        record = record_write(rules.replacing(before, delivered), correction.institution_name)
    except (ValidationError, IntegrityError) as error:
        raise DomainError("cannot_write", "更正写不进去：库中的数据刚有变化，请刷新后再看。") from error
    records_written()
    match_record(record, at=at)
    workflow.move(
        correction,
        CorrectionState.APPROVED,
        by=by,
        at=at,
        decided_by=by,
        decided_at=at,
        reversal=reversal,
        record=record,
    )
    _settle_lines(correction)
    periods = sorted({reversal.period, record.period})
    _log("case_corrected", correction, by=by, at=at, periods=periods)
    return correction


@transaction.atomic
def correction_reject(*, by: User, at: dt.datetime, correction: Correction, reason: str) -> Correction:
    """不予更正: what is stored stays; the conflict is settled."""
    require_may_decide(by, correction)
    state = CorrectionState.REJECTED
    workflow.move(correction, state, by=by, at=at, reason=reason_given(reason), decided_by=by, decided_at=at)
    _log("correction_rejected", correction, by=by, at=at, reason=reason)
    return correction


@transaction.atomic
def correction_withdraw(*, by: User, at: dt.datetime, correction: Correction, reason: str) -> Correction:
    """撤回: whoever proposed it takes it back; the conflict is open again."""
    if correction.proposed_by_id != by.pk and not by.is_system_account:
        raise NotAllowed("更正只能由提出人撤回；不同意的，请由审批人办理“不予更正”。")
    workflow.move(correction, CorrectionState.WITHDRAWN, by=by, at=at, reason=reason_given(reason))
    _log("correction_withdrawn", correction, by=by, at=at, reason=reason)
    return correction


def require_may_decide(by: User, correction: Correction) -> None:
    """审批: never whoever proposed the correction or brought the file in [P]."""
    access.require(by, May.RELEASE_BATCHES)
    access.require(by, May.READ_CASES)
    if by.pk == correction.proposed_by_id:  # not even the system account: two people stand for a correction
        raise NotAllowed("提出更正的人不能自己审批，请由另一位同事办理。")
    if not correction.batch.by_command:
        access.require_second_person(by, correction.batch.created_by)


def _require_nothing_in_the_way(
    by: User, stored: SettlementRecord, candidate: Candidate | None, own: Correction | None = None
) -> None:
    _require_none_of(rules.obstacles(situation(by, stored, candidate, own=own)))


def _require_none_of(found: list[tuple[str, str]]) -> None:
    if found:
        raise DomainErrors(DomainError(code, sentence) for code, sentence in found)


def _stored(correction: Correction) -> SettlementRecord:
    """The record as it was when the correction was proposed; DomainError when it is no longer what holds."""
    stored = records_now([correction.settlement_no]).last()
    if stored is None:
        raise DomainError("outdated", f"{correction.settlement_no} 所在的批次已撤销，没有可更正的了。")
    if (stored.correction_no, stored.content_digest) != (correction.corrects_no, correction.seen_digest):
        raise SomeoneElseWasFirst(f"{correction.settlement_no} 在提出之后有了变化，请撤回后重新提出。")
    return stored


def _new_number(at: dt.datetime) -> str:
    month = f"{timezone.localtime(at):%Y%m}"
    return f"K{month}{next_number(f'correction-{month}'):05d}"


def _settle_lines(correction: Correction) -> None:
    """Note which refused lines this settles: its own, and others of the same number and content."""
    own = Refusal.objects.filter(batch=correction.batch_id, line_no=correction.line_no).first()
    if own is None:  # the file was previewed anew, and its line stands against nothing any more
        return
    others = like_this(own)[:SAME_LINES]
    known = set(correction.conflict_lines.values_list("batch_id", "line_no"))
    reader = Reader()
    ConflictLine.objects.bulk_create(
        ConflictLine(correction=correction, batch_id=line.batch_id, line_no=line.line_no)
        for line in others
        if (line.batch_id, line.line_no) not in known and _says_the_same(reader, line, correction)
    )


def _says_the_same(reader: Reader, line: Refusal, correction: Correction) -> bool:
    if (line.batch_id, line.line_no) == (correction.batch_id, correction.line_no):
        return True
    if not correction.content:
        return False
    try:
        content = reader.read(line).content.split("\t")
    except DomainError:
        return False
    return not differing_columns(content, correction.content.split("\t"), AMOUNT_NAMES)


def _log(action: str, correction: Correction, *, by: User, at: dt.datetime, **detail: object) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="correction",
        subject_no=correction.proposal_no,
        region=correction.insured_region,
        settlement_no=correction.settlement_no,
        **detail,
    )
