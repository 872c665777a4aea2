"""A sheet as an answer: its print page, or a file."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind
from agency.sheets.as_html import print_page
from agency.sheets.filled import SheetData
from agency.web.request import StaffRequest
from settlement.clearing.answers import answer_with_file
from settlement.clearing.export import Subject, sheet_coded, sheet_written
from settlement.clearing.models import ClearingPeriod


def month_and_region(
    request: StaffRequest, period: str, region_code: str
) -> tuple[ClearingPeriod, PoolingRegion]:
    """A computed month and one of its regions; 404 when it is not this person's."""
    region = get_object_or_404(PoolingRegion, code=region_code, kind=RegionKind.POOLING)
    if not access.within(request.user, region):
        raise Http404
    month = get_object_or_404(ClearingPeriod, period=period, computed_at__isnull=False)
    return month, region


def number_posted(request: StaffRequest, name: str) -> int:
    """A whole number that a form carries along; 0, which is no drawing, for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def file_links(name: str, **where: str) -> list[tuple[str, str]]:
    """(label, address) of each kind of file that a sheet can be had as."""
    return [
        (kind.upper(), reverse(f"settlement:{name}", kwargs={**where, "extension": kind}))
        for kind in ("pdf", "xlsx", "csv")
    ]


def print_answer(
    request: StaffRequest, data: SheetData, region: PoolingRegion | None, subject: Subject
) -> HttpResponse:
    """The page to print; without a region it is the province's."""
    data = sheet_coded(data, region, by=request.user, at=request.now, subject=subject)
    return HttpResponse(print_page(data))


def file_answer(
    request: StaffRequest, data: SheetData, region: PoolingRegion | None, subject: Subject, extension: str
) -> HttpResponse:
    """The sheet as PDF, XLSX or CSV."""
    content = sheet_written(
        data, region, format_name=extension, by=request.user, at=request.now, subject=subject
    )
    return answer_with_file(content, extension, f"{data.sheet.form} {data.region} {data.period_label}")
