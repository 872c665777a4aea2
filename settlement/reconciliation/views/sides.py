"""Pages of the two-sided sheet: made, sent, answered; both stances on every difference."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.journal import audit
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import put_on
from agency.web.exporting import XLSX
from agency.web.forms import UploadForm
from agency.web.keyset import keyset_page
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.reconciliation.answers import answers_import
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.sent import sent_sheet
from settlement.reconciliation.sent_files import KINDS, sheet_written
from settlement.reconciliation.side_selectors import (
    STANCES,
    both_sides,
    sheet_named,
    sheets_of,
    stance_counts,
    stances_of,
)
from settlement.reconciliation.sides import agreed_approve, agreed_rows, may_approve, sheet_make
from settlement.reconciliation.signing import KIND
from settlement.reconciliation.states import RunState
from settlement.reconciliation.telling import subject_title
from settlement.reconciliation.views.report import reported


@needs(May.READ_RECONCILIATION)
@require_GET
def sheet_view(request: StaffRequest, run_no: str) -> HttpResponse:
    """The sheets of a run, and both stances on its differences."""
    return _page(request, reported(request, run_no), UploadForm())


def _page(request: StaffRequest, run: ReconciliationRun, form: UploadForm) -> HttpResponse:
    stance = request.GET.get("stance", "")
    page = keyset_page(request, both_sides(run, stance), field="serial", ascending=True)
    is_open = run.state == RunState.COMPARED
    counts = stance_counts(run)
    agreed = agreed_rows(run) if is_open else []
    others = sum(row.judged_by_id != request.user.pk for row in agreed)
    context: dict[str, Any] = {
        "run": run,
        "sheets": sheets_of(run),
        "form": form,
        "page": page,
        "rows": stances_of(page.rows),
        "subject_title": subject_title(run.source),
        "stance": stance,
        "choices": [(name, label, counts[name]) for name, label in STANCES.items()],
        "may_work": is_open and access.allowed(request.user, May.RECONCILE),
        "agreed": len(agreed),
        "may_approve": bool(others) and may_approve(run, request.user),
        "others": others,
    }
    status = 422 if form.is_bound else 200
    return render(request, "settlement/reconciliation/sheet.html", context, status=status)


@needs(May.RECONCILE)
@require_POST
def sheet_make_view(request: StaffRequest, run_no: str) -> HttpResponse:
    """Make a sheet of what is not settled, or of everything."""
    run = reported(request, run_no)
    everything = request.POST.get("which") == "all"
    try:
        sheet = sheet_make(run=run, by=request.user, at=request.now, everything=everything)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, f"已出核对表 {sheet}，{sheet.rows} 行；下载后发给对方填写答复。")
    return redirect("settlement:reconciliation_sheet", run_no=run.run_no)


@needs(May.READ_RECONCILIATION)
@require_GET
def sheet_file(request: StaffRequest, sheet_no: str, kind: str) -> HttpResponse:
    """A sheet as it was sent, to be answered; it goes to the other side, and is logged."""
    sheet = sheet_named(request.user, sheet_no)
    if sheet is None or kind not in KINDS:
        raise Http404
    content = sheet_written(sent_sheet(sheet), kind, at=sheet.at)
    audit.record(
        "exported",
        by=request.user,
        at=request.now,
        subject_kind=KIND,
        subject_no=sheet.run.run_no,
        region=sheet.run.region,
        what="difference_sheet",
        sheet=sheet_no,
        format=kind,
        rows=sheet.rows,
    )
    kinds = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
    response = HttpResponse(content, content_type=kinds[kind])
    name = f"差异核对表 {sheet_no}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@needs(May.RECONCILE)
@require_POST
def answers_view(request: StaffRequest, run_no: str) -> HttpResponse:
    """A sheet that came back is taken, or refused line by line."""
    run = reported(request, run_no)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        stream = form.cleaned_data["file"]
        said: dict[str, Any] = {"stream": stream, "file_name": stream.name, "run": run}
        try:
            done = answers_import(**said, by=request.user, at=request.now)
        except NotAllowed:
            raise
        except DomainError as error:
            put_on(request, form, error)
        else:
            messages.success(request, done.told)
            return redirect("settlement:reconciliation_sheet", run_no=run.run_no)
    return _page(request, run, form)


@needs(May.APPROVE_VERDICTS)
@require_POST
def agreed_approve_view(request: StaffRequest, run_no: str) -> HttpResponse:
    """Approve what both sides agree on, but one's own verdicts."""
    run = reported(request, run_no)
    try:
        settled = agreed_approve(run=run, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, f"已批准双方一致的结论 {settled} 条。")
    return redirect("settlement:reconciliation_sheet", run_no=run.run_no)
