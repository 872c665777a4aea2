"""Pages of comparisons: their list, one with its totals and classes, the rows that could not be read."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from agency.jobs.models import Job
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from settlement.reconciliation.acting import may_act
from settlement.reconciliation.forms import DifferenceReasonForm, RunFilterForm
from settlement.reconciliation.kinds import DETAILS, SourceKind
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.runs import (
    classes_of,
    is_gross_alone,
    ours_are,
    run_visible,
    runs_listed,
    states_of,
    sums_of,
    totals_shown,
)
from settlement.reconciliation.selectors import runs_of_same_file
from settlement.reconciliation.states import RUN_TONES, RunState
from settlement.reconciliation.widening import may_widen

RUN = ReconciliationRun.machine.kind
WITHOUT_TOTALS = (SourceKind.SHEET, SourceKind.BANK)


@needs(May.READ_RECONCILIATION)
@require_GET
def run_list(request: StaffRequest) -> HttpResponse:
    """Comparisons of the own region (the province sees all), newest first, narrowed."""
    form = RunFilterForm(request.GET)
    given = form.given()
    page = keyset_page(request, runs_listed(request.user, given))
    for run in page.rows:
        run.tone = RUN_TONES[RunState(run.state)]
    context = {
        "form": form,
        "page": page,
        "narrowed": bool(given),
        "may_compare": access.allowed(request.user, May.RECONCILE),
    }
    return render(request, "settlement/reconciliation/runs.html", context)


def visible(request: StaffRequest, run_no: str) -> ReconciliationRun:
    return get_object_or_404(run_visible(request.user), run_no=run_no)


@needs(May.READ_RECONCILIATION)
@require_GET
def run_detail(request: StaffRequest, run_no: str) -> HttpResponse:
    """One comparison: how far it is, totals first, its classes, what it was made of."""
    return run_page(request, visible(request, run_no))


def run_page(
    request: StaffRequest, run: ReconciliationRun, form: DifferenceReasonForm | None = None
) -> HttpResponse:
    """The page, with a form that was refused."""
    context = {
        **head_of(request.user, run),
        **_totals_of(request, run),
        "tab": "totals",
        "job": Job.objects.filter(subject_kind=RUN, subject_no=run.run_no).first(),
        "ours_are": ours_are(run),
        "is_detail": run.source in DETAILS,
        "has_totals": run.source not in WITHOUT_TOTALS,
        "classes": classes_of(run),
        "same_file": runs_of_same_file(request.user, run)[:3] if run.state == RunState.COMPARED else (),
        "history": workflow.history(run.machine, run.run_no),
        "form": form,
        "void_form": form or DifferenceReasonForm(auto_id="id_void_%s"),
    }
    status = 422 if form is not None else 200
    return render(request, "settlement/reconciliation/run.html", context, status=status)


def _totals_of(request: StaffRequest, run: ReconciliationRun) -> dict[str, Any]:
    """Both sides added up: all together, and the groups that differ, or all; with refunds or without, at
    first as their file has them."""
    shows_all = request.GET.get("totals") == "all"
    gross = request.GET.get("refunds", "no" if is_gross_alone(run) else "yes") == "no"
    totals = run.totals.all() if shows_all else run.totals.filter(agrees=False)
    page = keyset_page(request, totals, ascending=True)
    return {
        "sums": sums_of(run, gross=gross),
        "page": page,
        "totals": totals_shown(run, page.rows, gross=gross),
        "differing_groups": run.totals.filter(agrees=False).count(),
        "groups": run.totals.count(),
        "shows_all": shows_all,
        "gross": gross,
    }


def head_of(by: User, run: ReconciliationRun) -> dict[str, Any]:
    """What stands at the head of every page of a comparison."""
    judges = may_act(by, May.RECONCILE, run)
    states = states_of(run)
    return {
        "run": run,
        "tone": RUN_TONES[RunState(run.state)],
        "states": states,
        "unsettled": states["open"] + states["judged"],
        "may_void": judges and run.state == RunState.COMPARED,
        "may_compare": judges and run.state == RunState.FAILED and run.source in DETAILS,
        "may_judge": judges and run.state == RunState.COMPARED,
        "may_widen": may_widen(by, run),
    }


@needs(May.READ_RECONCILIATION)
@require_GET
def run_unread(request: StaffRequest, run_no: str) -> HttpResponse:
    """The rows of their file that could not be read: where, which value, why."""
    run = visible(request, run_no)
    page = keyset_page(request, run.unread.all(), field="line_no", ascending=True)
    context = {**head_of(request.user, run), "tab": "unread", "page": page}
    return render(request, "settlement/reconciliation/unread.html", context)
