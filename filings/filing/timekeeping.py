"""到期与失效: what time alone has ended is recorded; `state_on` and `in_force` are right without it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agency.errors import SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.organisation.models import User
from agency.organisation.selectors import system_account
from filings.filing.models import Filing
from filings.filing.states import WAITING, FilingState

CHUNK = 500
REASONS = {
    FilingState.EXPIRED: "有效期已满",
    FilingState.LAPSED: "逾期未办完",
}


@dataclass
class Recorded:
    """How many filings were found expired and lapsed."""

    expired: int = 0
    lapsed: int = 0


def record_ended(rows: QuerySet[Filing], *, at: dt.datetime) -> int:
    """Record those of `rows` whose last day has passed as expired, inside the caller's transaction."""
    by, on = system_account(), timezone.localdate(at)
    ended = rows.filter(state=FilingState.IN_FORCE, ends_on__lt=on)
    return sum(_record(filing, FilingState.EXPIRED, by=by, at=at) for filing in ended)


def filings_record_time(*, at: dt.datetime) -> Recorded:
    """What the nightly command does: every filing that time has ended, in chunks, logged once."""
    by, on = system_account(), timezone.localdate(at)
    recorded = Recorded()
    while _record_chunk(recorded, on, by=by, at=at):
        pass
    if recorded.expired or recorded.lapsed:
        audit.record("time_recorded", by=by, at=at, expired=recorded.expired, lapsed=recorded.lapsed)
    return recorded


@transaction.atomic
def _record_chunk(recorded: Recorded, on: dt.date, *, by: User, at: dt.datetime) -> bool:
    """One chunk, committed for itself; whether there was anything left to do."""
    chunk = _overdue(on)
    for filing in chunk:
        if filing.state_on(on) == FilingState.EXPIRED:
            recorded.expired += _record(filing, FilingState.EXPIRED, by=by, at=at)
        else:
            recorded.lapsed += _record(filing, FilingState.LAPSED, by=by, at=at)
    return bool(chunk)


def _overdue(on: dt.date) -> list[Filing]:
    """The next ones; what somebody is working on is left to the next night, nobody waits for anybody."""
    over = Q(state=FilingState.IN_FORCE, ends_on__lt=on) | Q(state__in=WAITING, deadline_on__lt=on)
    rows = Filing.objects.filter(over).select_for_update(skip_locked=True)
    return list(rows.order_by("pk")[:CHUNK])


def _record(filing: Filing, to: FilingState, *, by: User, at: dt.datetime) -> bool:
    try:
        workflow.move(filing, to, by=by, at=at, reason=REASONS[to])
    except SomeoneElseWasFirst:
        return False
    return True
