"""变更: a successor takes the place of a filing in force; a supervisor may waive the lock of the place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.entry import entry_of
from filings.filing.judging import judge_stored
from filings.filing.kinds import Channel
from filings.filing.models import Filing
from filings.filing.services.common import has_entered, lock, log
from filings.filing.services.draft import filing_draft_save
from filings.filing.states import OPEN, FilingState

S = FilingState
REASON_LENGTH = 300


@transaction.atomic
def filing_change_begin(filing: Filing, *, by: User, at: dt.datetime, version: int | None = None) -> Filing:
    """变更: a draft of the counter with all that the filing says, from today; papers are asked for anew.

    The filing itself stays in force until the draft takes effect. Errors: `not_in_force`; `change_under_way`,
    with the number of the draft (`facts["other_no"]`).
    """
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region)
    lock(filing, version, at=at)
    on = timezone.localdate(at)
    state = filing.state_on(on)
    if state != S.IN_FORCE:
        told = f"{filing.filing_no} 现在是“{state.label}”，只有已生效的备案才能变更；可以重新办理。"
        raise DomainError("not_in_force", told)
    under_way = change_under_way(filing, on)
    if under_way is not None:
        told = f"{filing.filing_no} 已有一份变更在办：{under_way.filing_no}，请接着办那一份。"
        raise DomainError("change_under_way", told, other_no=under_way.filing_no)
    begins_on, channel = max(on, filing.begins_on or on), Channel.COUNTER.value
    entry = replace(entry_of(filing), materials={}, begins_on=begins_on, channel=channel)
    draft = filing_draft_save(by=by, at=at, entry=entry, replaces=filing)
    log("filing_change_begun", filing, by=by, at=at, successor=draft.filing_no)
    return draft


def change_under_way(filing: Filing, on: dt.date) -> Filing | None:
    """The open draft or submitted filing that is to take this one's place, if there is one."""
    open_ones = filing.successors.filter(state__in=OPEN).order_by("pk")
    return next((row for row in open_ones if row.state_on(on) in OPEN), None)


@transaction.atomic
def filing_lock_waive(
    filing: Filing, *, by: User, at: dt.datetime, reason: str, version: int | None = None
) -> Filing:
    """准予提前变更: a supervisor lets a filing leave a locked place early, for the place that it names now
    and for a reason [S4]. Put to another place, it is locked as before.

    By somebody who entered no part of it. Errors: `reason_missing`, `not_open`, `not_locked` (nothing to let
    go, or somebody did already), NotAllowed.
    """
    access.require(by, May.WAIVE_LOCK, filing.insured_region)
    lock(filing, version, at=at)
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise DomainError("reason_missing", "请写明准予提前变更的理由。", field="reason")
    on = timezone.localdate(at)
    if filing.state_on(on) not in OPEN:
        raise DomainError("not_open", f"{filing.filing_no} 已办结，不用再准予。")
    access.require_second_person(by, by if has_entered(filing, by) else None)
    if all(found.code != "locked" for found in judge_stored(filing, on).reasons):
        told = f"{filing.filing_no} 现在没有被锁定的就医地，或已经准予，不用再准予。"
        raise DomainError("not_locked", told, field="reason")
    filing.lock_waived_by, filing.lock_waived_reason = by, reason
    filing.lock_waived_area_code = filing.care_area_code
    filing.save(update_fields=["lock_waived_by", "lock_waived_reason", "lock_waived_area_code"])
    log("lock_waived", filing, by=by, at=at, code=filing.care_area_code)
    return filing
