"""Page of the bank compared: day by day, with what its paper says typed in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.money import yuan
from agency.organisation import access
from agency.organisation.roles import May
from agency.sheets.as_html import table
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.acting import done
from agency.web.request import StaffRequest
from settlement.fund.comparison import Comparison, comparison_data, comparison_of
from settlement.fund.forms import BalanceForm, SpanForm
from settlement.fund.models import BankBalance
from settlement.fund.services import balance_enter
from settlement.fund.sheets import BANK_KIND
from settlement.statements.views.papers import file_answer, print_answer


def _compared(request: StaffRequest) -> tuple[SpanForm, Comparison]:
    """404 for whoever is not of the province, whose account it is."""
    if not access.sees_all(request.user):
        raise Http404
    form = SpanForm(request.GET, today=request.today)
    return form, comparison_of(*form.span())


@needs(May.READ_FUND)
@require_GET
def fund_bank(request: StaffRequest) -> HttpResponse:
    """The days on which anything happened: lines, what is not allotted, the ledger, the paper."""
    return _page(request, None)


def _page(request: StaffRequest, refused: BalanceForm | None) -> HttpResponse:
    form, found = _compared(request)
    query = urlencode({"first": str(found.first), "last": str(found.last)})
    data = comparison_data(found, request.today)
    context: dict[str, Any] = {
        "span": form,
        "form": refused,
        "balance_form": refused or BalanceForm(),
        "data": data,
        "table": table(data),
        "last": found.days[-1] if found.days else None,
        "may_keep": access.allowed(request.user, May.KEEP_FUND),
        "print_url": f"{reverse('settlement:fund_bank_print')}?{query}",
        "files": [
            (kind.upper(), f"{reverse('settlement:fund_bank_file', kwargs={'extension': kind})}?{query}")
            for kind in ("pdf", "xlsx", "csv")
        ],
    }
    status = 422 if refused is not None or not form.is_valid() else 200
    return render(request, "settlement/fund/bank.html", context, status=status)


@needs(May.KEEP_FUND)
@require_POST
def fund_balance(request: StaffRequest) -> HttpResponse:
    """Type in what the bank's paper says at the end of a day."""
    form = BalanceForm(request.POST)
    kept: list[BankBalance] = []

    def act(**said: Any) -> None:
        kept.append(balance_enter(**said, by=request.user, at=request.now, today=request.today))

    if not done(request, form, act):
        return _page(request, form)
    messages.success(request, f"已登记 {kept[0].day} 的对账单余额 {yuan(kept[0].amount_fen)} 元。")
    query = urlencode({"first": str(kept[0].day.replace(day=1)), "last": str(request.today)})
    return redirect(f"{reverse('settlement:fund_bank')}?{query}")


def _sheet(request: StaffRequest) -> tuple[SheetData, tuple[str, str]]:
    _, found = _compared(request)
    return comparison_data(found, request.today), (BANK_KIND, found.number)


@needs(May.READ_FUND)
@require_GET
def fund_bank_print(request: StaffRequest) -> HttpResponse:
    """The page to print."""
    data, subject = _sheet(request)
    return print_answer(request, data, None, subject)


@needs(May.READ_FUND)
@require_GET
def fund_bank_file(request: StaffRequest, extension: str) -> HttpResponse:
    """The comparison as PDF, XLSX or CSV."""
    data, subject = _sheet(request)
    return file_answer(request, data, None, subject, extension)
