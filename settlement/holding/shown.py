"""挂账怎样显示: the rows of the list with their amounts and answers, and all of one held case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agency.journal import workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.holding import services
from settlement.holding.counting import helds_of
from settlement.holding.models import Answer, HeldCase, HeldNote
from settlement.holding.months import facts_of
from settlement.holding.rules import Moved, carry, decided_before, months_touched
from settlement.holding.selectors import hold_months
from settlement.holding.states import HeldState


@dataclass(frozen=True)
class HeldRow:
    """A held case in a list: what is kept out of it (fen), and what the other party answered last."""

    case: HeldCase
    net_fen: int
    answer: str

    @property
    def answer_tone(self) -> str:
        return {Answer.AGREES.label: "ok", Answer.DISAGREES.label: "bad"}.get(self.answer, "")


def rows_of(cases: Sequence[HeldCase]) -> list[HeldRow]:
    """The cases as they are listed, in a few queries however many."""
    helds, answers = helds_of(cases), _answers(cases)
    return [HeldRow(case, helds[case.pk].net_fen, answers.get(case.pk, "")) for case in cases]


def _answers(cases: Sequence[HeldCase]) -> dict[int, str]:
    notes = HeldNote.objects.filter(case__in=[case.pk for case in cases]).exclude(answer="").order_by("pk")
    return {case: str(Answer(answer).label) for case, answer in notes.values_list("case", "answer")}


@dataclass(frozen=True)
class HeldDetail:
    """All of one held case, and what this person may do with it."""

    months: list[tuple[str, Moved, bool]]  # month, what it carries, whether it is signed
    net_fen: int
    notes: list[HeldNote]
    history: list[dict[str, Any]]
    decide_before: str
    answers: bool  # whether the answer of this person's region is asked for
    may_write: bool
    may_take_back: bool
    may_decide: bool
    may_undo: bool
    refusal: str  # why somebody of the province may not decide


def detail_of(by: User, case: HeldCase) -> HeldDetail:
    held = helds_of([case])[case.pk]
    months = [] if case.state == HeldState.WITHDRAWN else months_touched(held)
    facts = facts_of({case.held_from, *months, *filter(None, [case.decided_period])})
    is_held, is_decided = case.state == HeldState.HELD, bool(case.decided_period)
    decides = access.allowed(by, May.DECIDE_HELD)
    refusal = access.refusal(services.require_may_decide, by, case) if decides and is_held else ""
    return HeldDetail(
        months=[(month, carry(held, month) or Moved(0, 0), facts[month].is_signed) for month in months],
        net_fen=held.net_fen,
        notes=list(case.notes.select_related("region", "by")),
        history=workflow.history(HeldCase.machine, case.held_no),
        decide_before=decided_before(case.held_from, hold_months(case.held_from)) if is_held else "",
        answers=by.region_id is not None and by.region_id != case.region_id,
        may_write=is_held and not access.refusal(services.require_may_write, by, case),
        may_take_back=is_held and not access.refusal(services.require_may_take_back, by, case),
        may_decide=is_held and decides and not refusal,
        may_undo=is_decided and decides and not facts[case.decided_period].is_signed,
        refusal=refusal,
    )
