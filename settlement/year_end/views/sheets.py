"""Pages of sheets 16–18: on screen, on paper, as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.family_pages import (
    FamilyPage,
    answer_as_file,
    answer_to_print,
    page_context,
    region_asked,
)
from settlement.clearing.screen import screen_table
from settlement.clearing.views.comparisons import OurSheet, comparing
from settlement.year_end.families import SHEET_KIND, filled_sheet
from settlement.year_end.filling import book_of
from settlement.year_end.models import YearEnd
from settlement.year_end.sheets import OF_REGION, SHORT_TITLES


def _page(request: StaffRequest, year: str, form: str, region_code: str | None) -> FamilyPage:
    """404 when the sheet is not this person's."""
    region = region_asked(request, form, region_code)
    data = filled_sheet(form, year, region, request.user)
    return FamilyPage(form, region, data, SHEET_KIND, "year_sheet", {"year": year, "year_form": form})


@needs(May.READ_CLEARING)
@require_GET
def year_sheet_view(
    request: StaffRequest, year: str, year_form: str, region_code: str | None = None
) -> HttpResponse:
    """A sheet on screen."""
    page = _page(request, year, year_form, region_code)
    year_end: YearEnd = book_of(year).year_end
    context: dict[str, Any] = {
        **page_context(page),
        "year_end": year_end,
        "table": screen_table(page.data, ""),
        "compare_url": page.url("_compare") if access.allowed(request.user, May.LOAD_CASES) else "",
        "others": [
            (f"{other} {SHORT_TITLES[other]}", page.url(year_form=other), other == year_form)
            for other in (OF_REGION if page.region is not None else ())
        ],
    }
    return render(request, "settlement/year_end/sheet.html", context)


@needs(May.LOAD_CASES)
@require_http_methods(["GET", "POST"])
def year_sheet_compare(
    request: StaffRequest, year: str, year_form: str, region_code: str | None = None
) -> HttpResponse:
    """Upload their sheet (CSV or XLSX); it is kept and compared at once, as those of months are."""
    page = _page(request, year, year_form, region_code)
    return comparing(request, OurSheet(year_form, year, page.region, page.data, page.url()))


@needs(May.READ_CLEARING)
@require_GET
def year_sheet_print(
    request: StaffRequest, year: str, year_form: str, region_code: str | None = None
) -> HttpResponse:
    """The page to print, with its code."""
    return answer_to_print(request, _page(request, year, year_form, region_code))


@needs(May.READ_CLEARING)
@require_GET
def year_sheet_file(
    request: StaffRequest, year: str, year_form: str, extension: str, region_code: str | None = None
) -> HttpResponse:
    """The sheet as PDF, XLSX or CSV."""
    return answer_as_file(request, _page(request, year, year_form, region_code), extension)
