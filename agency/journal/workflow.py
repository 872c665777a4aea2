"""状态的唯一入口: `move` is the one door through which a state changes.

Table lookup, compare-and-set UPDATE, history row. Nobody writes `.state` elsewhere
(tests/architecture/test_no_float.py looks for it).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from django.db import models, transaction

from agency.errors import DomainError, SomeoneElseWasFirst
from agency.journal.models import StateChange
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May

REASON_LENGTH = 500
CHUNK = 500  # rows of one statement, where many move together


@dataclass(frozen=True)
class Step:
    """One allowed change: what the button says, who may, and whether a reason must be given."""

    label: str
    may: May | None = None
    reason_required: bool = False


class Flow(models.TextChoices):
    """The four flows of form 19 [S2]; a machine names the one whose chart it stands in."""

    FILING = "filing", "备案"
    SETTLEMENT = "settlement", "结算"
    FUND = "fund", "周转金"
    CLEARING = "clearing", "清算"


@dataclass(frozen=True)
class Machine:
    """A record's life: its kind in the journal, its states with labels, and every allowed step.

    `flow` puts it into a chart of form 19 under its `title`; without one it is no part of any (a job).
    `begins_untold`: such records come by the thousand with the act of another one, whose history tells of it;
    their own begins with their first step.
    """

    kind: str
    states: type[models.TextChoices]
    first: str
    transitions: Mapping[tuple[str, str], Step]
    terminal: frozenset[str] = field(default_factory=frozenset)
    title: str = ""
    flow: Flow | None = None
    begins_untold: bool = False

    def label(self, state: str) -> str:
        return str(self.states(state).label) if state else ""


class Stateful(Protocol):
    """What `move` needs of a model: a `state` column, a `machine`, and the number people know it by."""

    machine: ClassVar[Machine]
    state: Any
    pk: Any

    @property
    def journal_no(self) -> str: ...


def can_move(subject: Stateful, to: str, by: User) -> bool:
    """Whether the table has this step from the present state and `by` may take it; feeds the buttons."""
    step = subject.machine.transitions.get((subject.state, to))
    return step is not None and (step.may is None or access.allowed(by, step.may))


def begin(subject: Stateful, *, by: User, at: dt.datetime, reason: str = "") -> None:
    """Write the first history row of a record that was just created in its first state."""
    StateChange.objects.create(
        subject_kind=subject.machine.kind,
        subject_no=subject.journal_no,
        to_state=subject.state,
        by=by,
        at=at,
        reason=reason.strip()[:REASON_LENGTH],
    )


@transaction.atomic
def move(subject: Stateful, to: str, *, by: User, at: dt.datetime, reason: str = "", **fields: Any) -> None:
    """Change the state of `subject` to `to`, together with `fields`, or raise and change nothing.

    Errors: `no_such_step` (the table has no such step), NotAllowed, `reason_missing`,
    SomeoneElseWasFirst (the stored state is no longer the one that was read).
    """
    machine, was = subject.machine, subject.state
    _require_step(subject, to, by=by, reason=reason)
    rows = type(subject)._base_manager.filter(pk=subject.pk, state=was)  # type: ignore[attr-defined]
    if rows.update(state=to, **fields) != 1:
        raise SomeoneElseWasFirst(subject_no=subject.journal_no)
    StateChange.objects.create(
        subject_kind=machine.kind,
        subject_no=subject.journal_no,
        from_state=was,
        to_state=to,
        by=by,
        at=at,
        reason=reason.strip()[:REASON_LENGTH],
    )
    subject.state = to
    for name, value in fields.items():
        setattr(subject, name, value)


def begin_many(subjects: Sequence[Stateful], *, by: User, at: dt.datetime, reason: str = "") -> None:
    """`begin` of many records of one kind, in one statement."""
    StateChange.objects.bulk_create(
        StateChange(
            subject_kind=subject.machine.kind,
            subject_no=subject.journal_no,
            to_state=subject.state,
            by=by,
            at=at,
            reason=reason.strip()[:REASON_LENGTH],
        )
        for subject in subjects
    )


@transaction.atomic
def move_many(
    subjects: Sequence[Stateful],
    to: str,
    *,
    by: User,
    at: dt.datetime,
    reason: str = "",
    may: May | None = None,
    **fields: Any,
) -> None:
    """`move` of many records of one kind that all stand in one state: all of them, or none.

    `may` is the right that is asked for in place of the step's own, where one act (loading a batch) stands
    for the steps of all its rows. Errors as of `move`; ValueError for records in different states.
    """
    if not subjects:
        return
    first = subjects[0]
    machine, was = first.machine, first.state
    if any(subject.state != was or subject.machine is not machine for subject in subjects):
        raise ValueError("records that move together are of one kind and stand in one state")
    _require_step(first, to, by=by, reason=reason, may=may)
    for chunk in _chunks(subjects):
        rows = type(first)._base_manager.filter(  # type: ignore[attr-defined]
            pk__in=[subject.pk for subject in chunk], state=was
        )
        if rows.update(state=to, **fields) != len(chunk):
            raise SomeoneElseWasFirst
    StateChange.objects.bulk_create(
        StateChange(
            subject_kind=machine.kind,
            subject_no=subject.journal_no,
            from_state=was,
            to_state=to,
            by=by,
            at=at,
            reason=reason.strip()[:REASON_LENGTH],
        )
        for subject in subjects
    )
    for subject in subjects:
        subject.state = to
        for name, value in fields.items():
            setattr(subject, name, value)


def _chunks(subjects: Sequence[Stateful]) -> Iterator[Sequence[Stateful]]:
    for start in range(0, len(subjects), CHUNK):
        yield subjects[start : start + CHUNK]


def _require_step(subject: Stateful, to: str, *, by: User, reason: str, may: May | None = None) -> None:
    """That the table has the step, that `by` may take it, and that it has its reason."""
    machine, was = subject.machine, subject.state
    step = machine.transitions.get((was, to))
    if step is None:
        raise DomainError(
            "no_such_step",
            f"{subject.journal_no} 现在是“{machine.label(was)}”，不能变为“{machine.label(to)}”。",
            state=was,
        )
    asked = may or step.may
    if asked is not None:
        access.require(by, asked)
    if step.reason_required and not reason.strip():
        raise DomainError("reason_missing", f"请写明{step.label}的原因。", field="reason")


def last_step(subject: Stateful) -> StateChange:
    """The newest history row of a record: who brought it to where it stands, when and why."""
    rows = StateChange.objects.filter(subject_kind=subject.machine.kind, subject_no=subject.journal_no)
    return rows.select_related("by").latest("id")


def history(machine: Machine, subject_no: str) -> list[dict[str, Any]]:
    """The steps of one record, oldest first, for components/_state_history.html."""
    rows = StateChange.objects.filter(subject_kind=machine.kind, subject_no=subject_no).select_related("by")
    return steps_told(machine, rows)


def steps_told(machine: Machine, rows: Iterable[StateChange]) -> list[dict[str, Any]]:
    """Steps of records of one kind as `history` tells them, in the order of the rows."""
    return [
        {
            "label": machine.label(row.to_state),
            "by": str(row.by),
            "at": row.at,
            "reason": row.reason,
            "word": _reason_word(machine, row),
        }
        for row in rows
    ]


def _reason_word(machine: Machine, row: StateChange) -> str:
    """What the text of a step is: 原因 where one has to be given or the record began with it, else 说明."""
    step = machine.transitions.get((row.from_state, row.to_state))
    return "原因" if step is None or step.reason_required else "说明"
