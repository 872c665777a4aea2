"""备案台账 and its export."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agency.merging import Merged
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.exporting import KINDS
from agency.web.keyset import keyset_page, narrowing
from agency.web.request import StaffRequest
from filings.filing.selectors import filings_listed
from filings.filing.shown import shown
from filings.queues.exporting import COLUMNS, export, ledger_cells
from filings.queues.filters import ListFilter

MOST_EXPORTED = 20_000


@needs(May.READ_FILINGS)
@require_GET
def filing_list(request: StaffRequest) -> HttpResponse:
    """The ledger of filings, newest first, by state, kind, place and dates."""
    return _ledger(request, ListFilter(request.GET))


def _ledger(request: StaffRequest, form: ListFilter, status: int = 200) -> HttpResponse:
    page = keyset_page(request, _listed(request, form))
    context = {
        "form": form,
        "page": page,
        "rows": shown(page.rows, request.today),
        "query": narrowing(request),
        "is_filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
    }
    return render(request, "filings/queues/list.html", context, status=status)


@needs(May.READ_FILINGS)
@require_GET
def filing_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as CSV or XLSX, with masked numbers; the export stands in the log with its filters."""
    if kind not in KINDS:
        raise Http404
    form = ListFilter(request.GET)
    rows = _listed(request, form)
    if rows.count(MOST_EXPORTED + 1) > MOST_EXPORTED:
        form.add_error(None, f"一次最多导出 {MOST_EXPORTED} 行，没有导出；请用状态或受理日期缩小范围。")
    if form.errors:
        return _ledger(request, form, status=422)
    filters = {name: str(value) for name, value in form.cleaned_data.items() if value}
    return export(
        request,
        rows,
        kind=kind,
        title="备案台账",
        columns=COLUMNS,
        cells=ledger_cells,
        what="filings",
        filters=filters,
    )


def _listed(request: StaffRequest, form: ListFilter) -> Merged:
    """The rows that the filters leave; a filter that cannot be read leaves nothing."""
    if not form.is_valid():
        return filings_listed(request.user).none()
    wanted = form.cleaned_data
    rows = filings_listed(request.user, wanted["side"], wanted["state"], request.today)
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    if wanted["care"]:
        rows = rows.filter(care_region__code=wanted["care"])
    if wanted["since"]:
        rows = rows.filter(received_on__gte=wanted["since"])
    if wanted["until"]:
        rows = rows.filter(received_on__lte=wanted["until"])
    return rows
