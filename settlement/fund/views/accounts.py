"""Pages of the accounts: the list with its balances, one holder's statement on screen, on paper, as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.roles import May
from agency.sheets.as_html import table
from agency.sheets.digest import digest, short
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.fund.forms import DayForm, SpanForm
from settlement.fund.links import cause_links
from settlement.fund.selectors import region_balances
from settlement.fund.sheets import STATEMENT_KIND
from settlement.fund.statement import Holder, Statement, holder_of, statement_data, statement_of
from settlement.statements.views.papers import file_answer, print_answer


@needs(May.READ_FUND)
@require_GET
def fund_accounts(request: StaffRequest) -> HttpResponse:
    """Every account with its balance at the end of a day; a region's staff see their own alone."""
    form = DayForm(request.GET)
    on = form.given().get("on")
    user = request.user
    found = region_balances(user, on)
    context: dict[str, Any] = {
        "form": form,
        "on": on,
        "found": found,
        "sees_all": access.sees_all(user),
        "may_keep": access.allowed(user, May.KEEP_FUND),
    }
    return render(request, "settlement/fund/accounts.html", context)


@dataclass(frozen=True)
class StatementPage:
    """One holder's span of days, with the addresses of its forms."""

    of: Statement
    form: SpanForm

    def url(self, name: str, **more: str) -> str:
        holder = self.of.holder
        where = {"region_code": holder.code} if holder.region is not None else {}
        base = name if holder.region is not None else f"{name}_{holder.code}"
        query = urlencode({"first": str(self.of.first), "last": str(self.of.last)})
        return f"{reverse(f'settlement:{base}', kwargs={**where, **more})}?{query}"


def _page(request: StaffRequest, holder_code: str) -> StatementPage:
    """404 when the account is not this person's."""
    holder: Holder | None = holder_of(holder_code, request.user)
    if holder is None:
        raise Http404
    form = SpanForm(request.GET, today=request.today)
    return StatementPage(statement_of(holder, *form.span()), form)


@needs(May.READ_FUND)
@require_GET
def fund_statement(request: StaffRequest, region_code: str) -> HttpResponse:
    """A holder's statement on screen; every movement leads to its cause."""
    page = _page(request, region_code)
    links = cause_links(entry.movement for entry in page.of.entries)
    data = statement_data(page.of, request.today, links)
    context: dict[str, Any] = {
        "page": page,
        "data": data,
        "table": table(data),
        "digest": short(digest(data)),
        "print_url": page.url("fund_statement_print"),
        "files": [
            (kind.upper(), page.url("fund_statement_file", extension=kind)) for kind in ("pdf", "xlsx", "csv")
        ],
    }
    status = 200 if page.form.is_valid() else 422
    return render(request, "settlement/fund/statement.html", context, status=status)


@needs(May.READ_FUND)
@require_GET
def fund_statement_print(request: StaffRequest, region_code: str) -> HttpResponse:
    """The page to print, with its code."""
    of = _page(request, region_code).of
    data = statement_data(of, request.today)
    return print_answer(request, data, of.holder.region, (STATEMENT_KIND, of.number))


@needs(May.READ_FUND)
@require_GET
def fund_statement_file(request: StaffRequest, region_code: str, extension: str) -> HttpResponse:
    """The statement as PDF, XLSX or CSV."""
    of = _page(request, region_code).of
    data = statement_data(of, request.today)
    return file_answer(request, data, of.holder.region, (STATEMENT_KIND, of.number), extension)
