"""Pages of the small sources: a sheet of the other side becomes a run, uploaded or as compared before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from agency.errors import DomainError, NotAllowed
from agency.organisation import access
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import put_on
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.clearing.models import SheetComparison
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.opening import read_whole
from settlement.reconciliation.sheet_runs import run_of_comparison, run_of_sheet
from settlement.reconciliation.source_forms import SheetSourceForm


def own_region(request: StaffRequest) -> PoolingRegion | None:
    """The region of whoever reconciles; None for the province."""
    return None if access.sees_all(request.user) else request.user.region


def opened(request: StaffRequest, run: ReconciliationRun) -> HttpResponse:
    """To what was found."""
    messages.info(request, f"对账 {run} 已比对：相符 {run.matched}，差异 {run.differences} 条。")
    return redirect("settlement:reconciliation_run", run_no=run.run_no)


def on_file(request: StaffRequest, form: Form, error: DomainError) -> None:
    """What is wrong, beside its field; beside the file where it names none."""
    error.field = error.field or "file"
    put_on(request, form, error)


def uploading(
    request: StaffRequest, form: Form, page: dict[str, Any], act: Callable[..., ReconciliationRun]
) -> HttpResponse:
    """The page of an upload; the file is compared at once, or refused beside its field and not kept."""
    if request.method == "POST" and form.is_valid():
        stream = form.cleaned_data.pop("file")
        try:
            said = {**form.cleaned_data, "content": read_whole(stream), "file_name": stream.name}
            run = act(**said, by=request.user, at=request.now)
        except NotAllowed:
            raise
        except DomainError as error:
            on_file(request, form, error)
        else:
            return opened(request, run)
    status = 422 if form.is_bound else 200
    return render(request, "settlement/reconciliation/source.html", {"form": form, **page}, status=status)


@needs(May.RECONCILE)
@require_http_methods(["GET", "POST"])
def source_sheet(request: StaffRequest) -> HttpResponse:
    """Upload a clearing sheet of the other side."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = SheetSourceForm(*given, own=own_region(request))

    def act(form_no: str, **said: Any) -> ReconciliationRun:
        return run_of_sheet(form=form_no, **said)

    page = {
        "title": "清算表对账",
        "told": "对方的清算表与我方的逐行比对，不看先后；每一处不同成为一条差异，与明细对账一样办理。",
        "hint": "CSV 或 XLSX，列名与我方导出的相同；标题和签字行会跳过，小计、合计也核对。",
    }
    return uploading(request, form, page, act)


@needs(May.RECONCILE)
@require_http_methods(["GET", "POST"])
def of_comparison(request: StaffRequest, comparison_no: str) -> HttpResponse:
    """A comparison made before becomes a run: its file beside our sheet as it is now."""
    visible = SheetComparison.objects.visible_to(request.user).select_related("region", "file")
    comparison = get_object_or_404(visible, comparison_no=comparison_no)
    if request.method == "GET":
        return render(request, "settlement/reconciliation/of_comparison.html", {"comparison": comparison})
    try:
        run = run_of_comparison(comparison=comparison, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
        return redirect("settlement:comparison_detail", comparison_no=comparison_no)
    return opened(request, run)
