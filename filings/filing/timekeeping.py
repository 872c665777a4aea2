"""到期与失效: what time alone has ended is recorded; `state_on` and `in_force` are right without it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agency.errors import SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.organisation.models import User
from agency.organisation.selectors import system_account
from filings.filing.models import Filing
from filings.filing.states import WAITING, FilingState
from filings.filing.waivers import locks_note

CHUNK = 500
S = FilingState
NO_PROOF_DUE: dict[str, None] = {"proof_due_on": None, "proof_lapses_on": None}
REASONS = {
    S.EXPIRED: "有效期已满",
    S.LAPSED: "逾期未办完",
    S.AWAITING_SUPPLEMENT: "容缺材料逾期未补",
}


@dataclass
class Recorded:
    """How many filings were found expired and lapsed, and how many lack a paper that was promised."""

    expired: int = 0
    lapsed: int = 0
    unkept: int = 0

    def add(self, state: FilingState) -> None:
        self.expired += state == S.EXPIRED
        self.lapsed += state == S.LAPSED
        self.unkept += state == S.AWAITING_SUPPLEMENT

    def __bool__(self) -> bool:
        return bool(self.expired or self.lapsed or self.unkept)


def record_ended(rows: QuerySet[Filing], *, at: dt.datetime) -> Recorded:
    """Record what time has ended of those of `rows` that are in force: expired, or without the paper that was
    promised. Inside the caller's transaction, which holds the person's lock."""
    by, on = system_account(), timezone.localdate(at)
    recorded = Recorded()
    for filing in rows.filter(_in_force_no_more(on)):
        _record(recorded, filing, on, by=by, at=at)
    return recorded


def filings_record_time(*, at: dt.datetime) -> Recorded:
    """What the nightly command does: every filing that time has ended, in chunks, logged once; and the notes
    of locks, should terms have been put right meanwhile."""
    by, on = system_account(), timezone.localdate(at)
    recorded = Recorded()
    while _record_chunk(recorded, on, by=by, at=at):
        pass
    locks_note(Filing.objects.all())
    if recorded:
        audit.record("time_recorded", by=by, at=at, **asdict(recorded))
    return recorded


def _in_force_no_more(on: dt.date) -> Q:
    return Q(state=S.IN_FORCE) & (Q(ends_on__lt=on) | Q(proof_due_on__lt=on))


@transaction.atomic
def _record_chunk(recorded: Recorded, on: dt.date, *, by: User, at: dt.datetime) -> bool:
    """One chunk, committed for itself; whether there was anything left to do."""
    chunk = _overdue(on)
    for filing in chunk:
        _record(recorded, filing, on, by=by, at=at)
    return bool(chunk)


def _overdue(on: dt.date) -> list[Filing]:
    """The next ones; what somebody is working on is left to the next night, nobody waits for anybody."""
    over = _in_force_no_more(on) | Q(state__in=WAITING, deadline_on__lt=on)
    rows = Filing.objects.filter(over).select_for_update(skip_locked=True)
    return list(rows.order_by("pk")[:CHUNK])


def _record(recorded: Recorded, filing: Filing, on: dt.date, *, by: User, at: dt.datetime) -> None:
    """The steps from the stored state to that of the day; a paper that did not come passes through 待补正."""
    to, steps = filing.state_on(on), []
    if filing.state == S.IN_FORCE and to in (S.AWAITING_SUPPLEMENT, S.LAPSED):
        unkept: dict[str, Any] = {"ends_on": _last_kept(filing), "deadline_on": filing.proof_lapses_on}
        steps.append((S.AWAITING_SUPPLEMENT, {**unkept, **NO_PROOF_DUE}))
    if to != S.AWAITING_SUPPLEMENT:
        steps.append((to, dict(NO_PROOF_DUE)))
    try:
        for state, fields in steps:
            workflow.move(filing, state, by=by, at=at, reason=REASONS[state], **fields)
    except SomeoneElseWasFirst:
        return
    recorded.add(to)
    if to == S.AWAITING_SUPPLEMENT:
        locks_note(Filing.objects.filter(pk=filing.pk))


def _last_kept(filing: Filing) -> dt.date | None:
    """The last valid day of one whose paper did not come: the day it was due; none where that was before it
    began."""
    due_on, begins_on = filing.proof_due_on, filing.begins_on
    return due_on if due_on is not None and begins_on is not None and begins_on <= due_on else None
