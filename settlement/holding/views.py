"""Pages of held-over cases: the list, disputing a case, one held case with its notes and its decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.organisation.roles import May
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.acting import done
from agency.web.exporting import KINDS, exported
from agency.web.keyset import keyset_page, narrowing
from agency.web.request import StaffRequest
from settlement.holding import services
from settlement.holding.forms import AnswerForm, HeldFilterForm, HeldReasonForm
from settlement.holding.models import HeldCase
from settlement.holding.selectors import HeldFilter, disputable, held_listed, held_of_record, hold_months
from settlement.holding.shown import detail_of, rows_of
from settlement.records.selectors import chunks

EXPORT_LIMIT = 20_000
ACTS: dict[str, Callable[..., HeldCase]] = {
    "release": services.case_release,
    "reject": services.case_reject,
    "take_back": services.case_take_back,
    "undo": services.case_undo,
}
COLUMNS = [
    TableColumn("挂账编号", width=16),
    TableColumn("状态", width=8),
    TableColumn("挂账期别", width=9),
    TableColumn("结算编号", width=22),
    *(TableColumn(title, width=10) for title in ("参保地", "就医地", "险种", "医疗类别")),
    TableColumn("定点医药机构", width=26),
    TableColumn("挂账金额", "money"),
    TableColumn("提出方", width=10),
    TableColumn("争议原因", width=30),
    TableColumn("对方答复", width=10),
    TableColumn("裁定计入期别", width=12),
    TableColumn("裁定理由", width=30),
]


@needs(May.READ_CLEARING)
@require_GET
def held_list(request: StaffRequest) -> HttpResponse:
    """Held cases of the own region (the province sees all), newest first, narrowed."""
    return _list(request, HeldFilterForm(request.user, request.GET))


def _list(request: StaffRequest, form: HeldFilterForm, status: int = 200) -> HttpResponse:
    narrow = form.narrowed()
    page = keyset_page(request, held_listed(request.user, narrow))
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page.rows),
        "narrowed": narrow != HeldFilter(),
        "query": narrowing(request),
    }
    return render(request, "settlement/holding/list.html", context, status=status)


@needs(May.READ_CLEARING)
@require_GET
def held_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as a file; logged. With a filter that cannot be understood nothing is exported."""
    if kind not in KINDS:
        raise Http404
    form = HeldFilterForm(request.user, request.GET)
    if not form.is_valid():
        return _list(request, form, status=422)
    cases = list(held_listed(request.user, form.narrowed()).order_by("-pk")[:EXPORT_LIMIT])
    return exported(
        request,
        _lines(cases),
        kind=kind,
        title="挂账与争议",
        columns=COLUMNS,
        subject_kind="held_cases",
        what="held-cases",
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )


def _lines(cases: list[HeldCase]) -> Iterator[list[Any]]:
    for block in chunks(cases):
        for row in rows_of(block):
            case = row.case
            yield [
                case.held_no,
                case.get_state_display(),
                case.held_from,
                case.settlement_no,
                str(case.insured_region),
                str(case.care_region),
                case.get_insurance_type_display(),
                case.get_care_kind_display(),
                str(case.record.institution) if case.record else "",
                row.net_fen,
                str(case.region),
                case.reason,
                row.answer,
                case.decided_period,
                case.decided_reason,
            ]


@needs(May.CONFIRM_CLEARING)
@require_http_methods(["GET", "POST"])
def held_dispute(request: StaffRequest, settlement_no: str) -> HttpResponse:
    """提出争议: what the case is, and the reason; posting holds it over."""
    record = disputable(request.user, settlement_no)
    if record is None:
        raise Http404
    form = HeldReasonForm(request.POST if request.method == "POST" else None)
    act = partial(services.case_dispute, by=request.user, at=request.now, settlement_no=settlement_no)
    if request.method == "POST" and done(request, form, act):
        messages.success(request, "已提出争议：双方清算表上这一笔都已转出，等对方答复。")
        case = held_of_record(record)
        return redirect(
            reverse("settlement:held_detail", args=[case.held_no]) if case else "settlement:held_list"
        )
    refusal = services.why_not(request.user, record)
    context = {
        "record": record,
        "form": form,
        "refusal": refusal.message if refusal else "",
        "hold_months": hold_months(record.period),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "settlement/holding/dispute.html", context, status=status)


@needs(May.READ_CLEARING)
@require_GET
def held_detail(request: StaffRequest, held_no: str) -> HttpResponse:
    """One held case: what is held, what each month carries, what both say, and the decision."""
    return _detail(request, _visible(request, held_no))


def _visible(request: StaffRequest, held_no: str) -> HeldCase:
    return get_object_or_404(held_listed(request.user, HeldFilter()), held_no=held_no)


def _detail(
    request: StaffRequest, case: HeldCase, form: AnswerForm | HeldReasonForm | None = None, acted: str = ""
) -> HttpResponse:
    """The page; `form` is the one that was refused, of the act that it was posted for."""
    detail = detail_of(request.user, case)
    forms: dict[str, Any] = {name: HeldReasonForm(auto_id=f"id_{name}_%s") for name in ACTS}
    forms["answer"] = AnswerForm(answers=detail.answers, auto_id="id_answer_%s")
    forms |= {acted: form} if form is not None else {}
    context = {"case": case, "detail": detail, "forms": forms, "form": form}
    return render(request, "settlement/holding/detail.html", context, status=422 if form else 200)


@needs(May.READ_CLEARING)
@require_POST
def held_answer(request: StaffRequest, held_no: str) -> HttpResponse:
    """A note of a party; of the other one whether it agrees."""
    case = _visible(request, held_no)
    answers = detail_of(request.user, case).answers
    form = AnswerForm(request.POST, answers=answers, auto_id="id_answer_%s")
    act = partial(services.case_answer, by=request.user, at=request.now, case=case)
    if done(request, form, act):
        messages.success(request, "已记下，双方和省级都看得到。")
        return redirect("settlement:held_detail", held_no=held_no)
    return _detail(request, case, form, "answer")


@needs(May.CONFIRM_CLEARING)
@require_POST
def held_take_back(request: StaffRequest, held_no: str) -> HttpResponse:
    """The region that disputed takes it back."""
    return _with_reason(request, held_no, "take_back", "已撤回争议。")


@needs(May.DECIDE_HELD)
@require_POST
def held_release(request: StaffRequest, held_no: str) -> HttpResponse:
    """The province: the case enters the oldest unsigned month."""
    return _with_reason(request, held_no, "release", "已放行。")


@needs(May.DECIDE_HELD)
@require_POST
def held_reject(request: StaffRequest, held_no: str) -> HttpResponse:
    """The province: the care region bears the case."""
    return _with_reason(request, held_no, "reject", "已拒付，由就医地承担。")


@needs(May.DECIDE_HELD)
@require_POST
def held_undo(request: StaffRequest, held_no: str) -> HttpResponse:
    """The province takes its decision back while that month is unsigned."""
    return _with_reason(request, held_no, "undo", "已撤销裁定，恢复挂账。")


def _with_reason(request: StaffRequest, held_no: str, acted: str, told: str) -> HttpResponse:
    case = _visible(request, held_no)
    form = HeldReasonForm(request.POST, auto_id=f"id_{acted}_%s")
    if done(request, form, partial(ACTS[acted], by=request.user, at=request.now, case=case)):
        messages.success(request, told)
        return redirect("settlement:held_detail", held_no=held_no)
    return _detail(request, case, form, acted)
