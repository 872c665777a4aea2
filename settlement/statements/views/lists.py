"""Pages of a month's statements: the list with its sums, drawing up, confirming many, the summary."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError
from agency.jobs.models import Job
from agency.jobs.services import job_enqueue
from agency.jobs.states import JobState
from agency.organisation import access
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.periods import is_period, period_label
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.keyset import keyset_page, narrowing
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.clearing.export import Subject
from settlement.clearing.models import ClearingPeriod
from settlement.statements import selectors
from settlement.statements.filling import summary_data
from settlement.statements.forms import StatementFilterForm, chosen
from settlement.statements.jobs import JOB
from settlement.statements.models import InstitutionStatement
from settlement.statements.rules import days_late
from settlement.statements.selectors import StatementFilter, added, statements_listed, sums_by_state
from settlement.statements.services import statements_confirm
from settlement.statements.sheets import LIST_KIND
from settlement.statements.states import TONES, WAITING, StatementState
from settlement.statements.views.papers import (
    file_answer,
    file_links,
    month_and_region,
    number_posted,
    print_answer,
)

RUNNING = (JobState.QUEUED, JobState.RUNNING)


def read_number(text: str) -> str | None:
    """A statement's number as a key in an address."""
    return text if 0 < len(text) <= 40 else None


@needs(May.READ_STATEMENTS)
@require_GET
def statement_list(request: StaffRequest) -> HttpResponse:
    """The statements of a month with their sums, by institution; late ones marked."""
    months = selectors.months_to_reconcile()
    form = StatementFilterForm(request.GET, by=request.user, months=months)
    narrow = form.narrowed()
    context: dict[str, Any] = {"form": form, "months": months, "narrow": narrow}
    if narrow.period:
        context |= _month(request, narrow)
    return render(request, "settlement/statements/list.html", context)


def _month(request: StaffRequest, narrow: StatementFilter) -> dict[str, Any]:
    user = request.user
    rows = statements_listed(user, narrow)
    page = keyset_page(request, rows, field="statement_no", ascending=True, read_key=read_number)
    whole = StatementFilter(narrow.period, narrow.region)
    by_state = sums_by_state(statements_listed(user, whole))
    shown = by_state if narrow == whole else sums_by_state(rows)
    due = selectors.deadlines(narrow.period)
    region = narrow.region or user.region
    month = ClearingPeriod.objects.get(period=narrow.period)
    due_on = due.get(region.pk if region else None, due[None])
    return {
        "page": page,
        "rows": [(row, *_lateness(row, due, request.today)) for row in page.rows],
        "month": month,
        "total": added(shown.values()),
        "states": [
            (StatementState(state), TONES[StatementState(state)], by_state[state])
            for state in StatementState.values
            if state in by_state
        ],
        "due_on": due_on,
        "late_by": days_late(due_on, None, request.today),
        "waiting": sum(by_state[state]["count"] for state in WAITING if state in by_state),
        "region": region,
        "sees_all": access.sees_all(user),
        "query": narrowing(request),
        "files": _files(narrow.period, region) if region else [],
        **_acts(request, month, region, by_state),
    }


def _files(period: str, region: PoolingRegion) -> list[tuple[str, str]]:
    return file_links("statement_summary_file", period=period, region_code=region.code)


def _lateness(
    row: InstitutionStatement, due: dict[int | None, dt.date], today: dt.date
) -> tuple[str, dt.date, int]:
    """Tone of the state, deadline, days late; what is settled or void is late by its answer only."""
    due_on = due.get(row.care_region_id, due[None])
    late = days_late(due_on, row.institution_on if row.state not in WAITING else None, today)
    if row.state == StatementState.VOIDED:
        late = 0
    return TONES[StatementState(row.state)], due_on, late


