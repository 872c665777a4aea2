"""Home, search, unmasking, the log, verification of a paper, the books."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.jobs.models import Job
from agency.jobs.services import job_enqueue
from agency.journal import audit
from agency.journal.actions import action_label, detail_text
from agency.journal.models import AuditEntry, PrintedForm
from agency.journal.prints import latest_digest, prints_of
from agency.organisation import access
from agency.organisation.roles import May
from agency.registry import HOME, SEARCH, STANDING, UNMASK
from agency.sheets.digest import read_code, wrong_with
from agency.web.access import any_staff, needs, open_to_all
from agency.web.forms import CodeForm, PeriodForm, SearchForm
from agency.web.keyset import keyset_page
from agency.web.parts import HomePart
from agency.web.request import StaffRequest

TODO_SHOWN = 12


def _greeting(name: str, hour: int) -> str:
    part = "早上好" if hour < 9 else "上午好" if hour < 12 else "下午好" if hour < 18 else "晚上好"
    return f"{name}，{part}"


@any_staff
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """What waits for this person, what is due first, and the one next thing to begin."""
    parts: list[HomePart] = [entry.function(request.user, request.today) for entry in HOME]
    todo = [row for part in parts for row in part.todo]
    todo.sort(key=lambda row: (row.due_on is None, row.due_on or dt.date.max))
    local = request.now.astimezone(dt.timezone(dt.timedelta(hours=8)))
    context = {
        "greeting": _greeting(request.user.display_name, local.hour),
        "sub": "；".join(part.sub for part in parts if part.sub) or request.user.unit_label,
        "actions": [action for part in parts for action in part.actions],
        "tiles": [tile for part in parts for tile in part.tiles],
        "todo": {"rows": todo[:TODO_SHOWN], "more": max(0, len(todo) - TODO_SHOWN)},
        "panels": [panel for part in parts for panel in part.panels],
    }
    return render(request, "agency/web/home.html", context)


@any_staff
@require_http_methods(["GET", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """One box for persons, filings and cases. One hit opens at once; the term stays out of URL and log."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    groups: list[Any] = []
    if form.is_valid():
        term = form.cleaned_data["term"]
        found = [entry.function(request.user, term) for entry in SEARCH]
        groups = [group for group in found if group is not None and group.rows]
        rows = [row for group in groups for row in group.rows]
        if len(rows) == 1:
            return redirect(rows[0].url)
    context = {"form": form, "groups": groups, "too_many": any(group.too_many for group in groups)}
    return render(request, "agency/web/search.html", context, status=422 if form.errors else 200)


@needs(May.UNMASK)
@require_POST
def unmask(request: StaffRequest) -> HttpResponse:
    """The full number behind a masked one, for a record that this person may see; every look is logged."""
    subject = request.POST.get("subject", "")
    for entry in UNMASK:
        found = entry.function(request.user, subject)
        if found is not None:
            audit.record(
                "unmasked",
                by=request.user,
                at=request.now,
                subject_kind=found.kind,
                subject_no=found.number,
                region=found.region,
            )
            page = "_unmasked.html" if request.htmx else "unmasked.html"
            return render(request, f"agency/web/{page}", {"found": found})
    raise Http404


@needs(May.READ_JOURNAL)
@require_GET
def journal(request: StaffRequest) -> HttpResponse:
    """The log, newest first: of the own region, or all for the province."""
    rows = AuditEntry.objects.select_related("by", "region")
    if not access.sees_all(request.user):
        rows = rows.filter(region=request.user.region_id)
    subject = request.GET.get("subject", "")[:40]
    if subject:
        rows = rows.filter(subject_no=subject)
    page = keyset_page(request, rows, field="seq")
    for entry in page.rows:
        entry.action_label = action_label(entry.action)
        entry.detail_text = detail_text(entry.detail)
    return render(request, "agency/web/journal.html", {"page": page, "subject": subject})


NO_SUCH_CODE = "没有这个验证码。请对照表单下方逐位核对；仍不对，这张表不是本系统出具的。"


@open_to_all
@require_http_methods(["GET", "POST"])
def verify(request: StaffRequest) -> HttpResponse:
    """Type the code of a paper; leads to its page."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data["code"]
        code = read_code(typed)
        if code is not None and PrintedForm.objects.filter(code=code).exists():
            return redirect("agency:verify_code", code=code)
        form.add_error("code", wrong_with(typed) or NO_SUCH_CODE)
    return render(request, "agency/web/verify.html", {"form": form}, status=422 if form.errors else 200)


@open_to_all
@require_GET
def verify_code(request: StaffRequest, code: str) -> HttpResponse:
    """Whether a paper is genuine, superseded by a newer one, or its record changed since; how often it was
    printed. No personal data."""
    printed = PrintedForm.objects.select_related("by__region").filter(code=read_code(code) or "").first()
    if printed is None:
        return _no_such_code(request, code)
    found = [entry.function(printed) for entry in STANDING]
    context = {
        "printed": printed,
        "is_newest": latest_digest(printed) == printed.digest,
        "prints": prints_of(printed),
        "standing": next((item for item in found if item is not None), None),
    }
    return render(request, "agency/web/verified.html", context)


def _no_such_code(request: StaffRequest, typed: str) -> HttpResponse:
    """The page to type a code on, with what is wrong with the one in the address."""
    form = CodeForm({"code": typed})
    if form.is_valid():
        form.add_error("code", wrong_with(typed) or NO_SUCH_CODE)
    return render(request, "agency/web/verify.html", {"form": form}, status=404)


@needs(May.CHECK_BOOKS)
@require_http_methods(["GET", "POST"])
def books(request: StaffRequest) -> HttpResponse:
    """Check the books in the background and show the newest result."""
    form = PeriodForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        job_enqueue(
            "check_books",
            by=request.user,
            at=request.now,
            subject_kind="books",
            subject_no=str(request.user.pk),
            period=form.cleaned_data["period"] or None,
        )
        messages.info(request, "已开始核对，完成后结果显示在下面。")
        return redirect("agency:books")
    job = Job.objects.filter(subject_kind="books", subject_no=str(request.user.pk)).first()
    context = {"form": form, "job": job, "checks": (job.result if job else {}).get("checks", {})}
    return render(request, "agency/web/books.html", context, status=422 if form.errors else 200)


@any_staff
@require_GET
def job(request: StaffRequest, job_no: str) -> HttpResponse:
    """The progress of a job as a fragment; its owner and the province may look."""
    found = get_object_or_404(Job, job_no=job_no)
    if found.created_by_id != request.user.pk and not access.sees_all(request.user):
        raise Http404
    response = render(request, "agency/jobs/_progress.html", {"job": found, "now": request.now})
    if found.state in Job.machine.terminal:
        response["HX-Refresh"] = "true"
    return response


@open_to_all
@require_GET
def health(request: StaffRequest) -> HttpResponse:
    """For the load balancer: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})
