"""Pages of the match: the queue of cases to look at, its export, matching again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.jobs.services import job_enqueue
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.roles import May
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.forms import PeriodForm
from agency.web.keyset import narrowing
from agency.web.request import StaffRequest
from settlement.matching.forms import MarkFilterForm
from settlement.matching.hooks import JOB
from settlement.matching.selectors import days_of, marks_by_key, marks_listed, names_filing
from settlement.records.paging import first_keys, month_page
from settlement.records.selectors import chunks

EXPORT_LIMIT = 20_000
COLUMNS = [
    TableColumn("结算编号", width=24),
    TableColumn("姓名", width=10),
    TableColumn("证件号码", width=22),
    TableColumn("参保地", width=10),
    TableColumn("就医地", width=10),
    TableColumn("医药机构编号", width=16),
    TableColumn("医药机构名称", width=28),
    TableColumn("险种", width=8),
    TableColumn("医疗类别", width=12),
    TableColumn("核对日", "date", 12),
    TableColumn("结算日", "date", 12),
    TableColumn("期别", width=8),
    TableColumn("医疗费总额", "money", 14),
    TableColumn("基金支付总额", "money", 14),
    TableColumn("备案核对", width=12),
    TableColumn("备案编号", width=14),
]


def _form(request: StaffRequest) -> MarkFilterForm:
    return MarkFilterForm(request.GET, chooses_region=access.sees_all(request.user))


@needs(May.READ_CASES)
@require_GET
def match_queue(request: StaffRequest) -> HttpResponse:
    """Cases without a fitting filing, newest first: of the region's insured, or of who was treated there."""
    return _queue(request, _form(request))


def _queue(request: StaffRequest, form: MarkFilterForm, status: int = 200) -> HttpResponse:
    page = month_page(request, [marks_listed(request.user, form.narrowed())], marks_by_key)
    for mark in page.rows:
        mark.days = days_of(mark.record)
        mark.filing_told = mark.filing.filing_no if names_filing(request.user, mark) else ""
    context = {
        "form": form,
        "page": page,
        "narrowed": any(form.cleaned_data.values()),
        "query": narrowing(request),
        "limit": EXPORT_LIMIT,
        "may_match": access.allowed(request.user, May.LOAD_CASES),
    }
    return render(request, "settlement/matching/queue.html", context, status=status)


@needs(May.READ_CASES)
@require_GET
def match_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What the queue lists, as a file; logged, identity numbers masked."""
    if kind not in KINDS:
        raise Http404
    form = _form(request)
    if not form.is_valid():
        return _queue(request, form, status=422)
    keys = first_keys([marks_listed(request.user, form.narrowed())], EXPORT_LIMIT + 1)
    if len(keys) > EXPORT_LIMIT:
        messages.warning(
            request, f"符合条件的超过 {EXPORT_LIMIT:,} 条，没有导出。请用期别或机构缩小范围再导出。"
        )
        return redirect(f"{reverse('settlement:match_queue')}?{request.GET.urlencode()}")
    return exported(
        request,
        _lines(request, [pk for _, pk in keys]),
        kind=kind,
        title="备案核对",
        columns=COLUMNS,
        subject_kind="records",
        what="filing-marks",
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )


def _lines(request: StaffRequest, keys: list[int]) -> Iterator[list[Any]]:
    """The rows of the file, read in blocks."""
    for mark in chain.from_iterable(map(marks_by_key, chunks(keys))):
        record, days = mark.record, days_of(mark.record)
        yield [
            record.settlement_no,
            record.person_name,
            mask_id(record.cert_no),
            str(record.insured_region),
            str(record.care_region),
            record.institution.code,
            str(record.institution),
            record.get_insurance_type_display(),
            record.get_care_kind_display(),
            days.day,
            days.settled_on,
            record.period,
            record.total_fee_fen,
            record.fund_total_fen,
            mark.get_mark_display(),
            mark.filing.filing_no if mark.filing is not None and names_filing(request.user, mark) else "",
        ]


@needs(May.LOAD_CASES)
@require_POST
def match_again(request: StaffRequest) -> HttpResponse:
    """Queue a job that matches a month, or all of them, after filings or people came."""
    form = PeriodForm(request.POST)
    if not form.is_valid():
        messages.error(request, "；".join(map(str, form.errors["period"])))
        return redirect("settlement:match_queue")
    job = job_enqueue(
        JOB, by=request.user, at=request.now, subject_kind="period", subject_no=form.cleaned_data["period"]
    )
    return redirect("agency:job", job_no=job.job_no)
