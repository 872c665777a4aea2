"""了结: proposed by one person and approved by another, returned or undone with a reason; many alike in one
transaction, all of them or none; all of it stays.

It ends what a signed comparison carried forward, where nothing in a later month is its half: the other side
put it right, the case came in or was corrected, it was withdrawn, the rest is written off. The difference
itself stays as it was signed. While its comparison is not signed its verdict can be undone instead. [P]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError, NotAllowed, clean_reason, reason_given
from agency.journal import audit, workflow
from agency.journal.numbers import next_numbers
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import NUMBERS_TOLD, rows_held
from settlement.reconciliation.ending_allowed import (
    endings_held,
    require_carried,
    require_none_standing,
    require_step,
)
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.judging import NOTE_LIMIT, require_within_limit
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.states import EndingState
from settlement.reconciliation.verdict_rules import endings_of

SERIES = "carried-ending-"  # and the month


@transaction.atomic
def endings_propose(
    keys: Collection[int], *, by: User, at: dt.datetime, remedy: str, note: str
) -> list[CarriedEnding]:
    """提出了结: how differences that are carried forward ended, `note` on what that rests; the same for all.

    Errors: NotAllowed, `none_chosen`, `note_missing`, `note_too_long`, `not_carried`, `not_signed`,
    `run_closed`, `is_paired`, `compared_anew`, `already_proposed`, `wrong_remedy`, `write_off_refused`.
    """
    missing = "请写明是怎样了结的、依据是什么。"
    note = clean_reason(note, NOTE_LIMIT, field="note", what="说明", missing=missing)
    rows = rows_held(keys, by=by, may=May.RECONCILE)
    require_carried(rows)
    require_none_standing(rows)
    wanted = _fitting(rows, remedy, at)
    endings = _new(rows, wanted, note, by=by, at=at)
    CarriedEnding.objects.bulk_create(endings, batch_size=workflow.CHUNK)
    workflow.begin_many(endings, by=by, at=at, reason=f"{wanted.label}：{note}")
    _log("ending_proposed", endings, by=by, at=at, remedy=str(wanted.label), reason=note)
    return endings


def _new(
    rows: Sequence[Discrepancy], wanted: Remedy, note: str, *, by: User, at: dt.datetime
) -> list[CarriedEnding]:
    """Endings with their numbers, not written yet."""
    month = f"{timezone.localtime(at):%Y%m}"
    numbers = next_numbers(f"{SERIES}{month}", len(rows))
    return [
        CarriedEnding(
            ending_no=f"LJ{month}{number:05d}",
            discrepancy=row,
            remedy=wanted,
            note=note,
            written_off_fen=row.amount_fen if wanted == Remedy.WRITE_OFF else 0,
            proposed_by=by,
            proposed_at=at,
        )
        for number, row in zip(numbers, rows, strict=True)
    ]


@transaction.atomic
def endings_approve(seen: Mapping[int, str], *, by: User, at: dt.datetime) -> list[CarriedEnding]:
    """批准了结: by another person than whoever proposed it, while the difference is carried still.

    `seen`: key of the difference → number of the ending that was seen.

    Errors: NotAllowed (also for whoever proposed one), SomeoneElseWasFirst (another one stands by now),
    `no_such_step`, `is_paired`, `compared_anew`.
    """
    endings = endings_held(seen, by=by)
    own = [one for one in endings if one.proposed_by_id == by.pk]
    if own:  # not even the system account: two people stand for it
        raise NotAllowed(f"{own[0]} 是您自己提出的，请由另一位同事批准。")
    require_carried([one.discrepancy for one in endings])
    require_step(endings, EndingState.APPROVED)
    workflow.move_many(endings, EndingState.APPROVED, by=by, at=at, approved_by=by, approved_at=at)
    _log("ending_approved", endings, by=by, at=at)
    return endings


@transaction.atomic
def endings_return(seen: Mapping[int, str], *, by: User, at: dt.datetime, reason: str) -> list[CarriedEnding]:
    """退回了结: what is not approved; the differences are carried on, and others may be proposed. Errors:
    NotAllowed, SomeoneElseWasFirst, `reason_missing`, `no_such_step`."""
    return _taken_back(seen, EndingState.RETURNED, "ending_returned", by=by, at=at, reason=reason)


@transaction.atomic
def endings_undo(seen: Mapping[int, str], *, by: User, at: dt.datetime, reason: str) -> list[CarriedEnding]:
    """撤销了结: what was approved; the differences are carried on again. Errors as of `endings_return`."""
    return _taken_back(seen, EndingState.UNDONE, "ending_undone", by=by, at=at, reason=reason)


def _taken_back(
    seen: Mapping[int, str], to: EndingState, action: str, *, by: User, at: dt.datetime, reason: str
) -> list[CarriedEnding]:
    reason = reason_given(reason)
    endings = endings_held(seen, by=by)
    require_step(endings, to)
    workflow.move_many(endings, to, by=by, at=at, reason=reason)
    _log(action, endings, by=by, at=at, reason=reason)
    return endings


def _fitting(rows: Sequence[Discrepancy], remedy: str, at: dt.datetime) -> Remedy:
    """The remedy, where differences of these kinds can end so."""
    wrong = [row for row in rows if remedy not in endings_of(row.kind, row.run.source)]
    if wrong:
        label = Remedy(remedy).label if remedy in Remedy.values else remedy
        more = f"等 {len(wrong)} 条" if len(wrong) > 1 else ""
        told = f"“{label}”不是“{wrong[0].get_kind_display()}”（{wrong[0]}{more}）了结的办法，请选别的。"
        raise DomainError("wrong_remedy", told, field="remedy", count=len(wrong))
    if remedy == Remedy.WRITE_OFF:
        require_within_limit(rows, at)
    return Remedy(remedy)


def _log(action: str, endings: Sequence[CarriedEnding], *, by: User, at: dt.datetime, **detail: Any) -> None:
    """One entry for each run: of a single ending under its own number, of many with how many."""

    def run_of(one: CarriedEnding) -> int:
        return one.discrepancy.run_id

    for _, of_run in groupby(sorted(endings, key=run_of), key=run_of):
        own = list(of_run)
        run, numbers = own[0].discrepancy.run, [one.discrepancy.difference_no for one in own]
        is_one = len(own) == 1
        which = (
            {"difference": numbers[0]} if is_one else {"rows": len(own), "numbers": numbers[:NUMBERS_TOLD]}
        )
        audit.record(
            action,
            by=by,
            at=at,
            subject_kind=CarriedEnding.machine.kind if is_one else run.machine.kind,
            subject_no=own[0].ending_no if is_one else run.run_no,
            region=run.region,
            **which,
            **detail,
        )
