"""Pages of the months: the list, one month with its steps, and the steps themselves."""

from __future__ import annotations

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
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.roles import May
from agency.periods import period_label
from agency.registry import BATCH_KINDS
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing import rules
from settlement.clearing.checklist import broken_invariants, checklist_of
from settlement.clearing.delays import Clock, clock_for
from settlement.clearing.empty_months import can_be_empty, empty_month_compute
from settlement.clearing.filling import MonthBook
from settlement.clearing.gallery import pictures_of
from settlement.clearing.models import ClearingPeriod, SheetComparison
from settlement.clearing.months import (
    COMPUTE,
    SIGN,
    MonthProgress,
    all_months,
    may_confirm,
    progress_of,
)
from settlement.clearing.pictures import Picture
from settlement.clearing.proofs import Proof
from settlement.clearing.selectors import regions_seen_by
from settlement.clearing.services import AlreadySigned, period_sign
from settlement.clearing.sheets import OF_REGION, SHORT_TITLES
from settlement.clearing.stages import steps
from settlement.clearing.views.reopening import month_card

KIND = "clear_period"
RUNNING = (JobState.QUEUED, JobState.RUNNING)
SETTLEMENTS = "settlements"


@needs(May.READ_CLEARING)
@require_GET
def period_list(request: StaffRequest) -> HttpResponse:
    """Every month that has cases, newest first, with how far it has come and whose turn it is."""
    may_load = SETTLEMENTS in BATCH_KINDS and access.allowed(request.user, May.LOAD_CASES)
    months = all_months()
    clock = Clock(months, request.today)
    context = {
        "months": [(progress, clock.holder(progress, request.user)) for progress in months],
        "load_url": reverse("agency:batch_new", kwargs={"kind": SETTLEMENTS}) if may_load else "",
        "sees_all": access.sees_all(request.user),
    }
    return render(request, "settlement/clearing/list.html", context)


@needs(May.READ_CLEARING)
@require_GET
def period_detail(request: StaffRequest, period: str) -> HttpResponse:
    """One month: its steps, its checklist, the regions with their sheets, and the one next step."""
    progress = progress_of(period) or _perhaps_empty(request, period)
    user = request.user
    context: dict[str, Any] = {
        "progress": progress,
        "month": progress.month,
        "steps": steps(progress, user, request.today),
        "sees_all": access.sees_all(user),
        "history": workflow.history(ClearingPeriod.machine, period),
        "comparisons": SheetComparison.objects.visible_to(user).filter(period=period)[:5],
        **_next_step(request, progress),
        **_holding(request, progress),
    }
    if progress.month is not None and progress.is_computed:
        context |= month_card(user, progress.month)
        context |= _computed(request, progress, progress.month)
    return render(request, "settlement/clearing/detail.html", context)


def _next_step(request: StaffRequest, progress: MonthProgress) -> dict[str, Any]:
    """The computing under way, and the buttons of whoever's turn it is."""
    user = request.user
    job = Job.objects.filter(kind=KIND, subject_kind="period", subject_no=progress.period).first()
    is_running = job is not None and job.state in RUNNING
    is_own = job is not None and job.created_by_id == user.pk
    may_compute = access.allowed(user, May.COMPUTE_CLEARING) and not progress.is_signed and not is_running
    return {
        "job": job,
        "is_running": is_running,
        "may_follow": is_running and (access.sees_all(user) or is_own),
        "computes_next": may_compute and progress.step == COMPUTE and not progress.has_nothing,
        "begins_empty": may_compute and progress.has_nothing,
        "may_compute_again": may_compute and progress.step > COMPUTE,
        "signs_next": progress.step == SIGN and access.allowed(user, May.SIGN_CLEARING) and not is_running,
    }


def _holding(request: StaffRequest, progress: MonthProgress) -> dict[str, Any]:
    """Whose turn it is, since when; the own region's delay and that of the others, apart."""
    clock = clock_for(progress, request.today)
    delays = clock.delays(progress)
    region_id = None if access.sees_all(request.user) else request.user.region_id
    return {
        "holder": clock.holder(progress, request.user),
        "delays": delays,
        "own_wait": delays.of(region_id) if delays else None,
        "others": delays.others(region_id) if delays else None,
    }


