"""Pages of comparing: upload the other side's sheet, see what differs."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.forms import UploadForm
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.clearing.comparisons import COMPARISON_TOLD, sheet_compare
from settlement.clearing.families import sheet_url
from settlement.clearing.models import SheetComparison
from settlement.clearing.views.sheets import shown

DIFFERENCES_SHOWN = 500
EARLIER_SHOWN = 10


@dataclass(frozen=True)
class OurSheet:
    """Our sheet that another one is set beside: what the page says of it, and where it stands."""

    form: str
    period: str
    region: PoolingRegion | None
    data: SheetData
    url: str


@needs(May.LOAD_CASES)
@require_http_methods(["GET", "POST"])
def sheet_compare_view(
    request: StaffRequest, period: str, form: str, region_code: str | None = None
) -> HttpResponse:
    """Upload their sheet of a month (CSV or XLSX); it is kept and compared at once."""
    page = shown(request, period, form, region_code)
    return comparing(request, OurSheet(form, period, page.region, page.data, page.url("sheet")))


def comparing(request: StaffRequest, ours: OurSheet) -> HttpResponse:
    """The page of the upload, for sheets of months and of higher slices; the view asks who may."""
    upload = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and upload.is_valid():
        stream = upload.cleaned_data["file"]
        said = {"form": ours.form, "period": ours.period, "region": ours.region, "file_name": stream.name}
        try:
            done = sheet_compare(**said, stream=stream, by=request.user, at=request.now)
        except DomainError as error:
            record_refusal(request, error)
            upload.add_error("file", error.message)
        else:
            messages.info(request, f"已比对 {done.lines} 行，{done.summary}。")
            return redirect("settlement:comparison_detail", comparison_no=done.comparison_no)
    earlier = SheetComparison.objects.visible_to(request.user).select_related("by")
    earlier = earlier.filter(period=ours.period, form_no=ours.form, region=ours.region)
    context = {"ours": ours, "form": upload, "earlier": earlier[:EARLIER_SHOWN]}
    status = 422 if request.method == "POST" else 200
    return render(request, "settlement/clearing/compare.html", context, status=status)


@needs(May.READ_CLEARING)
@require_GET
def comparison_detail(request: StaffRequest, comparison_no: str) -> HttpResponse:
    """What differed: kind, line, column, ours, theirs, and where it stands in their file."""
    visible = SheetComparison.objects.visible_to(request.user).select_related("region", "by", "file")
    comparison = get_object_or_404(visible, comparison_no=comparison_no)
    rows = list(comparison.rows.all()[: DIFFERENCES_SHOWN + 1])
    context = {
        "comparison": comparison,
        "sheet_url": sheet_url(comparison.form_no, comparison.period, comparison.region),
        "rows": rows[:DIFFERENCES_SHOWN],
        "more": len(rows) > DIFFERENCES_SHOWN,
        "ways": [way for entry in COMPARISON_TOLD for way in entry.function(comparison, request.user)],
    }
    return render(request, "settlement/clearing/comparison.html", context)
