"""Pages of forms 6-1 and 6-2: on screen, on paper, as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.sheets.as_html import Table, table
from agency.sheets.filled import Row, SheetData
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.family_pages import (
    FamilyPage,
    answer_as_file,
    answer_to_print,
    page_context,
    region_asked,
)
from settlement.clearing.screen import pinned
from settlement.quotas.families import SHEET_KIND, filled_sheet
from settlement.quotas.models import QuotaRound
from settlement.quotas.selectors import round_of
from settlement.quotas.sheets import AVERAGE


def _page(request: StaffRequest, year: int, form: str, region_code: str | None) -> FamilyPage:
    """404 for a round that is not there, or not this person's to see."""
    region = region_asked(request, form, region_code)
    if round_of(request.user, year) is None:
        raise Http404
    data = filled_sheet(form, f"{year}", region, request.user)
    return FamilyPage(form, region, data, SHEET_KIND, "quota_sheet", {"year": year, "quota_form": form})


@needs(May.READ_QUOTAS)
@require_GET
def quota_sheet_view(
    request: StaffRequest, year: int, quota_form: str, region_code: str | None = None
) -> HttpResponse:
    """A sheet on screen; its figures lead to what they rest on."""
    page = _page(request, year, quota_form, region_code)
    drawn: QuotaRound | None = round_of(request.user, year)
    drawing = _of_province(page) if page.region is None else _of_region(page, page.region)
    context: dict[str, Any] = {**page_context(page), "drawn": drawn, "table": drawing}
    return render(request, "settlement/quotas/sheet.html", context)


def _of_province(page: FamilyPage) -> Table:
    """Each figure of form 6-1 leads to the arithmetic of its region and type."""

    def link(row: Row) -> dict[str, str]:
        code, _, kind = row.key.partition("|")
        where = {"year": page.where["year"], "region_code": code, "insurance_type": kind}
        url = reverse("settlement:quota_item", kwargs=where)
        return dict.fromkeys(("average", "quota", "current", "changed"), url)

    data = _linked(page.data, link)
    return pinned(table(data), data)


def _of_region(page: FamilyPage, region: PoolingRegion) -> Table:
    """Each month of form 6-2 leads to the region's sheet 11."""

    def link(row: Row) -> dict[str, str]:
        month = row.key.partition("|")[2]
        if month == AVERAGE:
            return {}
        where = {"period": month, "form": "11", "region_code": region.code}
        return dict.fromkeys(("cases", "amount"), reverse("settlement:sheet", kwargs=where))

    return table(_linked(page.data, link))


def _linked(data: SheetData, link: Callable[[Row], dict[str, str]]) -> SheetData:
    return replace(data, rows=tuple(replace(row, links=link(row)) for row in data.rows))


@needs(May.READ_QUOTAS)
@require_GET
def quota_sheet_print(
    request: StaffRequest, year: int, quota_form: str, region_code: str | None = None
) -> HttpResponse:
    """The page to print, with its code."""
    return answer_to_print(request, _page(request, year, quota_form, region_code))


@needs(May.READ_QUOTAS)
@require_GET
def quota_sheet_file(
    request: StaffRequest, year: int, quota_form: str, extension: str, region_code: str | None = None
) -> HttpResponse:
    """The sheet as PDF, XLSX or CSV."""
    return answer_as_file(request, _page(request, year, quota_form, region_code), extension)
