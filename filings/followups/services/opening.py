"""What opens when a filing takes effect, and ends when it owes it no longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

from django.db import transaction
from django.utils import timezone

from agency.organisation.models import User
from agency.organisation.selectors import system_account
from filings.filing.entry import given_materials
from filings.filing.models import Filing
from filings.followups.models import RECEIVED_AS, FollowUp
from filings.followups.rules import Owed, owed_by, write_alternatives
from filings.followups.selectors import (
    deferral_dates,
    given_materials_of,
    groups_of_filing,
    owed_of,
    promise_due_in,
    promise_due_on,
    scope_of,
)
from filings.followups.services.common import close, create_many, keep
from filings.followups.states import FollowUpKind, FollowUpState
from filings.materials.rules import serving
from filings.materials.selectors import groups_of

S, K = FollowUpState, FollowUpKind
CHUNK = 500


@transaction.atomic
def follow_ups_begin(filing: Filing, *, by: User, at: dt.datetime) -> list[FollowUp]:
    """Bring the list up to what a filing owes now that it takes effect: open what is new, end what is served.

    Taking effect once more changes nothing; after a change the successor's promises keep their old dates,
    and those of the filing before end.
    """
    on = timezone.localdate(at)
    owed = {item.group_no: item for item in owed_of(filing)}
    rows = FollowUp.objects.filter(filing=filing, state=S.OPEN).exclude(kind=K.SPOT_CHECK)
    for row in list(rows):
        item = owed.get(row.group_no)
        if item is not None and item.kind == row.kind:
            _keep_dates(row, filing, on)
            del owed[row.group_no]
        elif item is None:
            _served(row, at=at)
        else:
            close(row, "改为另一种方式补交", at=at)
    former = _end_of_former(filing, at=at)
    return [_open(filing, item, former.get((item.kind, no)), by=by, at=at) for no, item in owed.items()]


@transaction.atomic
def follow_ups_begin_many(filings: Sequence[Filing], *, by: User, at: dt.datetime) -> list[FollowUp]:
    """`follow_ups_begin` of new filings, of which nothing was followed up before: numbered in their order,
    without a query for each."""
    on = timezone.localdate(at)
    groups, promise_due = cache(groups_of), cache(promise_due_in)
    owing: list[tuple[Filing, dict[str, object]]] = []
    for start in range(0, len(filings), CHUNK):
        chunk = filings[start : start + CHUNK]
        given = given_materials_of(chunk)
        for filing in chunk:
            region, received_on = filing.insured_region, filing.received_on
            ruled = groups(filing.kind, scope=scope_of(filing), region=region, on=received_on)
            for item in owed_by(ruled, given[filing.pk]):
                is_promise = item.kind == K.COMMITMENT
                dates = (promise_due(region, on), None) if is_promise else deferral_dates(filing, on)
                owing.append((filing, _columns(item, *dates)))
    return create_many(owing, by=by, at=at)


def _open(filing: Filing, item: Owed, promised_for: dt.date | None, *, by: User, at: dt.datetime) -> FollowUp:
    on = timezone.localdate(at)
    lapses_on = None
    if item.kind == K.DEFERRED:
        due_on, lapses_on = deferral_dates(filing, on)
    else:
        due_on = promise_due_on(filing, on)
        due_on = min(due_on, promised_for) if promised_for is not None else due_on
    return create_many([(filing, _columns(item, due_on, lapses_on))], by=by, at=at)[0]


def _columns(item: Owed, due_on: dt.date, lapses_on: dt.date | None) -> dict[str, object]:
    return {
        "kind": item.kind,
        "group_no": item.group_no,
        "group_label": item.label,
        "papers": write_alternatives(item.alternatives),
        "due_on": due_on,
        "lapses_on": lapses_on,
    }


def _keep_dates(row: FollowUp, filing: Filing, on: dt.date) -> None:
    """A promise keeps its date; a deferred paper follows the filing's."""
    if row.kind == K.DEFERRED:
        row.due_on, row.lapses_on = deferral_dates(filing, on)
        row.save(update_fields=["due_on", "lapses_on"])


def _end_of_former(filing: Filing, *, at: dt.datetime) -> dict[tuple[str, int], dt.date]:
    """End what the filing before the change still owed; by when it was promised."""
    if filing.replaces_id is None:
        return {}
    dates: dict[tuple[str, int], dt.date] = {}
    for row in FollowUp.objects.filter(filing=filing.replaces_id, state=S.OPEN):
        dates[row.kind, row.group_no] = row.due_on
        close(row, f"备案已变更为 {filing.filing_no}", at=at)
    return dates


def _served(row: FollowUp, *, at: dt.datetime) -> None:
    """The papers came with the filing itself: with a supplement, or a change of its papers."""
    given = given_materials(row.filing)
    papers = next(
        (serving(group, given) for group in groups_of_filing(row.filing) if group.no == row.group_no), None
    )
    how = given.get(papers[0], "") if papers else ""
    if not papers or how not in RECEIVED_AS:
        close(row, "备案不再需要这组材料", at=at)
        return
    by = system_account()
    keep(row, "+".join(papers), how, by=by, at=at, reason="随备案补正交来")


def follow_ups_record_time(*, at: dt.datetime) -> int:
    """Record as ended what ended with its filing; how many. The pages are right without it."""
    on, closed = timezone.localdate(at), 0
    rows = FollowUp.objects.filter(state=S.OPEN).exclude(pk__in=FollowUp.objects.waiting(on).values("pk"))
    while True:
        with transaction.atomic():
            chunk = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:CHUNK])
            for row in chunk:
                close(row, "备案已结束", at=at)
        closed += len(chunk)
        if not chunk:
            return closed
