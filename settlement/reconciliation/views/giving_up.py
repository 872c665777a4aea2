"""The act of giving up a comparison."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.request import StaffRequest
from settlement.reconciliation import giving_up
from settlement.reconciliation.forms import DifferenceReasonForm
from settlement.reconciliation.views.runs import run_page, visible


@needs(May.RECONCILE)
@require_POST
def run_void(request: StaffRequest, run_no: str) -> HttpResponse:
    """Give up a comparison, with a reason: another file takes its place."""
    run = visible(request, run_no)
    form = DifferenceReasonForm(request.POST, auto_id="id_void_%s")
    if done(request, form, partial(giving_up.run_void, run, by=request.user, at=request.now)):
        messages.success(request, f"对账 {run} 已作废，差异不再办理。")
        return redirect("settlement:reconciliation_run", run_no=run_no)
    return run_page(request, run, form)
