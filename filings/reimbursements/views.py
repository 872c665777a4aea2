"""手工报销: the queue with its export, one case, and what a clerk does to it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.journal import audit, workflow
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.roles import May
from agency.tabular.write import TableColumn, write_csv, write_xlsx
from agency.web.access import needs
from agency.web.forms import ReasonForm
from agency.web.keyset import keyset_page
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.reimbursements.forms import LABELS, QueueFilter, reason_form
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.printing import notice_page, notice_pdf
from filings.reimbursements.selectors import papers_to_bring, reimbursements_listed, reimbursements_visible
from filings.reimbursements.services import (
    reimbursement_done,
    reimbursement_open,
    reimbursement_reopen,
    reimbursement_take,
    reimbursement_withdraw,
)
from filings.reimbursements.states import TONES, ReimbursementState
from filings.stays.selectors import stays_visible, verdict_of

MOST_EXPORTED = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    page = keyset_page(request, reimbursements_listed(request.user, narrow), oldest_first=True)
    query = request.GET.copy()
    query.pop("before", None)
    query.pop("after", None)
    context = {
        "form": form,
        "page": page,
        "rows": [_shown(row, request.today) for row in page.rows],
        "query": query.urlencode(),
        "is_waiting": narrow.state == ReimbursementState.WAITING and not narrow.mine,
        "is_filtered": bool(request.GET.get("state") or request.GET.get("mine")),
    }
    return render(request, "filings/reimbursements/list.html", context, status=status)


def _shown(row: ManualReimbursement, on: dt.date) -> dict[str, Any]:
    return {"case": row, "tone": TONES[ReimbursementState(row.state)], "days": _days(row, on)}


def _days(row: ManualReimbursement, on: dt.date) -> int | None:
    """How long it waits; None once it does not."""
    waits = row.state == ReimbursementState.WAITING
    return (on - timezone.localdate(row.opened_at)).days if waits else None


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as CSV or XLSX, with masked numbers; the export stands in the log with its filters."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    form = QueueFilter(request.GET)
    rows = reimbursements_listed(request.user, form.narrowed())
    if rows.values_list("pk")[MOST_EXPORTED : MOST_EXPORTED + 1]:
        form.add_error(None, f"一次最多导出 {MOST_EXPORTED} 行，没有导出；请用状态缩小范围。")
        return _queue(request, form, status=422)
    buffer = io.BytesIO()
    if kind == "xlsx":
        count = write_xlsx(buffer, "手工报销", COLUMNS, _exported(request, rows), at=request.now)
    else:
        count = write_csv(buffer, COLUMNS, _exported(request, rows))
    audit.record(
        "exported",
        by=request.user,
        at=request.now,
        subject_kind=ManualReimbursement.machine.kind,
        region=request.user.region,
        what="reimbursements",
        format=kind,
        rows=count,
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )
    content_type = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    response = HttpResponse(buffer.getvalue(), content_type=content_type)
    name = f"reimbursements-{timezone.localtime(request.now):%Y%m%d-%H%M}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _exported(request: StaffRequest, rows: QuerySet[ManualReimbursement]) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=2000):
        stay = row.stay
        yield [
            row.reimbursement_no,
            row.get_state_display(),
            timezone.localdate(row.opened_at),
            _days(row, request.today),
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


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_open_view(request: StaffRequest, stay_no: str) -> HttpResponse:
    """Put a stay into the queue; one that is there already is opened."""
    stay = get_object_or_404(stays_visible(request.user), stay_no=stay_no)
    try:
        reimbursement = reimbursement_open(stay, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
        if "number" in error.facts:
            return redirect("filings:reimbursement_detail", reimbursement_no=error.facts["number"])
        return redirect("filings:stay_detail", stay_no=stay_no)
    messages.success(request, f"已列入手工报销 {reimbursement}，请打印告知单交给参保人。")
    return redirect("filings:reimbursement_detail", reimbursement_no=reimbursement.reimbursement_no)


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_detail(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """Whose stay, why by hand, what to bring, and what is next."""
    return _page(request, _visible(request, reimbursement_no))


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_take_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """由我承办."""
    reimbursement = _visible(request, reimbursement_no)
    try:
        reimbursement_take(reimbursement, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, f"{reimbursement_no} 由您承办。")
    return redirect("filings:reimbursement_detail", reimbursement_no=reimbursement_no)


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_done_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """办结, with a note."""

    def done(reimbursement: ManualReimbursement, reason: str) -> None:
        reimbursement_done(reimbursement, by=request.user, at=request.now, note=reason)

    return _with_reason(request, reimbursement_no, "done", done, "已办结")


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_withdraw_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """不再报销, with the reason."""

    def withdraw(reimbursement: ManualReimbursement, reason: str) -> None:
        reimbursement_withdraw(reimbursement, by=request.user, at=request.now, reason=reason)

    return _with_reason(request, reimbursement_no, "withdraw", withdraw, "不再报销，原因已记录")


@needs(May.TAKE_IN_FILINGS)
@require_POST
def reimbursement_reopen_view(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """重新列入, with the reason."""

    def reopen(reimbursement: ManualReimbursement, reason: str) -> None:
        reimbursement_reopen(reimbursement, by=request.user, at=request.now, reason=reason)

    return _with_reason(request, reimbursement_no, "reopen", reopen, "已重新列入")


def _with_reason(
    request: StaffRequest,
    reimbursement_no: str,
    act: str,
    service: Callable[[ManualReimbursement, str], None],
    told: str,
) -> HttpResponse:
    reimbursement = _visible(request, reimbursement_no)
    form = reason_form(act, request.POST)
    if form.is_valid():
        try:
            service(reimbursement, form.cleaned_data["reason"])
        except NotAllowed:
            raise
        except DomainError as error:
            record_refusal(request, error)
            form.add_error("reason", error.message)
        else:
            messages.success(request, f"{reimbursement_no} {told}。")
            return redirect("filings:reimbursement_detail", reimbursement_no=reimbursement_no)
    return _page(request, _visible(request, reimbursement_no), status=422, forms={act: form})


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_notice(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """The print page of the notice."""
    found = _visible(request, reimbursement_no)
    return HttpResponse(notice_page(found, by=request.user, at=request.now))


@needs(May.READ_FILINGS)
@require_GET
def reimbursement_notice_pdf(request: StaffRequest, reimbursement_no: str) -> HttpResponse:
    """The notice as PDF."""
    paper = notice_pdf(_visible(request, reimbursement_no), by=request.user, at=request.now)
    response = HttpResponse(paper.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{reimbursement_no}.pdf"'
    return response


def _visible(request: StaffRequest, reimbursement_no: str) -> ManualReimbursement:
    return get_object_or_404(reimbursements_visible(request.user), reimbursement_no=reimbursement_no)


def _page(
    request: StaffRequest,
    reimbursement: ManualReimbursement,
    *,
    status: int = 200,
    forms: dict[str, ReasonForm] | None = None,
) -> HttpResponse:
    state = ReimbursementState(reimbursement.state)
    acts = access.allowed(request.user, May.TAKE_IN_FILINGS)
    waits = state == ReimbursementState.WAITING
    context = {
        "case": reimbursement,
        "stay": reimbursement.stay,
        "tone": TONES[state],
        "days": _days(reimbursement, request.today),
        "verdict": verdict_of(reimbursement.stay, request.today),
        "papers": papers_to_bring(request.today),
        "history": workflow.history(ManualReimbursement.machine, reimbursement.reimbursement_no),
        "may_close": acts and waits,
        "may_take": acts and waits and reimbursement.assigned_to_id != request.user.pk,
        "may_reopen": acts and state == ReimbursementState.WITHDRAWN,
        "forms": {act: (forms or {}).get(act) or reason_form(act) for act in LABELS},
    }
    return render(request, "filings/reimbursements/detail.html", context, status=status)
