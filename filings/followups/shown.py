"""A follow-up as pages show it: with its state of today, how late it is, and what may be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.services import has_entered
from filings.filing.states import FilingState
from filings.followups.models import FollowUp
from filings.followups.rules import STEPS
from filings.followups.selectors import alternatives_text, papers_text
from filings.followups.states import TONES, FollowUpKind, FollowUpState
from filings.materials.selectors import material_names

S = FollowUpState


@dataclass(frozen=True)
class ShownFollowUp:
    """One row: its state of the day, the badge, and in words what is owed or was received."""

    row: FollowUp
    state: FollowUpState
    label: str
    tone: str
    papers: str
    received: str
    is_overdue: bool
    days: int  # to the due date; below nought: past it


@dataclass(frozen=True)
class Steps:
    """What somebody may do with a follow-up today; `is_maker`: another has to judge it."""

    receive: bool = False
    verify: bool = False
    untrue: bool = False
    is_maker: bool = False

    @property
    def judges_only(self) -> bool:
        """Then finding it true is the page's one filled button."""
        return self.verify and not self.receive


def shown(rows: Iterable[FollowUp], on: dt.date) -> list[ShownFollowUp]:
    """Rows for a list or a section; their filings are loaded with them."""
    names = material_names()
    return [_shown(row, on, names) for row in rows]


def _shown(row: FollowUp, on: dt.date, names: dict[str, str]) -> ShownFollowUp:
    state = row.state_on(on)
    late = row.is_overdue(on)
    label, tone = ("逾期未补", "bad") if late else (str(state.label), TONES[state])
    if row.kind == FollowUpKind.SPOT_CHECK and state == S.OPEN:
        label = "逾期未查" if late else "待核实"
    received = ""
    if row.received_papers:
        received = f"{papers_text(row.received_papers.split('+'), names)}（{row.get_received_as_display()}）"
    return ShownFollowUp(
        row=row,
        state=state,
        label=label,
        tone=tone,
        papers=alternatives_text(row.alternatives, names),
        received=received,
        is_overdue=late,
        days=(row.due_on - on).days,
    )


def steps_of(row: FollowUp, by: User, on: dt.date) -> Steps:
    """The buttons for whoever looks."""
    if row.state_on(on) != S.OPEN or not access.within(by, row.region):
        return Steps()
    steps = STEPS[FollowUpKind(row.kind)]
    judges = access.allowed(by, May.JUDGE_PROMISES) and S.VERIFIED in steps
    entered = judges and has_entered(row.filing, by)
    in_force = row.filing.state_on(on) == FilingState.IN_FORCE  # one in 待补正 is supplemented on its form
    return Steps(
        receive=access.allowed(by, May.TAKE_IN_FILINGS) and S.KEPT in steps and in_force,
        verify=judges and not entered,
        untrue=judges and not entered,
        is_maker=entered,
    )
