"""Pages of many differences handled at once: what was chosen, and one act upon all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.reconciliation import assigning, ending, judging
from settlement.reconciliation.chosen import Chosen, all_listed, picked
from settlement.reconciliation.forms import (
    AssignForm,
    DifferenceReasonForm,
    EndingForm,
    PairsForm,
    VerdictForm,
    typed_in,
)
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.listing import with_likeness
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.overtaken import first_overtaken
from settlement.reconciliation.pairing_many import pairs_give
from settlement.reconciliation.shown import rows_of
from settlement.reconciliation.states import DiscrepancyState, EndingState, RunState
from settlement.reconciliation.trail import Trail, trail_of

PICK, ALL = "pick", "all"
SHOWN = 20
ENDINGS_SEEN = ("ending_approve", "ending_return", "ending_undo")  # acts upon endings, not upon differences
TOLD = {
    "assign": "已交办",
    "verdict": "已提出结论，等另一位同事批准",
    "pair": "已按依据成对提出结论，等另一位同事批准",
    "approve": "已批准",
    "return": "已退回",
    "undo": "已撤销结论",
    "ending": "已提出了结，等另一位同事批准",
    "ending_approve": "已批准了结，不再列在转下月的里",
    "ending_return": "已退回了结，仍列在转下月的里",
    "ending_undo": "已撤销了结，重新列在转下月的里",
}


@needs(May.READ_RECONCILIATION)
@require_GET
def difference_chosen(request: StaffRequest) -> HttpResponse:
    """What was picked from a list, or all that it shows; and what can be done with all of it at once."""
    return _page(request, request.GET)


def _page(request: StaffRequest, said: QueryDict, form: Form | None = None, acted: str = "") -> HttpResponse:
    """The page; with a form that was refused, of the act it was posted for."""
    trail = trail_of(said, request.user)
    try:
        chosen, problem = _chosen(request, said, trail), ""
    except DomainError as error:
        record_refusal(request, error)
        chosen, problem = Chosen([], ""), error.message
    named = with_likeness(Discrepancy.objects.select_related("run", "owner"))
    first = list(named.filter(pk__in=chosen.keys[:SHOWN]).order_by("pk"))
    forms = _forms(request, chosen)
    context = {
        "chosen": chosen,
        "problem": problem,
        "rows": rows_of(first, request.today),
        "more": max(0, chosen.count - SHOWN),
        "hidden": _hidden(said),
        "forms": forms | ({acted: form} if form is not None and acted in forms else {}),
        "form": form,
        "acted": acted,
        "unsaved": typed_in(form) if form is not None and acted not in forms else "",
        "trail": trail,
    }
    status = 422 if form is not None or problem else 200
    return render(request, "settlement/reconciliation/chosen.html", context, status=status)


def _chosen(request: StaffRequest, said: QueryDict, trail: Trail | None) -> Chosen:
    if said.get(ALL) and trail is not None:
        return all_listed(request.user, trail.narrow, request.today)
    return picked(request.user, said.getlist(PICK))


def _hidden(said: QueryDict) -> list[tuple[str, str]]:
    """What says again which were chosen."""
    names = ("list", ALL) if said.get(ALL) else ("list", PICK)
    return [(name, value) for name in names for value in said.getlist(name)]


def _forms(request: StaffRequest, chosen: Chosen) -> dict[str, Form]:
    """The acts that are possible with all of these, by this person."""
    if not chosen.keys:
        return {}
    states = set(ReconciliationRun.objects.filter(pk__in=chosen.runs).values_list("state", flat=True))
    if states == {RunState.SIGNED} and chosen.are_carried:
        return _ending_forms(request, chosen)
    return _verdict_forms(request, chosen) if states == {RunState.COMPARED} else {}


def _ending_forms(request: StaffRequest, chosen: Chosen) -> dict[str, Form]:
    """How what was carried forward ended: of all alike."""
    by, found = request.user, dict[str, Form]()
    if chosen.ending_state == "" and access.allowed(by, May.RECONCILE):
        found["ending"] = EndingForm(chosen.endings_possible, auto_id="id_ending_%s")
    if not access.allowed(by, May.APPROVE_VERDICTS):
        return found
    if chosen.ending_state == EndingState.PROPOSED:
        if by.pk not in {one.proposed_by for one in chosen.endings.values()}:
            found["ending_approve"] = Form()
        found["ending_return"] = DifferenceReasonForm(auto_id="id_ending_return_%s")
    if chosen.ending_state == EndingState.APPROVED:
        found["ending_undo"] = DifferenceReasonForm(auto_id="id_ending_undo_%s")
    return found


def _verdict_forms(request: StaffRequest, chosen: Chosen) -> dict[str, Form]:
    by, found = request.user, dict[str, Form]()
    judges = access.allowed(by, May.RECONCILE)
    approves = access.allowed(by, May.APPROVE_VERDICTS)
    state = DiscrepancyState
    if judges and chosen.state == state.OPEN and chosen.proposed == {Remedy.PAIR}:
        found["pair"] = PairsForm(auto_id="id_pair_%s")
    if judges and chosen.state == state.OPEN:
        found["verdict"] = VerdictForm(chosen.remedies_possible, initial={"remedy": _drafted(chosen)})
    if approves and chosen.state == state.JUDGED:
        if by.pk not in chosen.judges:
            found["approve"] = Form()
        found["return"] = DifferenceReasonForm(auto_id="id_return_%s")
    if approves and chosen.state == state.SETTLED:
        found["undo"] = DifferenceReasonForm(auto_id="id_undo_%s")
    if (judges or approves) and state.SETTLED not in chosen.states:
        due_on = assigning.usual_due_day(request.today)
        initial = {"owner": by.username, "due_on": due_on}
        found["assign"] = AssignForm(by.region, initial=initial, auto_id="id_assign_%s")
    return found


def _drafted(chosen: Chosen) -> str:
    """What the program proposes of all of them, where that is one and the same verdict."""
    alike = [one.value for one in chosen.remedies_possible if {one} == chosen.proposed]
    return alike[0] if alike else ""


@needs(May.READ_RECONCILIATION)
@require_POST
def difference_handle(request: StaffRequest, act: str) -> HttpResponse:
    """One act upon all that was chosen, as it was seen; all of it or nothing."""
    said = request.POST
    trail = trail_of(said, request.user)
    chosen = _chosen(request, said, trail)
    form = _posted(request, act, chosen)
    if form is None:
        raise Http404
    if not done(request, form, partial(_do, request, act, chosen)):
        return _page(request, said, form, act)
    messages.success(request, f"{TOLD[act]}：{chosen.count:,} 条。")
    return redirect(trail.url if trail is not None else "settlement:difference_list")


def _posted(request: StaffRequest, act: str, chosen: Chosen) -> Form | None:
    made: dict[str, Callable[[], Form]] = {
        "assign": lambda: AssignForm(request.user.region, request.POST, auto_id="id_assign_%s"),
        "verdict": lambda: VerdictForm(chosen.remedies_possible, request.POST),
        "pair": lambda: PairsForm(request.POST, auto_id="id_pair_%s"),
        "approve": lambda: Form(request.POST),
        "return": lambda: DifferenceReasonForm(request.POST, auto_id="id_return_%s"),
        "undo": lambda: DifferenceReasonForm(request.POST, auto_id="id_undo_%s"),
        "ending": lambda: EndingForm(chosen.endings_possible, request.POST, auto_id="id_ending_%s"),
        "ending_approve": lambda: Form(request.POST),
        "ending_return": lambda: DifferenceReasonForm(request.POST, auto_id="id_ending_return_%s"),
        "ending_undo": lambda: DifferenceReasonForm(request.POST, auto_id="id_ending_undo_%s"),
    }
    return made[act]() if act in made else None


def _do(request: StaffRequest, act: str, chosen: Chosen, **said: Any) -> None:
    chosen.require_seen(
        request.POST.get("seen", ""), partial(first_overtaken, request.user, chosen.keys, act)
    )
    said.pop("other", None)
    services: dict[str, Callable[..., object]] = {
        "assign": assigning.differences_assign,
        "verdict": judging.verdicts_give,
        "pair": pairs_give,
        "approve": judging.verdicts_approve,
        "return": judging.verdicts_return,
        "undo": judging.verdicts_undo,
        "ending": ending.endings_propose,
        "ending_approve": ending.endings_approve,
        "ending_return": ending.endings_return,
        "ending_undo": ending.endings_undo,
    }
    which = chosen.keys if act not in ENDINGS_SEEN else chosen.ending_numbers
    services[act](which, by=request.user, at=request.now, **said)
