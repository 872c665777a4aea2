"""办理差异的共同条件: whose run it is, that it is open, in which state its differences stand; the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial
from itertools import groupby

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.locks import hold_differences
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.states import DiscrepancyState, RunState

NUMBERS_TOLD = 10  # of many differences, in the log
KIND = Discrepancy.machine.kind


def require_may(by: User, may: May, run: ReconciliationRun) -> None:
    """The right, on a run of the own region; the province acts on all."""
    access.require(by, may)
    if not access.sees_all(by) and run.region_id != by.region_id:
        raise NotAllowed(f"对账 {run} 不是本统筹区的。")


def may_act(by: User, may: May, run: ReconciliationRun) -> bool:
    """Whether `require_may` lets this person act, for buttons."""
    return not access.refusal(partial(_require, may), by, run)


def _require(may: May, by: User, run: ReconciliationRun) -> None:
    require_may(by, may, run)


def differences_held(
    keys: Collection[int], *, by: User, may: May, states: Collection[DiscrepancyState]
) -> list[Discrepancy]:
    """`rows_held` of comparisons that are worked on, in one of these states. Errors: those of `rows_held`,
    `run_closed` (signed, voided or not compared), `other_state`."""
    rows = rows_held(keys, by=by, may=may)
    for run in {row.run_id: row.run for row in rows}.values():
        require_open(run)
    wrong = [row for row in rows if row.state not in states]
    if wrong:
        raise DomainError("other_state", _in_other_state(wrong), count=len(wrong))
    return rows


def rows_held(keys: Collection[int], *, by: User, may: May) -> list[Discrepancy]:
    """The differences as they are now, held to the end of the transaction, in the order of their keys.

    Errors: NotAllowed, `none_chosen`, SomeoneElseWasFirst (one is gone).
    """
    access.require(by, may)
    if not keys:
        raise DomainError("none_chosen", "还没有选差异。")
    rows = hold_differences(keys)
    if len(rows) != len(set(keys)):
        raise SomeoneElseWasFirst("所选的差异有的已经不在了，请刷新后再看。")
    for run in {row.run_id: row.run for row in rows}.values():
        require_may(by, may, run)
    return rows


def require_open(run: ReconciliationRun) -> None:
    """That verdicts of a run can still change. Errors: `run_closed`."""
    if run.state != RunState.COMPARED:
        raise closed(run)


def closed(run: ReconciliationRun) -> DomainError:
    """`run_closed`: what to say of a run in whose state nothing can be done with its differences."""
    told = f"对账 {run} 现在是“{run.get_state_display()}”，差异不能办理。"
    return DomainError("run_closed", told, state=run.state)


def _in_other_state(rows: Sequence[Discrepancy]) -> str:
    first = f"{rows[0]} 现在是“{rows[0].get_state_display()}”"
    more = f"，另有 {len(rows) - 1} 条也不能这样办" if len(rows) > 1 else ""
    return f"{first}{more}；可能刚有同事办过，请刷新后再看。"


def log(action: str, rows: Sequence[Discrepancy], *, by: User, at: dt.datetime, **detail: object) -> None:
    """One entry for each run: of a single difference under its own number, of many with how many."""
    for _, of_run in groupby(sorted(rows, key=lambda row: (row.run_id, row.pk)), key=lambda row: row.run_id):
        own = list(of_run)
        run = own[0].run
        numbers = [row.difference_no for row in own]
        many = {} if len(own) == 1 else {"rows": len(own), "numbers": numbers[:NUMBERS_TOLD]}
        audit.record(
            action,
            by=by,
            at=at,
            subject_kind=KIND if len(own) == 1 else run.machine.kind,
            subject_no=numbers[0] if len(own) == 1 else run.run_no,
            region=run.region,
            **many,
            **detail,
        )
