"""Pages of adjustments: the list, one proposed, one looked at and decided by another person."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.journal.workflow import can_move, history
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.forms import ReasonForm
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from settlement.fund import adjusting
from settlement.fund.forms import AdjustmentForm
from settlement.fund.models import CauseKind, FundAdjustment, FundMovement
from settlement.fund.selectors import adjustments_of
from settlement.fund.states import ADJUSTMENT_MACHINE, AdjustmentState
from settlement.notices.selectors import LineFilter, lines_listed

S = AdjustmentState


@needs(May.READ_FUND)
@require_GET
def fund_adjustments(request: StaffRequest) -> HttpResponse:
    """Those that touch what this person may see, newest first: all, or in one state."""
    asked = request.GET.get("state", "")
    state = asked if asked in S.values else ""
    context = {
        "page": keyset_page(request, adjustments_of(request.user, state)),
        "may_keep": access.allowed(request.user, May.KEEP_FUND),
        "state": state,
        "states": [("", "全部"), *S.choices],
    }
    return render(request, "settlement/fund/adjustments.html", context)


@needs(May.KEEP_FUND)
@require_http_methods(["GET", "POST"])
def fund_adjustment_new(request: StaffRequest) -> HttpResponse:
    """Propose an adjustment; another person approves it."""
    line = lines_listed(request.user, LineFilter()).filter(line_no=request.GET.get("line", "")[:14]).first()
    form = AdjustmentForm.of_line(line) if line is not None else AdjustmentForm()
    if request.method == "POST":
        form = AdjustmentForm(request.POST)
    kept: list[FundAdjustment] = []

    def act(**said: Any) -> None:
        kept.append(adjusting.adjustment_propose(**said, by=request.user, at=request.now))

    if request.method == "POST" and done(request, form, act):
        messages.success(request, f"已提出调账 {kept[0]}，等另一位同事批准。")
        return redirect("settlement:fund_adjustment", adjustment_no=kept[0].adjustment_no)
    status = 422 if form.is_bound else 200
    return render(request, "settlement/fund/new_adjustment.html", {"form": form}, status=status)


def _visible(request: StaffRequest, adjustment_no: str) -> FundAdjustment:
    return get_object_or_404(adjustments_of(request.user), adjustment_no=adjustment_no)


@needs(May.READ_FUND)
@require_GET
def fund_adjustment(request: StaffRequest, adjustment_no: str) -> HttpResponse:
    """One adjustment: between which accounts, why, by whom, and its movement."""
    return _detail(request, _visible(request, adjustment_no), None)


def _detail(request: StaffRequest, adjustment: FundAdjustment, refused: forms.Form | None) -> HttpResponse:
    user = request.user
    movements = FundMovement.objects.filter(
        cause_kind=CauseKind.ADJUSTMENT, cause_no=adjustment.adjustment_no
    )
    is_other = adjustment.proposed_by_id != user.pk
    reversals = [row for row in adjustment.reversals.all() if row.state != S.REFUSED]
    may_reverse = adjustment.state == S.APPROVED and adjustment.reverses_id is None and not reversals
    context: dict[str, Any] = {
        "adjustment": adjustment,
        "movement": movements.first(),
        "reversal": reversals[0] if reversals else None,
        "changes": history(ADJUSTMENT_MACHINE, adjustment.adjustment_no),
        "form": refused,
        "reason_form": refused if isinstance(refused, ReasonForm) else ReasonForm(),
        "may_decide": is_other and can_move(adjustment, S.APPROVED, user),
        "may_reverse": may_reverse and access.allowed(user, May.KEEP_FUND),
        "waits": adjustment.state == S.PROPOSED,
        "sees_all": access.sees_all(user),
    }
    status = 422 if refused is not None else 200
    return render(request, "settlement/fund/adjustment.html", context, status=status)


def _act(
    request: StaffRequest,
    adjustment_no: str,
    form: forms.Form,
    service: Callable[..., FundAdjustment],
    told: str,
) -> HttpResponse:
    adjustment = _visible(request, adjustment_no)
    kept: list[FundAdjustment] = []
    act = partial(service, adjustment=adjustment, by=request.user, at=request.now)
    if done(request, form, lambda **said: kept.append(act(**said))):
        messages.success(request, told)
        return redirect("settlement:fund_adjustment", adjustment_no=kept[0].adjustment_no)
    return _detail(request, adjustment, form)


@needs(May.APPROVE_FUND)
@require_POST
def fund_adjustment_approve(request: StaffRequest, adjustment_no: str) -> HttpResponse:
    """Another person approves; it is posted."""
    form = forms.Form(request.POST)
    return _act(request, adjustment_no, form, adjusting.adjustment_approve, "已批准并记账。")


@needs(May.APPROVE_FUND)
@require_POST
def fund_adjustment_refuse(request: StaffRequest, adjustment_no: str) -> HttpResponse:
    """Another person says no, with a reason."""
    form = ReasonForm(request.POST)
    return _act(request, adjustment_no, form, adjusting.adjustment_refuse, "已不予批准，账没有动。")


@needs(May.KEEP_FUND)
@require_POST
def fund_adjustment_reverse(request: StaffRequest, adjustment_no: str) -> HttpResponse:
    """Propose to take an approved one back as a whole."""
    form = ReasonForm(request.POST)
    return _act(request, adjustment_no, form, adjusting.adjustment_reverse, "已提出冲正，等另一位同事批准。")
