"""备案台账, its export, and the queues."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agency.journal import audit
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.roles import May
from agency.tabular.write import TableColumn, write_csv, write_xlsx
from agency.web.access import needs
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.selectors import expiring_days, filings_visible
from filings.filing.shown import shown, state_label
from filings.filing.states import CAME_INTO_FORCE
from filings.queues.filters import ListFilter
from filings.queues.selectors import QUEUES, queue

QUEUE_SHOWN = 200
MOST_EXPORTED = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = [
    TableColumn("备案编号", width=14),
    TableColumn("姓名", width=12),
    TableColumn("证件号码", width=22),
    TableColumn("参保地", width=10),
    TableColumn("险种", width=8),
    TableColumn("备案类型", width=18),
    TableColumn("就医地", width=22),
    TableColumn("生效日期", "date", 12),
    TableColumn("截止日期", "date", 12),
    TableColumn("受理日期", "date", 12),
    TableColumn("渠道", width=16),
    TableColumn("经办人", width=10),
    TableColumn("复核人", width=10),
    TableColumn("状态", width=10),
]


@needs(May.READ_FILINGS)
@require_GET
def filing_list(request: StaffRequest) -> HttpResponse:
    """The ledger of filings, newest first, by state, kind, place and dates."""
    return _ledger(request, ListFilter(request.GET))


def _ledger(request: StaffRequest, form: ListFilter, status: int = 200) -> HttpResponse:
    page = keyset_page(request, _listed(request, form))
    query = request.GET.copy()
    query.pop("before", None)
    query.pop("after", None)
    context = {
        "form": form,
        "page": page,
        "rows": shown(page.rows, request.today),
        "query": query.urlencode(),
        "is_filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
    }
    return render(request, "filings/queues/list.html", context, status=status)


@needs(May.READ_FILINGS)
@require_GET
def filing_queue(request: StaffRequest, name: str) -> HttpResponse:
    """One queue, due first."""
    if name not in QUEUES:
        raise Http404
    rows = list(queue(name, request.user, request.today)[: QUEUE_SHOWN + 1])
    context = {
        "name": name,
        "title": QUEUES[name],
        "rows": shown(rows[:QUEUE_SHOWN], request.today),
        "more": len(rows) > QUEUE_SHOWN,
        "may_take_in": access.allowed(request.user, May.TAKE_IN_FILINGS),
        "days": expiring_days(request.user, request.today),
    }
    return render(request, "filings/queues/queue.html", context)


@needs(May.READ_FILINGS)
@require_GET
def filing_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as CSV or XLSX, with masked numbers; the export stands in the log with its filters."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    form = ListFilter(request.GET)
    rows = _listed(request, form)
    if rows.values_list("pk")[MOST_EXPORTED : MOST_EXPORTED + 1]:
        form.add_error(None, f"一次最多导出 {MOST_EXPORTED} 行，没有导出；请用状态或受理日期缩小范围。")
    if form.errors:
        return _ledger(request, form, status=422)
    buffer = io.BytesIO()
    if kind == "xlsx":
        count = write_xlsx(buffer, "备案台账", COLUMNS, _exported(request, rows), at=request.now)
    else:
        count = write_csv(buffer, COLUMNS, _exported(request, rows))
    audit.record(
        "exported",
        by=request.user,
        at=request.now,
        subject_kind="filing",
        region=request.user.region,
        what="filings",
        format=kind,
        rows=count,
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )
    response = HttpResponse(
        buffer.getvalue(), content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    )
    name = f"filings-{timezone.localtime(request.now):%Y%m%d-%H%M}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _listed(request: StaffRequest, form: ListFilter) -> QuerySet[Filing]:
    """The rows that the filters leave; a filter that cannot be read leaves nothing."""
    if not form.is_valid():
        return Filing.objects.none()
    rows, wanted = filings_visible(request.user), form.cleaned_data
    if not access.sees_all(request.user):
        rows = _of_one_side(request, wanted["side"])
    if wanted["state"]:
        rows = rows.in_state(wanted["state"], request.today)  # type: ignore[attr-defined]
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    if wanted["care"]:
        rows = rows.filter(care_region__code=wanted["care"])
    if wanted["since"]:
        rows = rows.filter(received_on__gte=wanted["since"])
    if wanted["until"]:
        rows = rows.filter(received_on__lte=wanted["until"])
    return rows


def _of_one_side(request: StaffRequest, side: str) -> QuerySet[Filing]:
    """A region's own insured (the default), or those of others who come here; each walks one index."""
    region, rows = request.user.region, filings_visible(request.user)
    if side == "care":
        return rows.filter(care_region=region, state__in=CAME_INTO_FORCE)
    return rows.filter(insured_region=region)


def _exported(request: StaffRequest, rows: QuerySet[Filing]) -> Iterator[list[Any]]:
    for filing in rows.iterator(chunk_size=2000):
        yield [
            filing.filing_no,
            filing.person.name,
            mask_id(filing.person.cert_no),
            str(filing.insured_region),
            filing.get_insurance_type_display(),
            filing.get_kind_display(),
            filing.care_place_name,
            None if filing.never_valid else filing.begins_on,
            None if filing.never_valid else filing.ends_on,
            filing.received_on,
            filing.get_channel_display(),
            str(filing.taken_in_by),
            str(filing.reviewed_by or ""),
            state_label(filing, request.today),
        ]
