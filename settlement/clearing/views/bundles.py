"""打包: ask for a month's papers as one file, see how far it is, take it away; only who asked may."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from agency.errors import DomainError
from agency.jobs.services import job_enqueue
from agency.jobs.states import JobState
from agency.organisation import access
from agency.organisation.roles import May
from agency.periods import period_label
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.bundle import PROVINCE
from settlement.clearing.bundling import FORMATS, KIND, bundle_path, bundle_region, bundles_of
from settlement.clearing.forms import BundleForm
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.selectors import month_named, parties_of, regions_seen_by
from settlement.clearing.states import PeriodState

SHOWN = 20
RUNNING = (JobState.QUEUED, JobState.RUNNING)


def _month(period: str) -> ClearingPeriod:
    month = month_named(period)
    if month is None or month.state == PeriodState.OPEN:
        raise Http404
    return month


@needs(May.READ_CLEARING)
@require_http_methods(["GET", "POST"])
def month_bundles(request: StaffRequest, period: str) -> HttpResponse:
    """What one has asked for of a month, with its progress; ask for one more."""
    month, user = _month(period), request.user
    parties = parties_of(month)
    sees_all = access.sees_all(user)
    data = request.POST if request.method == "POST" else None
    form = BundleForm(regions_seen_by(user, parties), data, sees_all=sees_all)
    if form.is_valid():
        return _ask(request, month, form.cleaned_data["region_code"], form.cleaned_data["format"])
    names = {party.code: party.name for party in parties.pooling}
    jobs = list(bundles_of(user, period)[:SHOWN])
    context = {
        "month": month,
        "form": form,
        "bundles": [
            (job, names.get(job.options["region_code"], PROVINCE), FORMATS[job.options["format"]])
            for job in jobs
        ],
        "running": next((job for job in jobs if job.state in RUNNING), None),
    }
    return render(request, "settlement/clearing/bundles.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def _ask(request: StaffRequest, month: ClearingPeriod, region_code: str, kind: str) -> HttpResponse:
    """Hand the binding to the worker; the page follows it."""
    bundle_region(region_code, request.user)
    asked = {"region_code": region_code, "format": kind}
    waiting = bundles_of(request.user, month.period).filter(state__in=RUNNING)
    if any(job.options == asked for job in waiting):
        messages.info(request, "已经在打包，请等它完成。")
    else:
        subject = {"subject_kind": "period", "subject_no": month.period}
        job_enqueue(KIND, by=request.user, at=request.now, **subject, **asked)
        messages.success(request, f"{period_label(month.period)}开始打包，完成后在这里下载。")
    return redirect("settlement:month_bundles", period=month.period)


@needs(May.READ_CLEARING)
@require_GET
def bundle_file(request: StaffRequest, period: str, job_no: str) -> HttpResponseBase:
    """The file of a bundle, for who asked for it and may still see whose it is."""
    job = get_object_or_404(bundles_of(request.user, period), job_no=job_no, state=JobState.DONE)
    bundle_region(job.options["region_code"], request.user)
    path = bundle_path(job)
    if path is None:
        raise DomainError("file_gone", "这份文件已不在，请再打包一次。")
    return FileResponse(path.open("rb"), as_attachment=True, filename=job.result["name"])
