"""Pages of sheets 16–18: on screen, on paper, as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind
from agency.organisation.roles import May
from agency.sheets.as_html import print_page
from agency.sheets.digest import digest, short
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.answers import answer_with_file
from settlement.clearing.export import sheet_coded, sheet_number, sheet_written
from settlement.clearing.screen import screen_table
from settlement.clearing.views.comparisons import OurSheet, comparing
from settlement.year_end.families import SHEET_KIND, filled_sheet, year_sheet_url
from settlement.year_end.filling import book_of
from settlement.year_end.models import YearEnd
from settlement.year_end.sheets import OF_PROVINCE, OF_REGION, SHORT_TITLES


@dataclass(frozen=True)
class YearPage:
    """One sheet that a person looks at."""

    form: str
    year: str
    region: PoolingRegion | None
    data: SheetData

    def url(self, name: str, **more: str) -> str:
        return year_sheet_url(self.form, self.year, self.region, name, **more)

    @property
    def subject(self) -> tuple[str, str]:
        return SHEET_KIND, sheet_number(self.data, self.region)


def _page(request: StaffRequest, year: str, form: str, region_code: str | None) -> YearPage:
    """404 when the sheet is not this person's."""
    region = None
    if (region_code is None) != (form in OF_PROVINCE):
        raise Http404
    if region_code is None and not access.sees_all(request.user):
        raise Http404
    if region_code is not None:
        region = get_object_or_404(PoolingRegion, code=region_code, kind=RegionKind.POOLING)
        if not access.within(request.user, region):
            raise Http404
    return YearPage(form, year, region, filled_sheet(form, year, region, request.user))


@needs(May.READ_CLEARING)
@require_GET
def year_sheet_view(
    request: StaffRequest, year: str, year_form: str, region_code: str | None = None
) -> HttpResponse:
    """A sheet on screen."""
    page = _page(request, year, year_form, region_code)
    year_end: YearEnd = book_of(year).year_end
    context: dict[str, Any] = {
        "page": page,
        "data": page.data,
        "year_end": year_end,
        "table": screen_table(page.data, ""),
        "digest": short(digest(page.data)),
        "print_url": page.url("year_sheet_print"),
        "compare_url": page.url("year_sheet_compare") if access.allowed(request.user, May.LOAD_CASES) else "",
        "files": [
            (name.upper(), page.url("year_sheet_file", extension=name)) for name in ("pdf", "xlsx", "csv")
        ],
        "others": [
            (f"{other} {SHORT_TITLES[other]}", page.url("year_sheet", year_form=other), other == year_form)
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
    return comparing(request, OurSheet(year_form, year, page.region, page.data, page.url("year_sheet")))


@needs(May.READ_CLEARING)
@require_GET
def year_sheet_print(
    request: StaffRequest, year: str, year_form: str, region_code: str | None = None
) -> HttpResponse:
    """The page to print, with its code."""
    page = _page(request, year, year_form, region_code)
    coded = sheet_coded(page.data, page.region, by=request.user, at=request.now, subject=page.subject)
    return HttpResponse(print_page(coded))


@needs(May.READ_CLEARING)
@require_GET
def year_sheet_file(
    request: StaffRequest, year: str, year_form: str, extension: str, region_code: str | None = None
) -> HttpResponse:
    """The sheet as PDF, XLSX or CSV."""
    page = _page(request, year, year_form, region_code)
    content = sheet_written(
        page.data,
        page.region,
        format_name=extension,
        by=request.user,
        at=request.now,
        subject=page.subject,
    )
    return answer_with_file(content, extension, f"表{year_form} {page.data.region} {page.data.period_label}")
