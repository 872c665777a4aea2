"""Pages of reopening: what a signed month's opening means, the proposal, its decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, DomainErrors, NotAllowed
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import period_label
from agency.web.access import needs
from agency.web.forms import ReasonForm
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.clearing import reopening
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.reopening import open_reopening, reasons_against_reopening
from settlement.clearing.selectors import month_named
from settlement.clearing.states import REOPENING_TONES, ReopeningState
from settlement.clearing.versions import versions_of

VERSIONS_ON_CARD = 6


def month_card(user: User, month: ClearingPeriod) -> dict[str, Any]:
    """What the month's page shows of its versions and reopenings."""
    versions = list(versions_of(month)[: VERSIONS_ON_CARD + 1])
    proposal = open_reopening(month)
    return {
        "versions": versions[:VERSIONS_ON_CARD],
        "more_versions": len(versions) > VERSIONS_ON_CARD,
        "times_signed": month.version,
        "open_reopening": proposal,
        "may_reopen": month.is_signed
        and (access.allowed(user, May.SIGN_CLEARING) or access.allowed(user, May.APPROVE_REOPEN)),
    }


@needs(May.READ_CLEARING)
@require_GET
def reopening_page(request: StaffRequest, period: str) -> HttpResponse:
    """What a reopening does, the proposal that waits, and those of before."""
    month = _month(period)
    return render(request, "settlement/clearing/reopening.html", _context(request.user, month))


def _month(period: str) -> ClearingPeriod:
    month = month_named(period)
    if month is None:
        raise Http404
    return month


def _context(user: User, month: ClearingPeriod, form: ReasonForm | None = None) -> dict[str, Any]:
    proposal = open_reopening(month)
    is_own = proposal is not None and proposal.proposed_by_id == user.pk
    reasons = reasons_against_reopening(month)
    earlier = month.reopenings.select_related("proposed_by", "decided_by")
    return {
        "month": month,
        "proposal": proposal,
        "reasons": [reason.message for reason in reasons],
        "form": form or ReasonForm(),
        "may_propose": proposal is None and not reasons and access.allowed(user, May.SIGN_CLEARING),
        "may_decide": proposal is not None and not is_own and access.allowed(user, May.APPROVE_REOPEN),
        "may_withdraw": is_own and access.allowed(user, May.SIGN_CLEARING),
        "earlier": [(row, REOPENING_TONES[ReopeningState(row.state)]) for row in earlier],
    }


@needs(May.SIGN_CLEARING)
@require_POST
def reopening_propose(request: StaffRequest, period: str) -> HttpResponse:
    """One person proposes, with a reason."""
    return _with_reason(request, period, reopening.reopening_propose, "已提出重开，等省级主管批准。")


@needs(May.APPROVE_REOPEN)
@require_POST
def reopening_reject(request: StaffRequest, period: str) -> HttpResponse:
    """A second person says no, with a reason."""
    return _with_reason(request, period, reopening.reopening_reject, "已办理不予重开，本期仍为已签发。")


@needs(May.SIGN_CLEARING)
@require_POST
def reopening_withdraw(request: StaffRequest, period: str) -> HttpResponse:
    """Whoever proposed it takes it back, with a reason."""
    return _with_reason(request, period, reopening.reopening_withdraw, "已撤回，本期仍为已签发。")


@needs(May.APPROVE_REOPEN)
@require_POST
def reopening_approve(request: StaffRequest, period: str) -> HttpResponse:
    """A second person approves: the month is open again."""
    month = _month(period)
    try:
        reopening.reopening_approve(period=period, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        return _refused(request, month, ReasonForm({"reason": "—"}), error)
    messages.success(request, f"{period_label(period)}已重开：重新计算、各统筹区确认之后再签发。")
    return redirect("settlement:period_detail", period=period)


def _with_reason(request: StaffRequest, period: str, act: Callable[..., object], done: str) -> HttpResponse:
    month = _month(period)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page_again(request, month, form)
    try:
        act(period=period, by=request.user, at=request.now, reason=form.cleaned_data["reason"])
    except NotAllowed:
        raise
    except DomainError as error:
        return _refused(request, month, form, error)
    messages.success(request, done)
    return redirect("settlement:reopening", period=period)


def _refused(
    request: StaffRequest, month: ClearingPeriod, form: ReasonForm, error: DomainError
) -> HttpResponse:
    """The page with all that was refused on its form."""
    record_refusal(request, error)
    form.is_valid()
    for one in error.errors if isinstance(error, DomainErrors) else [error]:
        form.add_error(one.field, one.message)
    return _page_again(request, month, form)


def _page_again(request: StaffRequest, month: ClearingPeriod, form: ReasonForm) -> HttpResponse:
    context = _context(request.user, month, form)
    return render(request, "settlement/clearing/reopening.html", context, status=422)
