"""了结怎样显示: what stands of a carried difference and what did, who may do what with it now; its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property

from agency.journal import workflow
from agency.journal.models import StateChange
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import may_act
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.pairing import carried
from settlement.reconciliation.states import ENDING_TONES, STANDING_ENDINGS, EndingState, RunState

PEOPLE = ("proposed_by", "approved_by")


@dataclass(frozen=True)
class EndingPart:
    """What the page of a carried difference of a signed comparison says of its ending, to one person."""

    row: Discrepancy
    by: User
    endings: Sequence[CarriedEnding]  # newest first

    @property
    def standing(self) -> CarriedEnding | None:
        return next((one for one in self.endings if one.state in STANDING_ENDINGS), None)

    @property
    def past(self) -> list[CarriedEnding]:
        return [one for one in self.endings if one.state not in STANDING_ENDINGS]

    @property
    def tone(self) -> str:
        return ENDING_TONES[EndingState(self.standing.state)] if self.standing is not None else ""

    @cached_property
    def is_carried(self) -> bool:
        """Whether it is open still: neither ended nor settled by a later month."""
        return carried().filter(pk=self.row.pk).exists()

    @cached_property
    def may(self) -> dict[str, bool]:
        standing, is_own = self.standing, False
        if standing is not None:
            is_own = standing.proposed_by_id == self.by.pk
        decides = self._can(May.APPROVE_VERDICTS) and standing is not None
        waiting = standing is not None and not standing.is_approved
        return {
            "propose": standing is None and self._can(May.RECONCILE) and self.is_carried,
            "approve": decides and waiting and not is_own and self.is_carried,
            "return": decides and waiting,
            "undo": decides and not waiting,
            "waits": waiting and is_own,
        }

    def _can(self, may: May) -> bool:
        return may_act(self.by, may, self.row.run)


def ending_part(by: User, row: Discrepancy) -> EndingPart | None:
    """The part of the page; None for a difference that has no use of it."""
    if row.remedy != Remedy.CARRY or row.run.state != RunState.SIGNED:
        return None
    return EndingPart(row, by, list(row.endings.select_related(*PEOPLE).order_by("-pk")))


def standing_endings(rows: Sequence[Discrepancy]) -> dict[int, CarriedEnding]:
    """Key of a difference → what is proposed or approved of its ending; asked only where some are carried."""
    keys = [row.pk for row in rows if row.remedy == Remedy.CARRY]
    if not keys:
        return {}
    found = CarriedEnding.objects.standing().filter(discrepancy__in=keys).select_related(*PEOPLE)
    return {one.discrepancy_id: one for one in found}


def ending_steps(row: Discrepancy) -> list[dict[str, Any]]:
    """The steps of all endings of a difference, for its history."""
    machine = CarriedEnding.machine
    numbers = row.endings.order_by().values("ending_no")
    rows = StateChange.objects.filter(subject_kind=machine.kind, subject_no__in=numbers)
    steps = workflow.steps_told(machine, rows.select_related("by").order_by("pk"))
    return [{**step, "label": f"了结：{step['label']}"} for step in steps]
