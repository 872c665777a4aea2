"""Pages of the forecast: all regions, one region with what is supposed of it, on screen and on paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind
from agency.organisation.roles import May
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.export import Subject
from settlement.forecast.forms import WhatIfForm, insurance_type_in
from settlement.forecast.outlooks import Running, forecasts, running_month
from settlement.forecast.pages import RegionPage, region_page
from settlement.forecast.rules import ASSUMED_OF_ERROR, ASSUMPTIONS
from settlement.forecast.selectors import all_regions
from settlement.forecast.sheets import FORECAST_KIND, forecast_data, sheet_number
from settlement.forecast.shown import Shown, coming_first, shown_of, sums_of
from settlement.statements.views.papers import file_answer, file_links, print_answer

HINTED = 5
REGION = "settlement:fund_forecast_region"


def _rows(request: StaffRequest, region: PoolingRegion | None) -> tuple[Running, list[Shown]]:
    """One region, or all that have a part in the month."""
    running = running_month(request.today)
    regions = [region] if region is not None else all_regions()
    rows = shown_of(forecasts(regions, running), running)
    return running, [row for row in rows if region is not None or row.has_part]


def _region(request: StaffRequest, region_code: str) -> PoolingRegion:
    """404 when it is not this person's."""
    region = get_object_or_404(PoolingRegion, code=region_code, kind=RegionKind.POOLING)
    if not access.within(request.user, region):
        raise Http404
    return region


@needs(May.READ_QUOTAS)
@require_GET
def fund_forecast(request: StaffRequest) -> HttpResponse:
    """Every region and type in the running month; a region's staff are led to their own."""
    user = request.user
    if not access.sees_all(user) and user.region is not None:
        return redirect(REGION, region_code=user.region.code)
    running, rows = _rows(request, None)
    context: dict[str, Any] = {
        "running": running,
        "rows": rows,
        "sums": sums_of(rows),
        "has_quota": any(row.outlook.quota_fen is not None for row in rows),
        "assumptions": (*ASSUMPTIONS, ASSUMED_OF_ERROR),
        "files": file_links("fund_forecast_file"),
    }
    return render(request, "settlement/forecast/list.html", context)


@needs(May.READ_QUOTAS)
@require_GET
def fund_forecast_hint(request: StaffRequest) -> HttpResponse:
    """What comes next, for the home page: a fragment that is fetched after it."""
    region = None if access.sees_all(request.user) else request.user.region
    running, rows = _rows(request, region)
    coming = coming_first(rows)
    context = {"running": running, "rows": coming[:HINTED], "more": len(coming) > HINTED}
    return render(request, "settlement/forecast/_hint.html", context)


# --- one region ---------------------------------------------------------------------------------------------


def _page(request: StaffRequest, region_code: str) -> RegionPage:
    region = _region(request, region_code)
    running, rows = _rows(request, region)
    return region_page(rows, running, insurance_type_in(request.GET), WhatIfForm(request.GET))


@needs(May.READ_QUOTAS)
@require_GET
def fund_forecast_region(request: StaffRequest, region_code: str) -> HttpResponse:
    """One region and type: where it leads, what if, and how far past forecasts would have been out."""
    page = _page(request, region_code)
    query = urlencode(page.query)
    where = {"region_code": region_code}
    context: dict[str, Any] = {
        "page": page,
        "assumptions": page.assumptions,
        "sees_all": access.sees_all(request.user),
        "print_url": f"{reverse('settlement:fund_forecast_region_print', kwargs=where)}?{query}",
        "files": file_links("fund_forecast_file", **where),
    }
    status = 422 if page.form.errors else 200
    return render(request, "settlement/forecast/region.html", context, status=status)


@needs(May.READ_QUOTAS)
@require_GET
def fund_forecast_region_print(request: StaffRequest, region_code: str) -> HttpResponse:
    """The same on one page of paper, with what is supposed in the address."""
    page = _page(request, region_code)
    back = f"{reverse(REGION, kwargs={'region_code': region_code})}?{urlencode(page.query)}"
    context = {"page": page, "back_url": back}
    return render(request, "settlement/forecast/print.html", context)


# --- the list on paper and as files -------------------------------------------------------------------------


def _sheet(request: StaffRequest, region_code: str) -> tuple[SheetData, PoolingRegion | None, Subject]:
    """Of all regions for the province alone."""
    region = _region(request, region_code) if region_code else None
    if region is None and not access.sees_all(request.user):
        raise Http404
    running, rows = _rows(request, region)
    number = sheet_number(running, region)
    return forecast_data(rows, running, region), region, (FORECAST_KIND, number)


@needs(May.READ_QUOTAS)
@require_GET
def fund_forecast_print(request: StaffRequest) -> HttpResponse:
    """The list of all regions to print."""
    data, region, subject = _sheet(request, "")
    return print_answer(request, data, region, subject)


@needs(May.READ_QUOTAS)
@require_GET
def fund_forecast_file(request: StaffRequest, extension: str, region_code: str = "") -> HttpResponse:
    """The list as PDF, XLSX or CSV."""
    data, region, subject = _sheet(request, region_code)
    return file_answer(request, data, region, subject, extension)
