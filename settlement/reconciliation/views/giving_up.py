"""Pages of giving up: a comparison, a saved mapping."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.request import StaffRequest
from settlement.reconciliation.forms import DifferenceReasonForm
from settlement.reconciliation.giving_up import mapping_retire, run_give_up
from settlement.reconciliation.models import ColumnMapping
from settlement.reconciliation.selectors import mappings_usable
from settlement.reconciliation.views.runs import run_page, visible


@needs(May.RECONCILE)
@require_POST
def run_void(request: StaffRequest, run_no: str) -> HttpResponse:
    """Give up a comparison, with a reason: another file takes its place."""
    run = visible(request, run_no)
    form = DifferenceReasonForm(request.POST, auto_id="id_void_%s")
    if done(request, form, partial(run_give_up, run, by=request.user, at=request.now)):
        messages.success(request, f"对账 {run} 已作废，差异不再办理。")
        return redirect("settlement:reconciliation_run", run_no=run_no)
    return run_page(request, run, form)


@needs(May.READ_RECONCILIATION)
@require_GET
def mapping_list(request: StaffRequest) -> HttpResponse:
    """The saved mappings: the province's, and those of the own region."""
    rows = mappings_usable(request.user).select_related("region", "by").order_by("source", "name")
    may = access.allowed(request.user, May.RECONCILE)
    own = None if access.sees_all(request.user) else request.user.region_id
    shown = [{"mapping": row, "may_retire": may and (own is None or row.region_id == own)} for row in rows]
    return render(request, "settlement/reconciliation/mappings.html", {"rows": shown, "may_compare": may})


@needs(May.RECONCILE)
@require_POST
def mapping_retire_view(request: StaffRequest, mapping_id: int) -> HttpResponse:
    """A mapping is offered no more; what was compared with it keeps it."""
    mapping: ColumnMapping = get_object_or_404(mappings_usable(request.user), pk=mapping_id)
    mapping_retire(mapping, by=request.user, at=request.now)
    messages.success(request, f"列对照“{mapping}”已停用。")
    return redirect("settlement:reconciliation_mappings")
