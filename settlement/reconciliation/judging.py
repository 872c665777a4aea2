"""差异的结论: proposed by one person, approved, returned or undone by others; many alike in one transaction.

Two that are paired go every way together. What was found of a difference never changes, and of a signed run
nothing does. A verdict moves no money and changes no case: it says what is to be done, and by whom it was
judged. [P]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, clean_reason, reason_given
from agency.journal import workflow
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import SHANGHAI
from agency.policy.selectors import int_parameter
from settlement.reconciliation.acting import differences_held, log
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.states import DiscrepancyState
from settlement.reconciliation.verdict_rules import remedies_of, write_off_refusal
from settlement.records.selectors import chunks

WRITE_OFF_LIMIT = "reconciliation.write_off_limit_fen"
NOTE_LIMIT = 500
OPEN, JUDGED, SETTLED = DiscrepancyState.OPEN, DiscrepancyState.JUDGED, DiscrepancyState.SETTLED
NO_VERDICT: dict[str, Any] = {
    "remedy": "",
    "written_off_fen": 0,
    "pair": None,
    "judged_by": None,
    "judged_at": None,
    "approved_by": None,
    "approved_at": None,
}


def note_given(note: str) -> str:
    """What a verdict rests on, in one line. Errors: `note_missing`, `note_too_long`."""
    return clean_reason(note, NOTE_LIMIT, field="note", what="说明", missing="请写明结论的依据。")


@transaction.atomic
def verdicts_give(
    keys: Collection[int], *, by: User, at: dt.datetime, remedy: str, note: str
) -> list[Discrepancy]:
    """提出结论: the same for open differences that are alike; all of them or none.

    Errors: those of `differences_held`, `note_missing`, `unknown_remedy`, `pair_by_two`, `wrong_remedy`,
    `write_off_refused`.
    """
    note = note_given(note)
    wanted = _known(remedy)
    rows = differences_held(keys, by=by, may=May.RECONCILE, states=[OPEN])
    _require_fits(rows, wanted)
    if wanted == Remedy.WRITE_OFF:
        require_within_limit(rows, at)
    written = {"written_off_fen": F("amount_fen")} if wanted == Remedy.WRITE_OFF else {}
    said: dict[str, Any] = {"remedy": wanted, "note": note, "judged_by": by, "judged_at": at, **written}
    workflow.move_many(rows, JUDGED, by=by, at=at, reason=_told(wanted, note), **said)
    log("verdicts_given", rows, by=by, at=at, remedy=str(wanted.label), reason=note)
    return rows


def _known(remedy: str) -> Remedy:
    if remedy not in Remedy.values:
        raise DomainError("unknown_remedy", "请选一种处理。", field="remedy")
    if remedy == Remedy.PAIR:
        raise DomainError("pair_by_two", "“与另一条互相对应”请在差异的页面里选出另一条。", field="remedy")
    return Remedy(remedy)


def _require_fits(rows: Sequence[Discrepancy], remedy: Remedy) -> None:
    wrong = [row for row in rows if remedy not in remedies_of(row.kind, row.run.source)]
    if wrong:
        first = f"“{remedy.label}”不适用于“{wrong[0].get_kind_display()}”（{wrong[0]}"
        more = f" 等 {len(wrong)} 条" if len(wrong) > 1 else ""
        raise DomainError("wrong_remedy", f"{first}{more}）。", field="remedy", count=len(wrong))


def require_within_limit(rows: Sequence[Discrepancy], at: dt.datetime) -> None:
    """That each of them may be written off. Errors: `write_off_refused`."""
    limits = {row.run_id: write_off_limit(row.run, at) for row in rows}
    for row in rows:
        why = write_off_refusal(row.kind, row.amount_fen, limits[row.run_id])
        if why:
            raise DomainError("write_off_refused", f"{row}：{why}", field="remedy")


def write_off_limit(run: ReconciliationRun, at: dt.datetime) -> int:
    """How much of one difference may be written off at a moment, in fen; a region may have its own row."""
    return int_parameter(WRITE_OFF_LIMIT, at.astimezone(SHANGHAI).date(), run.region)


def _told(remedy: Remedy, note: str) -> str:
    return f"{remedy.label}：{note}"


@transaction.atomic
def verdicts_approve(
    keys: Collection[int], *, by: User, at: dt.datetime, seen_at: dt.datetime | None = None
) -> list[Discrepancy]:
    """批准结论: by another person than whoever judged; pairs together. `seen_at`: when that person saw them.

    Errors: those of `differences_held`, NotAllowed (also for whoever judged one of them), SomeoneElseWasFirst
    (one was judged anew since it was seen).
    """
    rows = _held_whole(keys, by=by, state=JUDGED)
    anew = [row for row in rows if seen_at is not None and row.judged_at and row.judged_at > seen_at]
    if anew:
        raise SomeoneElseWasFirst(f"{anew[0]} 的结论在您打开页面之后改过，请看过新的再批准。")
    own = [row for row in rows if row.judged_by_id == by.pk]
    if own:  # not even the system account: two people stand for a verdict
        raise NotAllowed(f"{own[0]} 的结论是您自己提出的，请由另一位同事批准。")
    workflow.move_many(rows, SETTLED, by=by, at=at, approved_by=by, approved_at=at)
    log("verdicts_approved", rows, by=by, at=at)
    return rows


@transaction.atomic
def verdicts_return(keys: Collection[int], *, by: User, at: dt.datetime, reason: str) -> list[Discrepancy]:
    """退回: the difference is open again, its note stays for whoever judges next. Errors: those of
    `differences_held`, `reason_missing`."""
    reason = reason_given(reason)
    rows = _held_whole(keys, by=by, state=JUDGED)
    workflow.move_many(rows, OPEN, by=by, at=at, reason=reason, **NO_VERDICT)
    log("verdicts_returned", rows, by=by, at=at, reason=reason)
    return rows


@transaction.atomic
def verdicts_undo(keys: Collection[int], *, by: User, at: dt.datetime, reason: str) -> list[Discrepancy]:
    """撤销结论: an approved verdict is taken back while the run is not signed; history and log keep it.

    Errors: those of `differences_held`, `reason_missing`, `is_paired` (a later one settles it).
    """
    reason = reason_given(reason)
    rows = _held_whole(keys, by=by, state=SETTLED)
    _require_not_settled_later(rows)
    workflow.move_many(rows, OPEN, by=by, at=at, reason=reason, **NO_VERDICT)
    log("verdicts_undone", rows, by=by, at=at, reason=reason)
    return rows


def _require_not_settled_later(rows: Sequence[Discrepancy]) -> None:
    """A carried one that a later difference names as its half stays what it is while that stands."""
    for block in chunks([row.pk for row in rows if row.remedy == Remedy.CARRY]):
        later = Discrepancy.objects.filter(pair__in=block).select_related("pair").order_by("pk").first()
        if later is not None:
            told = f"{later.pair} 已由 {later} 对应，请先退回或撤销那一条的结论。"
            raise DomainError("is_paired", told)


def _held_whole(keys: Collection[int], *, by: User, state: DiscrepancyState) -> list[Discrepancy]:
    """The differences with the other halves of those that are paired within their run."""
    whole = set(keys)
    for block in chunks(keys):
        halves = Discrepancy.objects.filter(pair__in=block, paired_by__in=block).order_by()
        whole.update(halves.values_list("pk", flat=True))
    rows = differences_held(whole, by=by, may=May.APPROVE_VERDICTS, states=[state])
    for block in chunks([row.pair_id for row in rows if row.pair_id and row.pair_id not in whole]):
        if Discrepancy.objects.filter(pk__in=block, pair__in=whole).exists():  # paired since it was read
            raise SomeoneElseWasFirst
    return rows
