"""手工报销: the queue and its export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agency.masking import mask_id
from agency.organisation.roles import May
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.keyset import keyset_page, narrowing
from agency.web.request import StaffRequest
from filings.reimbursements.forms import QueueFilter
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.selectors import days_waiting, reimbursements_listed
from filings.reimbursements.states import TONES, ReimbursementState

MOST_EXPORTED = 20_000
COLUMNS = [
    TableColumn("手工报销编号", width=14),
    TableColumn("状态", width=10),
    TableColumn("列入日期", "date", 12),
    TableColumn("等候天数", "int", 10),
    TableColumn("姓名", width=12),
    TableColumn("证件号码", width=22),
    TableColumn("参保地", width=10),
    TableColumn("医疗机构", width=24),
    TableColumn("住院号", width=16),
    TableColumn("入院日期", "date", 12),
    TableColumn("出院日期", "date", 12),
    TableColumn("结算日期", "date", 12),
    TableColumn("备案编号", width=14),
    TableColumn("承办人", width=10),
]


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_list(request: StaffRequest) -> HttpResponse:
    """The queue, longest waiting first."""
    return _queue(request, QueueFilter(request.GET))


def _queue(request: StaffRequest, form: QueueFilter, status: int = 200) -> HttpResponse:
    narrow = form.narrowed()
    page = keyset_page(request, reimbursements_listed(request.user, narrow), ascending=True)
    context = {
        "form": form,
        "page": page,
        "rows": [_shown(row, request.today) for row in page.rows],
        "query": narrowing(request),
        "is_waiting": narrow.state == ReimbursementState.WAITING and not narrow.mine,
        "is_filtered": bool(request.GET.get("state") or request.GET.get("mine")),
    }
    return render(request, "filings/reimbursements/list.html", context, status=status)


def _shown(row: ManualReimbursement, on: dt.date) -> dict[str, Any]:
    return {"case": row, "tone": TONES[ReimbursementState(row.state)], "days": days_waiting(row, on)}


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as CSV or XLSX, with masked numbers; the export stands in the log with its filters."""
    if kind not in KINDS:
        raise Http404
    form = QueueFilter(request.GET)
    rows = reimbursements_listed(request.user, form.narrowed())
    if rows.values_list("pk")[MOST_EXPORTED : MOST_EXPORTED + 1]:
        form.add_error(None, f"一次最多导出 {MOST_EXPORTED} 行，没有导出；请用状态缩小范围。")
        return _queue(request, form, status=422)
    return exported(
        request,
        _exported(request, rows),
        kind=kind,
        title="手工报销",
        columns=COLUMNS,
        subject_kind=ManualReimbursement.machine.kind,
        what="reimbursements",
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )


def _exported(request: StaffRequest, rows: QuerySet[ManualReimbursement]) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=2000):
        stay = row.stay
        yield [
            row.reimbursement_no,
            row.get_state_display(),
            timezone.localdate(row.opened_at),
            days_waiting(row, request.today),
            stay.person.name,
            mask_id(stay.person.cert_no),
            str(row.insured_region),
            str(stay.institution),
            stay.admission_no,
            stay.admitted_on,
            stay.discharged_on,
            stay.settled_on,
            stay.filing.filing_no if stay.filing is not None else "",
            str(row.assigned_to or ""),
        ]
