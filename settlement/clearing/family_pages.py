"""别的清算表的页面: a sheet of a higher slice on screen, on paper and as a file, alike for every family."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind
from agency.sheets.as_html import print_page
from agency.sheets.digest import digest, short
from agency.sheets.filled import SheetData
from agency.web.request import StaffRequest
from settlement.clearing.answers import answer_with_file
from settlement.clearing.export import sheet_coded, sheet_number, sheet_written
from settlement.clearing.families import is_of_province

FILES = ("pdf", "xlsx", "csv")


@dataclass(frozen=True)
class FamilyPage:
    """One sheet that a person looks at. `kind` is how the log names it; its addresses are called `name`,
    `name`_print and `name`_file and take `where`, and the region's code."""

    form: str
    region: PoolingRegion | None
    data: SheetData
    kind: str
    name: str
    where: dict[str, Any] = field(default_factory=dict)

    def url(self, suffix: str = "", **more: Any) -> str:
        kwargs = {**self.where, **more}
        if self.region is not None:
            kwargs["region_code"] = self.region.code
        return reverse(f"settlement:{self.name}{suffix}", kwargs=kwargs)

    @property
    def subject(self) -> tuple[str, str]:
        return self.kind, sheet_number(self.data, self.region)


def region_asked(request: StaffRequest, form: str, region_code: str | None) -> PoolingRegion | None:
    """Whose sheet is asked for, None for a form of the province; 404 when it is not this person's."""
    if (region_code is None) != is_of_province(form):
        raise Http404
    if region_code is None:
        if not access.sees_all(request.user):
            raise Http404
        return None
    region = get_object_or_404(PoolingRegion, code=region_code, kind=RegionKind.POOLING)
    if not access.within(request.user, region):
        raise Http404
    return region


def page_context(page: FamilyPage) -> dict[str, Any]:
    """What the page of any such sheet shows beside its table."""
    return {
        "page": page,
        "data": page.data,
        "digest": short(digest(page.data)),
        "print_url": page.url("_print"),
        "files": [(name.upper(), page.url("_file", extension=name)) for name in FILES],
    }


def answer_to_print(request: StaffRequest, page: FamilyPage) -> HttpResponse:
    """The page to print, with its code."""
    coded = sheet_coded(page.data, page.region, by=request.user, at=request.now, subject=page.subject)
    return HttpResponse(print_page(coded))


def answer_as_file(request: StaffRequest, page: FamilyPage, extension: str) -> HttpResponse:
    """The sheet as PDF, XLSX or CSV."""
    content = sheet_written(
        page.data,
        page.region,
        format_name=extension,
        by=request.user,
        at=request.now,
        subject=page.subject,
    )
    name = " ".join(filter(None, (f"表{page.form}", page.data.region, page.data.period_label)))
    return answer_with_file(content, extension, name)
