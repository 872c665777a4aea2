"""Pages of what the checklist passes over: propose, approve by another person, withdraw."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.journal import workflow
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.checklist import item_named
from settlement.clearing.consents import ChecklistSkip
from settlement.clearing.selectors import month_named
from settlement.clearing.skips import skip_approve, skip_propose, skip_withdraw
from settlement.clearing.states import SKIP_TONES, PeriodState, SkipState
from settlement.corrections.forms import CorrectionReasonForm


@needs(May.SKIP_CHECKLIST)
@require_GET
def skip_detail(request: StaffRequest, period: str, key: str) -> HttpResponse:
    """One line of the checklist, what stands for it, and what this person may do about it."""
    month = month_named(period)
    item = item_named(month, key) if month and month.state != PeriodState.OPEN else None
    if month is None or item is None:
        raise Http404
    skip, blocker = item.skip, item.blocker
    can_act = not month.is_signed and blocker.can_skip
    is_open = can_act and not blocker.ok
    context = {
        "month": month,
        "item": item,
        "seen_digest": blocker.seen_digest(),
        "tone": SKIP_TONES[SkipState(skip.state)] if skip else "",
        "history": workflow.history(ChecklistSkip.machine, skip.skip_no) if skip else [],
        "proposes": is_open and (skip is None or item.outdated),
        "approves": bool(
            is_open
            and skip
            and not skip.is_approved
            and not item.outdated
            and skip.proposed_by != request.user
        ),
        "withdraws": can_act and skip is not None,
        "form": CorrectionReasonForm(auto_id="id_propose_%s"),
        "withdraw_form": CorrectionReasonForm(auto_id="id_withdraw_%s"),
    }
    return render(request, "settlement/clearing/skip.html", context)


@needs(May.SKIP_CHECKLIST)
@require_POST
def skip_propose_view(request: StaffRequest, period: str, key: str) -> HttpResponse:
    """Propose that a line may stay open, as it was shown."""
    skip = skip_propose(
        period=period,
        key=key,
        reason=request.POST.get("reason", ""),
        seen_digest=request.POST.get("seen_digest", ""),
        by=request.user,
        at=request.now,
    )
    messages.success(request, f"已提出例外 {skip.skip_no}，待省级另一位同事批准。")
    return redirect("settlement:skip_detail", period=period, key=key)


@needs(May.SKIP_CHECKLIST)
@require_POST
def skip_approve_view(request: StaffRequest, period: str, key: str) -> HttpResponse:
    """Approve what somebody else proposed, as it was shown."""
    seen = request.POST.get("seen_digest", "")
    skip = skip_approve(period=period, key=key, seen_digest=seen, by=request.user, at=request.now)
    messages.success(request, f"已批准例外 {skip.skip_no}。")
    return redirect("settlement:skip_detail", period=period, key=key)


@needs(May.SKIP_CHECKLIST)
@require_POST
def skip_withdraw_view(request: StaffRequest, period: str, key: str) -> HttpResponse:
    """Take back what was proposed or approved."""
    reason = request.POST.get("reason", "")
    skip = skip_withdraw(period=period, key=key, reason=reason, by=request.user, at=request.now)
    messages.success(request, f"已撤回例外 {skip.skip_no}。")
    return redirect("settlement:period_detail", period=period)
