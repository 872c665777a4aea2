"""Pages of payments: the list of a region's month, settling many under a voucher, taking one back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.acting import put_on
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from settlement.clearing.export import Subject
from settlement.clearing.models import ClearingPeriod
from settlement.statements import selectors
from settlement.statements.filling import payments_data
from settlement.statements.forms import PaymentForm, SendAgainForm, chosen
from settlement.statements.payments import payment_undo, statements_pay
from settlement.statements.sheets import LIST_KIND
from settlement.statements.states import StatementState
from settlement.statements.views.lists import read_number
from settlement.statements.views.papers import file_answer, file_links, month_and_region, print_answer
from settlement.statements.views.statements import act, visible

OWING_SHOWN = 100


@needs(May.READ_STATEMENTS)
@require_GET
def payment_list(request: StaffRequest, period: str, region_code: str) -> HttpResponse:
    """What is to be paid, what was paid, what is to be recovered."""
    month, region = month_and_region(request, period, region_code)
    return _page(request, month, region, PaymentForm(initial={"paid_on": f"{request.today}"}))


def _page(
    request: StaffRequest, month: ClearingPeriod, region: PoolingRegion, form: forms.Form, status: int = 200
) -> HttpResponse:
    rows = selectors.payments_listed(region, month.period)
    page = keyset_page(request, rows, field="statement_no", ascending=True, read_key=read_number)
    accounts = selectors.accounts_of(page.rows, request.today)
    owed = selectors.owed_by(page.rows, month.period)
    owing = list(selectors.to_recover(region, month.period)[: OWING_SHOWN + 1])
    by_state = selectors.sums_by_state(rows)
    where = {"period": month.period, "region_code": region.code}
    context: dict[str, Any] = {
        "month": month,
        "region": region,
        "form": form,
        "page": page,
        "rows": [(row, accounts.get(row.institution_id), owed.get(row.institution_id)) for row in page.rows],
        "to_pay": by_state.get(StatementState.AGREED, selectors.ZERO),
        "paid": by_state.get(StatementState.PAID, selectors.ZERO),
        "owing": owing[:OWING_SHOWN],
        "more_owing": len(owing) > OWING_SHOWN,
        "owing_sum": selectors.added(
            selectors.sums_by_state(selectors.to_recover(region, month.period)).values()
        ),
        "may_pay": access.allowed(request.user, May.PAY_STATEMENTS),
        "pay_url": reverse("settlement:statements_pay", kwargs=where),
        "print_url": reverse("settlement:statement_payments_print", kwargs=where),
        "files": file_links("statement_payments_file", **where),
    }
    return render(request, "settlement/statements/payments.html", context, status=status)


@needs(May.PAY_STATEMENTS)
@require_POST
def statements_pay_view(request: StaffRequest, period: str, region_code: str) -> HttpResponse:
    """Settle what was ticked, under one voucher."""
    month, region = month_and_region(request, period, region_code)
    form = PaymentForm(request.POST)
    numbers = chosen(request.POST)
    if form.is_valid():
        try:
            total = statements_pay(
                period=_period_of(numbers, period),
                region=region,
                numbers=numbers,
                by=request.user,
                at=request.now,
                **form.cleaned_data,
            )
        except NotAllowed:
            raise
        except DomainError as error:
            put_on(request, form, error)
        else:
            word = "付款" if total > 0 else "追回"
            messages.success(request, f"已登记{word} {len(set(numbers))} 份，共 {yuan(abs(total))} 元。")
            return redirect("settlement:statement_payments", period=period, region_code=region_code)
    return _page(request, month, region, form, status=422)


def _period_of(numbers: list[str], period: str) -> str:
    """The month of what was ticked: this one, or the earlier one of something carried to it."""
    months = {number[:6] for number in numbers}
    return months.pop() if len(months) == 1 else period


@needs(May.PAY_STATEMENTS)
@require_POST
def payment_undo_view(request: StaffRequest, institution_statement_no: str) -> HttpResponse:
    """Take a payment back, with a reason."""
    statement = visible(request, institution_statement_no)
    return act(request, statement, payment_undo, undo=SendAgainForm(request.POST))


def _data(request: StaffRequest, period: str, region_code: str) -> tuple[SheetData, PoolingRegion, Subject]:
    month, region = month_and_region(request, period, region_code)
    data = payments_data(month, region, request.today)
    return data, region, (LIST_KIND, f"{period}/{region.code}/payments")


@needs(May.READ_STATEMENTS)
@require_GET
def payments_print(request: StaffRequest, period: str, region_code: str) -> HttpResponse:
    """The list of payments as a page to print."""
    return print_answer(request, *_data(request, period, region_code))


@needs(May.READ_STATEMENTS)
@require_GET
def payments_file(request: StaffRequest, period: str, region_code: str, extension: str) -> HttpResponse:
    """The list of payments as PDF, XLSX or CSV."""
    return file_answer(request, *_data(request, period, region_code), extension)
