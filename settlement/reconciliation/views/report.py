"""Pages of the report: on screen, signed, on paper, as files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.roles import May
from agency.sheets.as_html import print_page, table
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.clearing.answers import answer_with_file
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.report import digest_of, report_of
from settlement.reconciliation.report_files import REPORTED, report_coded, report_written, run_named
from settlement.reconciliation.report_filling import report_data
from settlement.reconciliation.signing import require_may_sign, run_sign, unsettled
from settlement.reconciliation.states import RUN_TONES, RunState
from settlement.statements.views.papers import file_links

ON_SCREEN = 50


def run_shown(request: StaffRequest, run_no: str) -> ReconciliationRun:
    """The run, when it is this person's to see; else 404."""
    run = run_named(request.user, run_no)
    if run is None:
        raise Http404
    return run


def reported(request: StaffRequest, run_no: str) -> ReconciliationRun:
    """404 for a run that has nothing to report: not compared, failed, voided."""
    run = run_shown(request, run_no)
    if run.state not in REPORTED:
        raise Http404
    return run


@needs(May.READ_RECONCILIATION)
@require_GET
def report_view(request: StaffRequest, run_no: str) -> HttpResponse:
    """What was found and decided; a second person signs it here."""
    run = reported(request, run_no)
    report = report_of(run)
    data = report_data(run, ON_SCREEN, report)
    context: dict[str, Any] = {
        "run": run,
        "tone": RUN_TONES[RunState(run.state)],
        "data": data,
        "table": table(data),
        "annexes": [(annex, table(annex)) for annex in data.annexes],
        "digest": digest_of(report),
        "history": workflow.history(ReconciliationRun.machine, run.run_no),
        "print_url": reverse("settlement:reconciliation_report_print", kwargs={"run_no": run.run_no}),
        "files": file_links("reconciliation_report_file", run_no=run.run_no),
        **_signing(request, run, data),
    }
    return render(request, "settlement/reconciliation/report.html", context)


def _signing(request: StaffRequest, run: ReconciliationRun, data: SheetData) -> dict[str, Any]:
    """Whether this person may sign now, or what is in the way."""
    waits = run.state == RunState.COMPARED
    left = unsettled(run) if waits else 0
    refused = access.refusal(require_may_sign, request.user, run) if waits else ""
    may = waits and access.allowed(request.user, May.SIGN_RECONCILIATION)
    return {"left": left, "refused": refused if may else "", "may_sign": may and not left and not refused}


@needs(May.SIGN_RECONCILIATION)
@require_POST
def report_sign(request: StaffRequest, run_no: str) -> HttpResponse:
    """Sign the report that was shown."""
    run = reported(request, run_no)
    try:
        run_sign(run=run, by=request.user, at=request.now, seen=request.POST.get("seen", ""))
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, f"对账 {run.run_no} 已签字，结果从此不变。")
    return redirect("settlement:reconciliation_report", run_no=run.run_no)


@needs(May.READ_RECONCILIATION)
@require_GET
def report_print(request: StaffRequest, run_no: str) -> HttpResponse:
    """The page to print, with its code."""
    run = reported(request, run_no)
    return HttpResponse(print_page(report_coded(run, by=request.user, at=request.now)))


@needs(May.READ_RECONCILIATION)
@require_GET
def report_file(request: StaffRequest, run_no: str, extension: str) -> HttpResponse:
    """The report as PDF, XLSX or CSV."""
    run = reported(request, run_no)
    content, _ = report_written(run, format_name=extension, by=request.user, at=request.now)
    return answer_with_file(content, extension, f"对账报告 {run.run_no}")
