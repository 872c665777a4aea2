"""两边核对: our differences go out as a sheet with row keys and a digest; what they answer comes in.

Their agreement is no second person: it closes a verdict of ours only when somebody else than whoever judged
brings it in, or approves what is agreed on (docs/rules.md). [P]
"""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from agency.batches.services import file_keep
from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.locks import hold_all_of, hold_run
from settlement.reconciliation.models import (
    DifferenceSheet,
    Discrepancy,
    ReconciliationRun,
    Stance,
    TheirAnswer,
)
from settlement.reconciliation.report import newest_answers
from settlement.reconciliation.sent import sheet_of, stance_of
from settlement.reconciliation.signing import KIND, require_own
from settlement.reconciliation.states import DiscrepancyState, RunState

D = DiscrepancyState
SERIES = "difference-sheet-"  # and the month
BY_HAND = frozenset({Remedy.PAIR, Remedy.WRITE_OFF})  # need more than a yes


def require_open(run: ReconciliationRun) -> None:
    """`run_closed` unless verdicts of a run may still change."""
    if run.state != RunState.COMPARED:
        told = f"对账 {run} 现在是“{run.get_state_display()}”，不能再核对差异。"
        raise DomainError("run_closed", told, state=run.state)


def sent_next(run: ReconciliationRun, *, everything: bool = False) -> list[Discrepancy]:
    """What a new sheet would hold: what has no approved verdict, or all differences."""
    rows = Discrepancy.objects.filter(run=run)
    return list((rows if everything else rows.exclude(state=D.SETTLED)).order_by("serial"))


@transaction.atomic
def sheet_make(
    *, run: ReconciliationRun, by: User, at: dt.datetime, everything: bool = False
) -> DifferenceSheet:
    """出核对表: the differences that are not settled (or all) with our stance on each, as a sheet to send.

    Errors: NotAllowed, `run_closed`, `nothing_to_send`.
    """
    run = hold_run(run)
    require_own(run, by, May.RECONCILE)
    require_open(run)
    stances = [stance_of(row) for row in sent_next(run, everything=everything)]
    if not stances:
        raise DomainError("nothing_to_send", "没有要请对方核对的差异：都已有批准的结论。")
    month = f"{timezone.localtime(at):%Y%m}"
    sheet_no = f"HD{month}{next_number(f'{SERIES}{month}'):05d}"
    content = sheet_of(run, sheet_no, stances).kept()
    kept = file_keep(io.BytesIO(content), name=f"{sheet_no}.json", by=by, at=at)
    what = {"run": run, "digest": kept.digest, "file": kept, "rows": len(stances), "sent": stances}
    sheet = DifferenceSheet.objects.create(sheet_no=sheet_no, by=by, at=at, **what)
    log("difference_sheet_made", run, by=by, at=at, sheet=sheet_no, rows=len(stances), digest=kept.digest)
    return sheet


# --- what both agree on -------------------------------------------------------------------------------------


def agreed_remedy(sent_remedy: str) -> Remedy:
    """What a yes means: to our verdict or proposal, or to our figures, which they then correct."""
    return Remedy(sent_remedy) if sent_remedy else Remedy.ASK_THEM


def sent_remedies(sheets: Iterable[DifferenceSheet]) -> dict[tuple[int, int], str]:
    """(sheet, serial) → what we said of the difference when the sheet was made."""
    return {(sheet.pk, serial): remedy for sheet in sheets for serial, remedy, _, _ in sheet.sent}


def is_agreed(row: Discrepancy, answer: TheirAnswer | None, sent_remedy: str) -> bool:
    """Whether the other side said yes to the very verdict that a difference has now: one that stood when the
    sheet was made, or was given out of this answer."""
    if answer is None or answer.stance != Stance.AGREES or row.judged_at is None:
        return False
    same = row.remedy == agreed_remedy(sent_remedy) and row.remedy not in BY_HAND
    out_of_it = (row.judged_by_id, row.judged_at) == (answer.by_id, answer.at)
    return same and (out_of_it or row.judged_at <= answer.sheet.at)


def agreed_rows(run: ReconciliationRun) -> list[Discrepancy]:
    """Judged differences that both sides agree on and nobody has approved yet."""
    answers = newest_answers(run)
    remedies = sent_remedies(DifferenceSheet.objects.filter(run=run))
    judged = Discrepancy.objects.filter(run=run, state=D.JUDGED).order_by("pk")
    found = []
    for row in judged:
        answer = answers.get(row.pk)
        sent = remedies.get((answer.sheet_id, row.serial), "") if answer is not None else ""
        if is_agreed(row, answer, sent):
            found.append(row)
    return found


@transaction.atomic
def agreed_approve(*, run: ReconciliationRun, by: User, at: dt.datetime) -> int:
    """批准双方一致的: every judged difference that the other side agreed to, but one's own verdicts.

    Errors: NotAllowed, `run_closed`, `nothing_agreed`.
    """
    run = hold_run(run)
    require_own(run, by, May.APPROVE_VERDICTS)
    require_open(run)
    hold_all_of(run)
    settled = agreed_settle(run, by=by, at=at)
    if not settled:
        raise DomainError("nothing_agreed", "没有可批准的双方一致的结论；自己提出的请由另一位同事批准。")
    log("agreed_verdicts_approved", run, by=by, at=at, rows=settled)
    return settled


def agreed_settle(run: ReconciliationRun, *, by: User, at: dt.datetime) -> int:
    """Settle what both agree on and somebody else than `by` judged; the caller holds the run and its rows."""
    rows = [row for row in agreed_rows(run) if row.judged_by_id != by.pk]
    workflow.move_many(rows, D.SETTLED, by=by, at=at, reason="对方同意", approved_by=by, approved_at=at)
    return len(rows)


def agreed_judge(rows: Sequence[tuple[Discrepancy, Remedy]], note: str, *, by: User, at: dt.datetime) -> int:
    """Open differences get the verdict that the other side agreed to, each kind of them at once."""
    by_remedy: dict[Remedy, list[Discrepancy]] = defaultdict(list)
    for row, remedy in rows:
        if remedy not in BY_HAND:
            by_remedy[remedy].append(row)
    for remedy, alike in by_remedy.items():
        given: dict[str, Any] = {"remedy": remedy, "note": note, "judged_by": by, "judged_at": at}
        workflow.move_many(alike, D.JUDGED, by=by, at=at, reason=note, **given)
    return sum(map(len, by_remedy.values()))


def may_approve(run: ReconciliationRun, by: User) -> bool:
    """Whether `by` may approve verdicts of a run at all."""
    return not access.refusal(lambda who, what: require_own(what, who, May.APPROVE_VERDICTS), by, run)


def log(action: str, run: ReconciliationRun, *, by: User, at: dt.datetime, **detail: object) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=KIND,
        subject_no=run.run_no,
        region=run.region,
        **detail,
    )
