"""Pages of one clearing sheet: on screen with its proofs, on paper, as files; the cases behind a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind, User
from agency.organisation.roles import May
from agency.sheets.as_html import print_page
from agency.sheets.digest import digest, short
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.answers import answer_with_file
from settlement.clearing.export import sheet_exported, sheet_printed
from settlement.clearing.filling import (
    MonthBook,
    party_named_as_then,
    region_sheets,
    sheet_data,
    sheets_digest,
)
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.months import COMPUTE, SIGN, may_confirm, progress_of
from settlement.clearing.proofs import SheetProof
from settlement.clearing.rules import Party
from settlement.clearing.screen import screen_table
from settlement.clearing.seen import looked_at
from settlement.clearing.selectors import month_named
from settlement.clearing.sheets import OF_PROVINCE, OF_REGION, SHEETS, SHORT_TITLES
from settlement.clearing.states import TONES, PeriodState
from settlement.clearing.version_models import MonthVersion
from settlement.clearing.versions import versions_of
from settlement.clearing.views.versions import VERSIONS_SHOWN, version_asked


@dataclass
class Shown:
    """One sheet that a person looks at. `book` is the whole month."""

    form: str
    month: ClearingPeriod
    region: PoolingRegion | None
    party: Party | None
    book: MonthBook
    data: SheetData
    version: MonthVersion | None = None

    def url(self, name: str, **more: str) -> str:
        """A page of this sheet, of the version that is shown."""
        asked = f"?version={self.version.version_no}" if self.version else ""
        return self.now_url(name, **more) + asked

    def now_url(self, name: str, **more: str) -> str:
        """A page of this sheet as it is now."""
        where = {"period": self.month.period, **more}
        if self.form in SHEETS:
            where.setdefault("form", self.form)
        if self.region is not None:
            where["region_code"] = self.region.code
        return reverse(f"settlement:{name}", kwargs=where)

    @property
    def file_name(self) -> str:
        region = f" {self.party.name}" if self.party else ""
        version = f" 第{self.version.version_no}版" if self.version else ""
        return f"表{self.form}{region} {self.data.period_label}{version}"


def month_and_region(
    user: User, period: str, form: str, region_code: str | None
) -> tuple[ClearingPeriod, PoolingRegion | None]:
    """The month and region of a sheet; 404 when it is not this person's, or there is no such sheet."""
    month = month_named(period)
    if month is None or (region_code is None) == (form in OF_REGION):
        raise Http404
    if region_code is None:
        if form not in OF_PROVINCE or not access.sees_all(user):
            raise Http404
        return month, None
    region = get_object_or_404(PoolingRegion, code=region_code, kind=RegionKind.POOLING)
    if not access.within(user, region):
        raise Http404
    return month, region


def shown(request: StaffRequest, period: str, form: str, region_code: str | None) -> Shown:
    """The sheet as it is, or as `?version=` or `?as_of=` asks for."""
    month, region = month_and_region(request.user, period, form, region_code)
    version = version_asked(request, month)
    book = MonthBook(month, version=version)
    party = party_named_as_then(book.month, region) if region else None
    return Shown(form, book.month, region, party, book, sheet_data(form, book.month, party, book), version)


@needs(May.READ_CLEARING)
@require_GET
def sheet(request: StaffRequest, period: str, form: str, region_code: str | None = None) -> HttpResponse:
    """A sheet on screen: the proofs above it, every figure a link to what is behind it."""
    page = shown(request, period, form, region_code)
    content = digest(page.data)
    context: dict[str, Any] = {
        "page": page,
        "data": page.data,
        "month": page.month,
        "table": screen_table(page.data, "" if page.version else page.url("sheet_cases")),
        "proofs": list(SheetProof(page.data, page.book, page.party, _recounts(request, page)).proofs()),
        "digest": short(content),
        "others": _others(page),
        "print_url": page.url("sheet_print"),
        "files": [(name.upper(), page.url("sheet_file", extension=name)) for name in ("pdf", "xlsx", "csv")],
        "compare_url": page.now_url("sheet_compare") if _may_compare(request, page) else "",
        "tone": TONES[PeriodState(page.month.state)],
        "now_url": page.now_url("sheet"),
        "versions": list(versions_of(page.month)[:VERSIONS_SHOWN]),
        "as_of": f"{timezone.localtime(page.version.at if page.version else request.now):%Y-%m-%dT%H:%M}",
        **(_next_step(request, page) if page.version is None else {"progress": progress_of(period)}),
    }
    return render(request, "settlement/clearing/sheet.html", context)


def _recounts(request: StaffRequest, page: Shown) -> bool:
    """重新核对: only of what is there now; the records behind an earlier version may have changed since."""
    return "recount" in request.GET and page.version is None


def _may_compare(request: StaffRequest, page: Shown) -> bool:
    return page.version is None and access.allowed(request.user, May.LOAD_CASES)


def _others(page: Shown) -> list[tuple[str, str, bool]]:
    """The other sheets of the same region: title, URL, whether it is this one."""
    if page.region is None:
        return []
    return [
        (f"{form} {SHORT_TITLES[form]}", page.url("sheet", form=form), form == page.form)
        for form in OF_REGION
    ]


def _next_step(request: StaffRequest, page: Shown) -> dict[str, Any]:
    """The one filled button of the page."""
    progress = progress_of(page.month.period)
    assert progress is not None
    user = request.user
    return {
        "progress": progress,
        "computes_next": progress.step == COMPUTE and access.allowed(user, May.COMPUTE_CLEARING),
        "signs_next": progress.step == SIGN and access.allowed(user, May.SIGN_CLEARING),
        **(_confirming(user, page) if may_confirm(user, progress) and page.region is not None else {}),
    }


def _confirming(user: User, page: Shown) -> dict[str, Any]:
    """For whoever confirms: this sheet is looked at, then the next one, at last all are confirmed."""
    assert page.party is not None  # a sheet of the own region
    sheets = region_sheets(page.book, page.party)
    looked = looked_at(page.month, page.party, user, sheets)
    unseen = [form for form in OF_REGION if form not in looked]
    later = [form for form in unseen if form > page.form] or unseen
    return {
        "looks": True,
        "sheet_digest": digest(page.data),
        "looked": looked,
        "looks_next": page.form in unseen,
        "looks_last": unseen == [page.form],
        "next_form": "" if page.form in unseen or not later else later[0],
        "confirms_next": not unseen,
        "seen_digest": sheets_digest(sheets, page.party),
    }


@needs(May.READ_CLEARING)
@require_GET
def sheet_print(
    request: StaffRequest, period: str, form: str, region_code: str | None = None
) -> HttpResponse:
    """The page to print, with the verification code of what it says."""
    page = shown(request, period, form, region_code)
    printed = sheet_printed(page.data, page.region, book=page.book, by=request.user, at=request.now)
    return HttpResponse(print_page(printed))


@needs(May.READ_CLEARING)
@require_GET
def sheet_file(
    request: StaffRequest, period: str, form: str, extension: str, region_code: str | None = None
) -> HttpResponse:
    """The sheet as PDF, XLSX or CSV."""
    return as_file(request, shown(request, period, form, region_code), extension)


def as_file(request: StaffRequest, page: Shown, extension: str) -> HttpResponse:
    """What is shown as a file: a PDF to look at, the others to keep."""
    content = sheet_exported(
        page.data, page.region, book=page.book, format_name=extension, by=request.user, at=request.now
    )
    return answer_with_file(content, extension, page.file_name)