def _computed(request: StaffRequest, progress: MonthProgress, month: ClearingPeriod) -> dict[str, Any]:
    """What a computed month shows: its checklist, and a row for each region that this person may see."""
    book = MonthBook(month)
    net = {row.party.id: row for row in rules.net(book.lines, book.parties)}
    receivable = sum(row.receivable.sum_fen for row in net.values())
    payable = sum(row.payable.sum_fen for row in net.values())
    whole = {
        "platform": net[rules.PLATFORM.id],
        "receivable": receivable,
        "payable": payable,
        "net": receivable - payable,
    }
    sees_all = access.sees_all(request.user)
    return {
        "rows": _region_rows(request, progress, book, net),
        "whole": whole if sees_all else None,
        "checklist": checklist_of(month),
        "may_skip": access.allowed(request.user, May.SKIP_CHECKLIST) and not month.is_signed,
        "proven": _proven(request, month),
        "proofs": _proofs(progress, month, receivable, payable),
        "forms": [(form, SHORT_TITLES[form]) for form in OF_REGION if form not in ("10", "11")],
        "confirms_next": may_confirm(request.user, progress),
        "pictures": _first_picture(request, book),
    }


def _region_rows(
    request: StaffRequest, progress: MonthProgress, book: MonthBook, net: dict[int, rules.NetRow]
) -> list[dict[str, Any]]:
    delays = clock_for(progress, request.today).delays(progress)
    return [
        {
            "party": party,
            "net": net[party.id],
            "given": progress.given.get(party.id),
            "wait": delays.of(party.id) if delays else None,
            "is_passed_over": party.id in progress.passed_over,
        }
        for party in regions_seen_by(request.user, book.parties)
    ]


def _proven(request: StaffRequest, month: ClearingPeriod) -> list[DomainError] | None:
    """Every invariant against the records, where the province asks for it; None where nobody did."""
    if "prove" not in request.GET or not access.sees_all(request.user):
        return None
    return broken_invariants(month)


def _first_picture(request: StaffRequest, book: MonthBook) -> list[Picture]:
    """The picture that stands on the month's page: of all regions, or of one's own."""
    seen = regions_seen_by(request.user, book.parties)
    whole = access.sees_all(request.user)
    return pictures_of(book, None if whole else seen[0])[:1] if seen else []


def _proofs(progress: MonthProgress, month: ClearingPeriod, receivable: int, payable: int) -> list[Proof]:
    same = receivable == payable == month.receivable_fen
    proofs = [Proof("Σ 应收 = Σ 应付", same), Proof("轧差合计 = 0.00", receivable - payable == 0)]
    if not month.is_signed:
        proofs.append(Proof("计算后没有新的明细与扣款", not progress.needs_computing))
    return proofs


def _perhaps_empty(request: StaffRequest, period: str) -> MonthProgress:
    """A month that is over and has nothing: somebody may say that it stays so. 404 for any other."""
    if not can_be_empty(period, request.today):
        raise Http404
    return MonthProgress(period, None, has_nothing=True)


@needs(May.COMPUTE_CLEARING)
@require_POST
def period_begin_empty(request: StaffRequest, period: str) -> HttpResponse:
    """Compute a month to nil that has nothing; there is nothing to wait for, so no worker does it."""
    empty_month_compute(period=period, by=request.user, at=request.now)
    messages.success(request, f"{period_label(period)}已按空月计算：各表都是零，等各统筹区确认。")
    return redirect("settlement:period_detail", period=period)


def _progress(period: str) -> MonthProgress:
    progress = progress_of(period)
    if progress is None:
        raise Http404
    return progress


@needs(May.COMPUTE_CLEARING)
@require_POST
def period_compute(request: StaffRequest, period: str) -> HttpResponse:
    """Hand the computing to the worker; the month's page follows it."""
    progress = _progress(period)
    if progress.is_signed and progress.month is not None:
        raise AlreadySigned(progress.month)
    with transaction.atomic():
        if Job.objects.filter(kind=KIND, subject_no=period, state__in=RUNNING).exists():
            raise DomainError("being_computed", f"{period_label(period)}正在计算，请等它完成。")
        job_enqueue(KIND, by=request.user, at=request.now, subject_kind="period", subject_no=period)
    return redirect("settlement:period_detail", period=period)


@needs(May.SIGN_CLEARING)
@require_POST
def period_sign_view(request: StaffRequest, period: str) -> HttpResponse:
    """Sign what was shown."""
    month = period_sign(
        period=period, by=request.user, at=request.now, seen_digest=request.POST.get("seen_digest", "")
    )
    messages.success(
        request, f"{period_label(period)}已签发，摘要 {month.digest[:12]}；除非两人办理重开，不再变动。"
    )
    return redirect("settlement:period_detail", period=period)
