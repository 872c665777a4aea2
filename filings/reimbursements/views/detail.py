"""一件手工报销: its page, what a clerk does to it, and the notice."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.forms import ReasonForm
from agency.web.middleware import record_refusal
from agency.web.papers import inline_pdf
from agency.web.request import StaffRequest
from filings.reimbursements.forms import LABELS, reason_form
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.printing import notice_page, notice_pdf
from filings.reimbursements.selectors import days_waiting, papers_to_bring, reimbursements_visible
from filings.reimbursements.services import (
    reimbursement_done,
    reimbursement_open,
    reimbursement_reopen,
    reimbursement_take,
    reimbursement_withdraw,
)
from filings.reimbursements.states import TONES, ReimbursementState
from filings.stays.selectors import stays_visible, verdict_of
from filings.stays.settled import settled_directly


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_open_view(request: StaffRequest, stay_no: str) -> HttpResponse:
    """Put a stay into the queue; one that is there already is opened."""
    stay = get_object_or_404(stays_visible(request.user), stay_no=stay_no)
    try:
        reimbursement = reimbursement_open(stay, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
        if "number" in error.facts:
            return redirect("filings:reimbursement_detail", reimbursement_no=error.facts["number"])
        return redirect("filings:stay_detail", stay_no=stay_no)
    messages.success(request, f"已列入手工报销 {reimbursement}，请打印告知单交给参保人。")
    return redirect("filings:reimbursement_detail", reimbursement_no=reimbursement.reimbursement_no)


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_detail(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """Whose stay, why by hand, what to bring, and what is next."""
    return _page(request, _visible(request, reimbursement_no))


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_take_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """由我承办."""
    reimbursement = _visible(request, reimbursement_no)
    try:
        reimbursement_take(reimbursement, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, f"{reimbursement_no} 由您承办。")
    return redirect("filings:reimbursement_detail", reimbursement_no=reimbursement_no)


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_done_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """办结, with a note."""

    def done(reimbursement: ManualReimbursement, reason: str) -> None:
        reimbursement_done(reimbursement, by=request.user, at=request.now, note=reason)

    return _with_reason(request, reimbursement_no, "done", done, "已办结")


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_withdraw_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """不再报销, with the reason."""

    def withdraw(reimbursement: ManualReimbursement, reason: str) -> None:
        reimbursement_withdraw(reimbursement, by=request.user, at=request.now, reason=reason)

    return _with_reason(request, reimbursement_no, "withdraw", withdraw, "不再报销，原因已记录")


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_reopen_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """重新列入, with the reason."""

    def reopen(reimbursement: ManualReimbursement, reason: str) -> None:
        reimbursement_reopen(reimbursement, by=request.user, at=request.now, reason=reason)

    return _with_reason(request, reimbursement_no, "reopen", reopen, "已重新列入")


def _with_reason(
    request: StaffRequest,
    reimbursement_no: str,
    act: str,
    service: Callable[[ManualReimbursement, str], None],
    told: str,
) -> HttpResponse:
    reimbursement = _visible(request, reimbursement_no)
    form = reason_form(act, request.POST)
    if form.is_valid():
        try:
            service(reimbursement, form.cleaned_data["reason"])
        except NotAllowed:
            raise
        except DomainError as error:
            record_refusal(request, error)
            form.add_error("reason", error.message)
        else:
            messages.success(request, f"{reimbursement_no} {told}。")
            return redirect("filings:reimbursement_detail", reimbursement_no=reimbursement_no)
    return _page(request, _visible(request, reimbursement_no), status=422, forms={act: form})


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_notice(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """The print page of the notice."""
    found = _visible(request, reimbursement_no)
    return HttpResponse(notice_page(found, by=request.user, at=request.now))


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_notice_pdf(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """The notice as PDF."""
    paper = notice_pdf(_visible(request, reimbursement_no), by=request.user, at=request.now)
    return inline_pdf(paper, reimbursement_no)


def _visible(request: StaffRequest, reimbursement_no: str) -> ManualReimbursement:
    return get_object_or_404(reimbursements_visible(request.user), reimbursement_no=reimbursement_no)


def _page(
    request: StaffRequest,
    reimbursement: ManualReimbursement,
    *,
    status: int = 200,
    forms: dict[str, ReasonForm] | None = None,
) -> HttpResponse:
    state = ReimbursementState(reimbursement.state)
    acts = access.allowed(request.user, May.TAKE_IN_FILINGS)
    waits = state == ReimbursementState.WAITING
    context = {
        "case": reimbursement,
        "stay": reimbursement.stay,
        "tone": TONES[state],
        "days": days_waiting(reimbursement, request.today),
        "verdict": verdict_of(reimbursement.stay, request.today),
        "settled_no": settled_directly(reimbursement.stay) if state != ReimbursementState.WITHDRAWN else "",
        "papers": papers_to_bring(request.today),
        "history": workflow.history(ManualReimbursement.machine, reimbursement.reimbursement_no),
        "may_close": acts and waits,
        "may_take": acts and waits and reimbursement.assigned_to_id != request.user.pk,
        "may_reopen": acts and state == ReimbursementState.WITHDRAWN,
        "forms": {act: (forms or {}).get(act) or reason_form(act) for act in LABELS},
    }
    return render(request, "filings/reimbursements/detail.html", context, status=status)
