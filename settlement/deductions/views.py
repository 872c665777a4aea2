"""Pages of deductions: the list, one deduction, taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.keyset import keyset_page
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.deductions.forms import DeductionFilterForm, WithdrawForm
from settlement.deductions.models import Deduction
from settlement.deductions.selectors import DeductionFilter, deductions_listed
from settlement.deductions.services import deduction_withdraw, require_may_withdraw


@needs(May.READ_CASES)
@require_GET
def deduction_list(request: StaffRequest) -> HttpResponse:
    """Deductions of the own region (the province sees all), newest first, narrowed."""
    form = DeductionFilterForm(request.GET)
    page = keyset_page(request, deductions_listed(request.user, form.narrowed()))
    context = {
        "form": form,
        "page": page,
        "narrowed": any(form.cleaned_data.values()),
        "may_load": access.allowed(request.user, May.LOAD_CASES),
    }
    return render(request, "settlement/deductions/list.html", context)


@needs(May.READ_CASES)
@require_GET
def deduction_detail(request: StaffRequest, deduction_no: str) -> HttpResponse:
    """One deduction: of what, why, how much, in which month, and whether it was taken back."""
    deduction = _visible(request, deduction_no)
    return render(request, "settlement/deductions/detail.html", _context(request, deduction, WithdrawForm()))


@needs(May.LOAD_CASES)
@require_POST
def deduction_withdraw_view(request: StaffRequest, deduction_no: str) -> HttpResponse:
    """Take a deduction back by a negative one."""
    deduction = _visible(request, deduction_no)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            withdrawal = deduction_withdraw(
                by=request.user,
                at=request.now,
                deduction=deduction,
                reason=form.cleaned_data["reason"],
            )
        except DomainError as error:
            record_refusal(request, error)
            form.add_error(error.field, error.message)
        else:
            messages.success(request, f"已撤回，冲抵的一笔是 {withdrawal}，计入 {withdrawal.period}。")
            return redirect("settlement:deduction_detail", deduction_no=deduction_no)
    context = _context(request, deduction, form)
    return render(request, "settlement/deductions/detail.html", context, status=422)


def _visible(request: StaffRequest, deduction_no: str) -> Deduction:
    rows = deductions_listed(request.user, DeductionFilter())
    return get_object_or_404(rows, deduction_no=deduction_no)


def _context(request: StaffRequest, deduction: Deduction, form: WithdrawForm) -> dict[str, object]:
    withdrawal = getattr(deduction, "withdrawn_by", None)
    is_open = withdrawal is None and deduction.withdraws_id is None
    refusal = access.refusal(require_may_withdraw, request.user, deduction) if is_open else ""
    return {
        "deduction": deduction,
        "withdrawal": withdrawal,
        "form": form,
        "may_withdraw": is_open and not refusal,
        "refusal": refusal if access.allowed(request.user, May.LOAD_CASES) else "",
    }
