"""状态的唯一入口: `move` is the one door through which a state changes.

Table lookup, compare-and-set UPDATE, history row. Nobody writes `.state` elsewhere
(tests/architecture/test_no_float.py looks for it).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from django.db import models, transaction

from agency.errors import DomainError, SomeoneElseWasFirst
from agency.journal.models import StateChange
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May

REASON_LENGTH = 500


@dataclass(frozen=True)
class Step:
    """One allowed change: what the button says, who may, and whether a reason must be given."""

    label: str
    may: May | None = None
    reason_required: bool = False


@dataclass(frozen=True)
class Machine:
    """A record's life: its kind in the journal, its states with labels, and every allowed step."""

    kind: str
    states: type[models.TextChoices]
    first: str
    transitions: Mapping[tuple[str, str], Step]
    terminal: frozenset[str] = field(default_factory=frozenset)

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
    step = machine.transitions.get((was, to))
    if step is None:
        raise DomainError(
            "no_such_step",
            f"{subject.journal_no} 现在是“{machine.label(was)}”，不能变为“{machine.label(to)}”。",
            state=was,
        )
    if step.may is not None:
        access.require(by, step.may)
    if step.reason_required and not reason.strip():
        raise DomainError("reason_missing", f"请写明{step.label}的原因。", field="reason")
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


def history(machine: Machine, subject_no: str) -> list[dict[str, Any]]:
    """The steps of one record, oldest first, for components/_state_history.html."""
    rows = StateChange.objects.filter(subject_kind=machine.kind, subject_no=subject_no).select_related("by")
    return [
        {"label": machine.label(row.to_state), "by": str(row.by), "at": row.at, "reason": row.reason}
        for row in rows
    ]
