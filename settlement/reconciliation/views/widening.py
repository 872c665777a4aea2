"""The act of comparing all cases after only what differed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from agency.errors import DomainError, NotAllowed
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.reconciliation import widening
from settlement.reconciliation.states import RunState
from settlement.reconciliation.views.runs import visible


@needs(May.RECONCILE)
@require_POST
def run_widen(request: StaffRequest, run_no: str) -> HttpResponse:
    """Compare all cases of the same file, in the background; on to that run, or to an earlier one."""
    run = visible(request, run_no)
    try:
        wider = widening.run_widen(run, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
        return redirect("settlement:reconciliation_run", run_no=error.facts.get("run", run_no))
    run.refresh_from_db(fields=["state"])
    left = "已作废" if run.state == RunState.VOIDED else "已有结论或已出核对表，仍然有效，请两次分别办完"
    messages.success(request, f"同一份文件正在全部逐笔比对；对账 {run} {left}。")
    return redirect("settlement:reconciliation_run", run_no=wider.run_no)
