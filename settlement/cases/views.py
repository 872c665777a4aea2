"""Pages of the list of cases: narrowed, by key, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.roles import May
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.keyset import narrowing
from agency.web.request import StaffRequest
from settlement.cases.filters import CaseFilterForm
from settlement.cases.selectors import case_branches, cases_by_key
from settlement.matching.models import RecordFiling
from settlement.matching.selectors import names_filing
from settlement.records.export import EXPORT_COLUMNS, exported_rows
from settlement.records.models import SettlementRecord
from settlement.records.paging import first_keys, month_page
from settlement.records.reference import AccountInside
from settlement.records.selectors import chunks, reversed_among

EXPORT_LIMIT = 20_000
CHUNK = 1_000
COLUMNS = [*EXPORT_COLUMNS, TableColumn("备案核对", width=12), TableColumn("备案编号", width=14)]


@needs(May.READ_CASES)
@require_GET
def record_list(request: StaffRequest) -> HttpResponse:
    """Cases of the own region (the province sees all), newest first, narrowed, never counted."""
    return _list(request, CaseFilterForm(request.GET))


def _list(request: StaffRequest, form: CaseFilterForm, status: int = 200) -> HttpResponse:
    narrow = form.narrowed()
    page = month_page(request, case_branches(request.user, narrow), cases_by_key)
    context = {
        "form": form,
        "page": page,
        "reversed": reversed_among(request.user, page.rows),
        "narrowed": not narrow.is_empty,
        "query": narrowing(request),
        "limit": EXPORT_LIMIT,
        "may_load": access.allowed(request.user, May.LOAD_CASES),
    }
    return render(request, "settlement/cases/list.html", context, status=status)


@needs(May.READ_CASES)
@require_GET
def record_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as a file in the columns of the import and with the marks; logged. Numbers are whole
    only for those who may look at them. With a filter that cannot be understood nothing is exported."""
    if kind not in KINDS:
        raise Http404
    form = CaseFilterForm(request.GET)
    if not form.is_valid():
        return _list(request, form, status=422)
    keys = first_keys(case_branches(request.user, form.narrowed()), EXPORT_LIMIT + 1)
    if len(keys) > EXPORT_LIMIT:
        messages.warning(
            request, f"符合条件的超过 {EXPORT_LIMIT:,} 条，没有导出。请用期别、参保地或批次缩小范围再导出。"
        )
        return redirect(f"{reverse('settlement:record_list')}?{request.GET.urlencode()}")
    masked = not access.allowed(request.user, May.UNMASK)
    told = {name: str(value) for name, value in form.cleaned_data.items() if value not in ("", None)}
    return exported(
        request,
        _lines(request, [pk for _, pk in keys], masked=masked),
        kind=kind,
        title="结算明细",
        columns=COLUMNS,
        subject_kind="records",
        what="cases",
        filters=told,
        whole_numbers=not masked,
    )


def _lines(request: StaffRequest, keys: Sequence[int], *, masked: bool) -> Iterator[list[Any]]:
    """The rows of the import, each with its mark; read in blocks."""
    inside = AccountInside()
    for block in chunks(keys, CHUNK):
        marks = RecordFiling.objects.select_related("filing").in_bulk(block)
        rows = SettlementRecord.objects.filter(pk__in=block)
        cells = dict(exported_rows(rows, masked=masked, inside=inside))
        yield from ([*cells[key], *_mark_cells(request, marks.get(key))] for key in block if key in cells)


def _mark_cells(request: StaffRequest, mark: RecordFiling | None) -> list[str]:
    if mark is None:
        return ["", ""]
    shown = mark.filing is not None and names_filing(request.user, mark)
    return [mark.get_mark_display(), mark.filing.filing_no if shown and mark.filing is not None else ""]
