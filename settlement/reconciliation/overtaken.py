"""同事已先办了: what somebody is told whose act came too late: who did what, when, and what is left to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from agency.journal import workflow
from agency.organisation.models import User
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.ending_shown import EndingPart, ending_part
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.states import DiscrepancyState, EndingState, RunState
from settlement.records.selectors import chunks

D, E = DiscrepancyState, EndingState
# in which state a difference has to stand for an act upon it
NEEDED: dict[str, tuple[DiscrepancyState, ...]] = {
    "verdict": (D.OPEN,),
    "pair": (D.OPEN,),
    "note": (D.OPEN,),
    "assign": (D.OPEN, D.JUDGED),
    "approve": (D.JUDGED,),
    "return": (D.JUDGED,),
    "undo": (D.SETTLED,),
}
# and what has to stand of its ending; none: nothing
NEEDED_OF_ENDINGS: dict[str, str] = {
    "ending": "",
    "ending_approve": E.PROPOSED,
    "ending_return": E.PROPOSED,
    "ending_undo": E.APPROVED,
}
NOTHING_LEFT = "没有要您再办的。"


def overtaken(row: Discrepancy, ending: EndingPart | None, acted: str) -> str:
    """What to say in place of a refusal; empty where the difference stands as the act needs it, so that the
    refusal has another reason. `row`: as it is now."""
    if acted in NEEDED and row.run.state == RunState.COMPARED and row.state not in NEEDED[acted]:
        return _of_verdict(row)
    if ending is not None and acted in NEEDED_OF_ENDINGS:
        stands = ending.standing.state if ending.standing is not None else ""
        if stands != NEEDED_OF_ENDINGS[acted] and ending.endings:
            return _of_ending(ending.endings[0])
    return ""


def first_overtaken(by: User, keys: Collection[int], acted: str) -> str:
    """Of many that were chosen for one act: the first that does not stand any more as the act needs it, and
    why; empty where all do."""
    for block in chunks(keys):
        rows = Discrepancy.objects.filter(pk__in=block).select_related("run", "judged_by", "approved_by")
        row = _out_of_step(rows, acted).order_by("pk").first()
        told = overtaken(row, ending_part(by, row), acted) if row is not None else ""
        if told:
            return f"{row}：{told}"
    return ""


def _out_of_step(rows: QuerySet[Discrepancy], acted: str) -> QuerySet[Discrepancy]:
    if acted in NEEDED:
        return rows.exclude(state__in=NEEDED[acted])
    if acted not in NEEDED_OF_ENDINGS:
        return rows.none()
    standing, needed = CarriedEnding.objects.standing().order_by(), NEEDED_OF_ENDINGS[acted]
    if not needed:
        return rows.filter(pk__in=standing.values("discrepancy"))
    return rows.exclude(pk__in=standing.filter(state=needed).values("discrepancy"))


def _of_verdict(row: Discrepancy) -> str:
    said = f"“{row.get_remedy_display()}”"
    if row.state == D.SETTLED:
        judged = f"{row.judged_by}提出结论{said}"
        return f"{judged}，{row.approved_by}已在 {_at(row.approved_at)} 批准：这条差异已办完，{NOTHING_LEFT}"
    if row.state == D.JUDGED:
        return f"{row.judged_by}在 {_at(row.judged_at)} 已提出结论{said}，等另一位同事批准，不用再提。"
    if not workflow.history(row.machine, row.difference_no):
        return ""  # nobody judged it yet
    step = workflow.last_step(row)
    done = "退回" if step.from_state == D.JUDGED else "撤销"
    return f"{step.by}在 {_at(step.at)} 已{done}结论（{step.reason}）：差异回到待处理，可以另提结论。"


def _of_ending(one: CarriedEnding) -> str:
    said = f"{one.proposed_by}提出了结“{one.get_remedy_display()}”（{one}）"
    if one.state == E.APPROVED:
        return f"{said}，{one.approved_by}已在 {_at(one.approved_at)} 批准：这条差异已了结，{NOTHING_LEFT}"
    if one.state == E.PROPOSED:
        return f"{said}，等另一位同事批准，不用再提。"
    step = workflow.last_step(one)
    return (
        f"{said}，{step.by}在 {_at(step.at)} {one.get_state_display()}（{step.reason}）：可以另提怎样了结。"
    )


def _at(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at is not None else ""
