"""承诺与容缺: the list by tabs, its export, and the draw of a spot check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from agency.errors import DomainError, NotAllowed
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.keyset import keyset_page, narrowing
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.followups.forms import DrawForm, FollowUpFilter
from filings.followups.models import FollowUp
from filings.followups.paging import due_page
from filings.followups.selectors import DONE, OPEN, OVERDUE, SOON, TABS, notice_days, tab, tab_count
from filings.followups.services import spot_checks_draw
from filings.followups.shown import shown
from filings.followups.states import FollowUpKind

MOST_EXPORTED = 20_000
COLUMNS = [
    TableColumn("跟踪编号", width=14),
    TableColumn("种类", width=8),
    TableColumn("状态", width=10),
    TableColumn("备案编号", width=14),
    TableColumn("姓名", width=12),
    TableColumn("证件号码", width=22),
    TableColumn("联系电话", width=16),
    TableColumn("参保地", width=10),
    TableColumn("就医地", width=22),
    TableColumn("材料组", width=18),
    TableColumn("可补交的材料", width=50),
    TableColumn("起始日期", "date", 12),
    TableColumn("到期日期", "date", 12),
    TableColumn("收到的材料", width=24),
    TableColumn("经办人", width=10),
    TableColumn("办结人", width=10),
    TableColumn("办结时间", "moment", 20),
]


@needs(May.READ_FILINGS)
@require_GET
def follow_up_list(request: StaffRequest) -> HttpResponse:
    """What is owed, due first, under one of the tabs."""
    return _page(request, FollowUpFilter(request.GET, by=request.user))


def _page(request: StaffRequest, form: FollowUpFilter, *, status: int = 200, told: str = "") -> HttpResponse:
    name = _tab_name(request)
    rows = _listed(request, form, name)
    page = keyset_page(request, rows) if name == DONE else due_page(request, rows)
    context = {
        "tab": name,
        "tabs": _tabs(request, name),
        "form": form,
        "page": page,
        "rows": shown(page.rows, request.today),
        "query": narrowing(request),
        "told": told,
        "is_filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
        "days": notice_days(request.user, request.today),
        "may_draw": access.allowed(request.user, May.JUDGE_PROMISES),
    }
    return render(request, "filings/followups/list.html", context, status=status)


def _tab_name(request: StaffRequest) -> str:
    """The tab asked for; without one the first that has anything to do."""
    name = request.GET.get("tab", "")
    if name in TABS:
        return name
    waiting = (each for each in (OVERDUE, SOON) if tab_count(each, request.user, request.today))
    return next(waiting, OPEN)


def _tabs(request: StaffRequest, name: str) -> list[dict[str, Any]]:
    """The tabs with what waits under each; what is done is not counted."""
    url = reverse("filings:follow_up_list")
    return [
        {
            "label": label,
            "url": f"{url}?tab={each}",
            "current": each == name,
            "count": None if each == DONE else tab_count(each, request.user, request.today),
            "hot": each == OVERDUE,
        }
        for each, label in TABS.items()
    ]


def _listed(request: StaffRequest, form: FollowUpFilter, name: str) -> QuerySet[FollowUp]:
    rows = tab(name, request.user, request.today)
    if not form.is_valid():
        return rows.none()
    if form.cleaned_data["kind"]:
        rows = rows.filter(kind=form.cleaned_data["kind"])
    if form.cleaned_data["clerk"]:
        rows = rows.filter(filing__taken_in_by__username=form.cleaned_data["clerk"])
    return rows


@needs(May.READ_FILINGS)
@require_GET
def follow_up_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as CSV or XLSX, with masked numbers; logged with its filters."""
    if kind not in KINDS:
        raise Http404
    form, name = FollowUpFilter(request.GET, by=request.user), _tab_name(request)
    rows = _listed(request, form, name)
    if rows.values_list("pk")[MOST_EXPORTED : MOST_EXPORTED + 1]:
        told = f"一次最多导出 {MOST_EXPORTED} 行，没有导出；请用种类或经办人缩小范围。"
        return _page(request, form, status=422, told=told)
    if not form.is_valid():
        return _page(request, form, status=422, told="筛选条件看不懂，没有导出；请重新选择。")
    return exported(
        request,
        _exported(request, rows),
        kind=kind,
        title="承诺与容缺",
        columns=COLUMNS,
        subject_kind="follow_up",
        what="follow_ups",
        file_stem="follow-ups",
        filters={"tab": name, **{key: value for key, value in form.cleaned_data.items() if value}},
    )


def _exported(request: StaffRequest, rows: QuerySet[FollowUp]) -> Iterator[list[Any]]:
    for item in shown(rows.iterator(chunk_size=2000), request.today):
        row, filing = item.row, item.row.filing
        settled_at = timezone.localtime(row.settled_at) if row.settled_at else None
        yield [
            row.follow_up_no,
            row.get_kind_display(),
            item.label,
            filing.filing_no,
            filing.person.name,
            mask_id(filing.person.cert_no),
            filing.phone,
            str(row.region),
            filing.care_place_name,
            row.group_label,
            item.papers,
            row.opened_on,
            row.due_on,
            item.received,
            str(filing.taken_in_by),
            str(row.settled_by or ""),
            settled_at.replace(tzinfo=None, microsecond=0) if settled_at else None,
        ]


@needs(May.JUDGE_PROMISES)
@require_http_methods(["GET", "POST"])
def spot_check_draw(request: StaffRequest) -> HttpResponse:
    """Draw some of a month's promises by lot; the seed stands in the log and on the rows."""
    data = request.POST if request.method == "POST" else None
    form = DrawForm(data, by=request.user, on=request.today)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                return _drawn(request, form.cleaned_data)
            except NotAllowed:
                raise
            except DomainError as error:
                record_refusal(request, error)
                form.add_error(error.field if error.field in form.fields else None, error.message)
    return render(request, "filings/followups/draw.html", {"form": form}, status=status)


def _drawn(request: StaffRequest, said: dict[str, Any]) -> HttpResponse:
    region = request.user.region
    if region is None:
        region = PoolingRegion.objects.get(code=said["region"])
    rows = spot_checks_draw(
        region=region,
        period=said["period"],
        count=said["count"],
        seed=said["seed"],
        by=request.user,
        at=request.now,
    )
    told = f"抽中 {len(rows)} 份（种子 {said['seed']}），已列入抽查。"
    if len(rows) < said["count"]:
        told += f"这个月能抽的只有这些，不足 {said['count']} 份。"
    messages.success(request, told)
    return redirect(f"{reverse('filings:follow_up_list')}?tab={OPEN}&kind={FollowUpKind.SPOT_CHECK}")