def _acts(
    request: StaffRequest,
    month: ClearingPeriod,
    region: PoolingRegion | None,
    by_state: dict[str, dict[str, int]],
) -> dict[str, Any]:
    """What this person may do here, and whether the statements lag behind the month."""
    user = request.user
    computed = selectors.computed_seq(month.period)
    drawings = selectors.drawings_of(month.period, region)
    wanted = 1 if region is not None else None
    is_current = bool(drawings) and all(selectors.is_current(drawing, computed) for drawing in drawings)
    job = Job.objects.filter(kind=JOB, subject_kind="statements", subject_no=_subject(month, region)).first()
    is_running = job is not None and job.state in RUNNING
    confirms = region is not None and access.allowed(user, May.CONFIRM_STATEMENTS)
    to_confirm = by_state.get(StatementState.DRAWN, {}).get("count", 0)
    return {
        "drawing": drawings[0] if wanted and drawings else None,
        "is_drawn": bool(drawings) and any(drawing.draw_no for drawing in drawings),
        "is_current": is_current,
        "job": job,
        "is_running": is_running,
        "may_follow": is_running
        and job is not None
        and (access.sees_all(user) or job.created_by_id == user.pk),
        "may_draw": access.allowed(user, May.DRAW_STATEMENTS) and not month.is_signed and not is_running,
        "to_confirm": to_confirm if confirms and access.within(user, region) else 0,  # type: ignore[arg-type]
    }


def _subject(month: ClearingPeriod, region: PoolingRegion | None) -> str:
    return f"{month.period}/{region.code}" if region is not None else month.period


def _back(request: StaffRequest) -> HttpResponse:
    return redirect(f"{reverse('settlement:statement_list')}?{request.POST.get('query', '')}")


def _posted_period(request: StaffRequest) -> str:
    period = request.POST.get("period", "")
    if not is_period(period):
        raise DomainError("bad_period", "请先选一个月份。")
    return period


@needs(May.DRAW_STATEMENTS)
@require_POST
def statements_draw_view(request: StaffRequest) -> HttpResponse:
    """Hand the drawing to the worker, whom the list follows. A region draws its own, the province any."""
    period = _posted_period(request)
    region = request.user.region
    code = request.POST.get("region", "")
    if region is None and code:
        region = selectors.regions_of(request.user).filter(code=code).first()
        if region is None:
            raise Http404
    subject = f"{period}/{region.code}" if region else period
    with transaction.atomic():
        if Job.objects.filter(kind=JOB, subject_no=subject, state__in=RUNNING).exists():
            raise DomainError("being_drawn", f"{period_label(period)}的对账单正在生成，请等它完成。")
        job_enqueue(JOB, by=request.user, at=request.now, subject_kind="statements", subject_no=subject)
    return _back(request)


@needs(May.CONFIRM_STATEMENTS)
@require_POST
def statements_confirm_view(request: StaffRequest) -> HttpResponse:
    """Confirm those ticked, or all of the region's month that wait."""
    region = request.user.region
    period = _posted_period(request)
    numbers = None if "all" in request.POST else chosen(request.POST)
    try:
        if region is None:
            raise DomainError("of_region", "对账单由统筹区自己确认。")
        if numbers == []:
            raise DomainError("nothing_chosen", "请先勾选要确认的对账单。")
        count = statements_confirm(
            period=period,
            region=region,
            by=request.user,
            at=request.now,
            numbers=numbers,
            seen_draw_no=number_posted(request, "seen_draw_no"),
        )
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, f"已确认 {count} 份，等机构答复；可以打印盖章后送机构。")
    return _back(request)


# --- the summary --------------------------------------------------------------------------------------------


def _summary(
    request: StaffRequest, period: str, region_code: str
) -> tuple[SheetData, PoolingRegion, Subject]:
    month, region = month_and_region(request, period, region_code)
    query = request.GET.copy()
    query["period"] = period
    form = StatementFilterForm(query, by=request.user, months=[period])
    narrowed = form.narrowed()
    narrow = StatementFilter(period, region, narrowed.state, narrowed.institution)
    data = summary_data(request.user, narrow, month, region)
    return data, region, (LIST_KIND, f"{period}/{region.code}/summary")


@needs(May.READ_STATEMENTS)
@require_GET
def summary_print(request: StaffRequest, period: str, region_code: str) -> HttpResponse:
    """The list as a page to print."""
    return print_answer(request, *_summary(request, period, region_code))


@needs(May.READ_STATEMENTS)
@require_GET
def summary_file(request: StaffRequest, period: str, region_code: str, extension: str) -> HttpResponse:
    """The list as PDF, XLSX or CSV."""
    return file_answer(request, *_summary(request, period, region_code), extension)
