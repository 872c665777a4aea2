"""Pages of notices: the list with its sums, one notice with its payments, its paper."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from agency.journal import workflow
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.policy.insurance import InsuranceType
from agency.policy.workdays import calendar_known
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.keyset import keyset_page, narrowing
from agency.web.papers import answer_with_page, answer_with_pdf
from agency.web.request import StaffRequest
from settlement.clearing.behind import NET, OF_NET
from settlement.clearing.explain import explain_url
from settlement.notices.forms import NoticeFilterForm
from settlement.notices.models import Notice
from settlement.notices.printing import printable_notice
from settlement.notices.rules import Standing, standing
from settlement.notices.selectors import (
    NoticeFilter,
    lines_left_over,
    notices_listed,
    payments_of,
    sums_of,
)

COLUMNS = (
    TableColumn("文号", "text", 24), TableColumn("期别", "text", 10), TableColumn("类别", "text", 10),
    TableColumn("统筹区", "text", 14), TableColumn("方向", "text", 8), TableColumn("职工", "money", 16),
    TableColumn("居民", "money", 16), TableColumn("合计", "money", 16), TableColumn("已付", "money", 16),
    TableColumn("未付", "money", 16), TableColumn("报送财政截止", "date", 14),
    TableColumn("收付款截止", "date", 14), TableColumn("状态", "text", 10),
    TableColumn("逾期天数", "int", 10),
)  # fmt: skip


def standing_of(notice: Notice, today: dt.date) -> Standing:
    """How a notice that came `with_payments` stands today."""
    return standing(
        total_fen=notice.total_fen,
        paid_fen=notice.paid_fen,
        pay_by=notice.pay_by,
        paid_on=notice.paid_on,
        today=today,
        is_voided=notice.is_voided,
    )


def _form(request: StaffRequest) -> NoticeFilterForm:
    return NoticeFilterForm(request.GET, sees_all=access.sees_all(request.user))


@needs(May.READ_NOTICES)
@require_GET
def notice_list(request: StaffRequest) -> HttpResponse:
    """Notices to the own region (the province sees all), newest first, narrowed, with their sums."""
    form = _form(request)
    narrow = form.narrowed()
    rows = notices_listed(request.user, narrow, request.today)
    page = keyset_page(request, rows)
    context = {
        "form": form,
        "page": page,
        "rows": [(notice, standing_of(notice, request.today)) for notice in page.rows],
        "sums": sums_of(rows),
        "narrowed": narrow != NoticeFilter(),
        "query": narrowing(request),
        "may_register": access.allowed(request.user, May.LOAD_BANK),
    }
    return render(request, "settlement/notices/list.html", context)


@needs(May.READ_NOTICES)
@require_GET
def notice_export(request: StaffRequest, kind: str) -> HttpResponse:
    """The list as a file, narrowed as it is shown."""
    if kind not in KINDS:
        raise Http404
    form = _form(request)
    rows = notices_listed(request.user, form.narrowed(), request.today).order_by("year", "serial")
    return exported(
        request,
        (_line(notice, request.today) for notice in rows),
        kind=kind,
        title="收付款通知书",
        columns=COLUMNS,
        subject_kind="notice",
        what="notices",
        filters={name: str(value) for name, value in form.given().items()},
    )


def _line(notice: Notice, today: dt.date) -> list[Any]:
    now = standing_of(notice, today)
    return [
        notice.notice_no,
        notice.period,
        notice.get_category_display(),
        notice.region_name,
        notice.get_direction_display(),
        notice.employee_fen,
        notice.resident_fen,
        notice.total_fen,
        notice.paid_fen,
        now.open_fen,
        notice.submit_by,
        notice.pay_by,
        now.label,
        now.days_late,
    ]


def _visible(request: StaffRequest, notice_no: str) -> Notice:
    year, _, serial = notice_no.partition("-")
    rows = notices_listed(request.user, NoticeFilter(), request.today)
    return get_object_or_404(rows, year=int(year), serial=int(serial))


@needs(May.READ_NOTICES)
@require_GET
def notice_detail(request: StaffRequest, notice_no: str) -> HttpResponse:
    """One notice: what it asks for and why, how far it is paid and with what, how late."""
    notice = _visible(request, notice_no)
    now = standing_of(notice, request.today)
    payments = list(payments_of(notice=notice))
    own = [payment for payment in payments if payment.line.region_id is not None]
    province = [payment for payment in payments if payment.line.region_id is None]
    reads_clearing = access.allowed(request.user, May.READ_CLEARING)
    context = {
        "notice": notice,
        "standing": now,
        "payments": province,
        "told": own,
        "gap": _gap(notice) if own else "",
        "left": lines_left_over(notice),
        "calendar_known": calendar_known(notice.pay_by),
        "history": workflow.history(Notice.machine, notice.notice_no),
        "sees_all": access.sees_all(request.user),
        "reads_clearing": reads_clearing,
        "explained": _explained(notice, request.user) if reads_clearing else {},
    }
    return render(request, "settlement/notices/detail.html", context)


def _explained(notice: Notice, by: User) -> dict[str, str]:
    """Where each amount of a month's notice in force is explained; the province is led to sheet 9."""
    if notice.is_voided or not notice.is_monthly:
        return {}
    code = notice.region.code
    of_region = partial(explain_url, OF_NET, notice.period, code)
    found = {
        "receivable": of_region("", "due"),
        "payable": explain_url("11", notice.period, code, "", "due"),
        "net": of_region("", NET),
        "employee": of_region(InsuranceType.EMPLOYEE, NET),
        "resident": of_region(InsuranceType.RESIDENT, NET),
    }
    if access.sees_all(by):
        found["net"] = explain_url("9", notice.period, None, code, NET)
    return found


def _gap(notice: Notice) -> str:
    """What the province's account and the region's own say differently; empty when they agree."""
    gap = notice.paid_fen - notice.told_fen
    return yuan(abs(gap)) if gap else ""


@needs(May.READ_NOTICES)
@require_GET
def notice_print(request: StaffRequest, notice_no: str) -> HttpResponse:
    """Form 7 or 8 as a print page; each one stands in the log."""
    return answer_with_page(request, printable_notice(_visible(request, notice_no)))


@needs(May.READ_NOTICES)
@require_GET
def notice_pdf(request: StaffRequest, notice_no: str) -> HttpResponse:
    """Form 7 or 8 as PDF; each one stands in the log."""
    return answer_with_pdf(request, printable_notice(_visible(request, notice_no)), notice_no)
