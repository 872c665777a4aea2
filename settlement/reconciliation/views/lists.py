"""Pages of many differences: the work list, those of one run, as a file, and many handled at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.roles import May
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.keyset import PLACE
from agency.web.parts import COUNTED_AT_MOST, capped
from agency.web.request import StaffRequest
from filings.queues.paging import sorted_page
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.ending_shown import standing_endings
from settlement.reconciliation.forms import DifferenceFilterForm
from settlement.reconciliation.kinds import DETAILS
from settlement.reconciliation.listing import (
    MINE,
    UNSETTLED,
    VIEWS,
    DifferenceFilter,
    counts_of_views,
    differences_listed,
    sortable,
)
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.shown import age_of, evidence_of, rows_of, without_identity
from settlement.reconciliation.telling import listed_title
from settlement.reconciliation.trail import list_url, way_from
from settlement.reconciliation.verdict_rules import paid_by_both
from settlement.reconciliation.views.runs import head_of, visible
from settlement.records.selectors import chunks

EXPORT_LIMIT = 20_000
COLUMNS = [
    TableColumn("差异编号", width=20),
    TableColumn("期别", width=8),
    TableColumn("来源", width=14),
    TableColumn("类别", width=12),
    TableColumn("结算编号", width=26),
    TableColumn("参保地", width=8),
    TableColumn("就医地", width=8),
    TableColumn("定点医药机构编号", width=16),
    TableColumn("不符的列", width=30),
    TableColumn("我方基金和个人账户", "money"),
    TableColumn("对方基金和个人账户", "money"),
    TableColumn("差额", "money"),
    TableColumn("疑因", width=18),
    TableColumn("依据", width=40),
    TableColumn("建议处理", width=12),
    TableColumn("状态", width=8),
    TableColumn("结论", width=12),
    TableColumn("说明", width=40),
    TableColumn("负责人", width=10),
    TableColumn("期限", "date"),
    TableColumn("账龄（月）", "int", 8),
    TableColumn("提出人", width=10),
    TableColumn("批准人", width=10),
    TableColumn("了结编号", width=16),
    TableColumn("了结状态", width=8),
    TableColumn("怎样了结", width=12),
    TableColumn("了结说明", width=40),
    TableColumn("了结提出人", width=10),
    TableColumn("了结批准人", width=10),
]


@needs(May.READ_RECONCILIATION)
@require_GET
def difference_list(request: StaffRequest) -> HttpResponse:
    """The work list: what is mine, late, nobody's, to be approved, carried forward, or all that is open."""
    said = request.GET.copy()
    asked = str(said.get("view", ""))
    said["view"] = view = asked if asked in VIEWS else _first_view(request)
    said.pop("run", None)
    counts = counts_of_views(request.user, request.today, COUNTED_AT_MOST)
    tabs = [
        {"label": label, "url": f"?view={name}", "current": name == view, "count": capped(counts[name])}
        for name, label in VIEWS.items()
    ]
    context = {"tabs": tabs, "view": view, "title": VIEWS[str(view)], **_listed(request, said)}
    return render(request, "settlement/reconciliation/work.html", context)


def _first_view(request: StaffRequest) -> str:
    return MINE if access.allowed(request.user, May.RECONCILE) else UNSETTLED


@needs(May.READ_RECONCILIATION)
@require_GET
def run_differences(request: StaffRequest, run_no: str) -> HttpResponse:
    """The differences of one comparison, narrowed, by their numbers, days or amounts."""
    run = visible(request, run_no)
    said = request.GET.copy()
    said["run"] = run.run_no
    said.pop("view", None)
    context = {**head_of(request.user, run), "tab": "differences", **_listed(request, said, run.source)}
    return render(request, "settlement/reconciliation/differences.html", context)


def _listed(request: StaffRequest, said: QueryDict, source: str = "") -> dict[str, Any]:
    """A page of the list with its filter, the ways to its files and to what is done with all of it; `source`:
    of the run that it is of."""
    form = DifferenceFilterForm(request.user, said, source=source)
    narrow = form.narrowed()
    sources = {source or narrow.source} - {""}
    rows = differences_listed(request.user, narrow, request.today)
    page = sorted_page(request, rows, sortable(Discrepancy.objects.all()))
    for key in PLACE:
        said.pop(key, None)
    query = said.urlencode()
    plain = DifferenceFilter(view=narrow.view, run=narrow.run, sort=narrow.sort)
    rights = (May.RECONCILE, May.APPROVE_VERDICTS)
    handles = any(access.allowed(request.user, may) for may in rights)
    return {
        "form": form,
        "page": page,
        "rows": rows_of(page.rows, request.today),
        "listed_title": listed_title(sources),
        "of_cases": sources <= set(DETAILS),
        "narrowed": narrow != plain,
        "query": query,
        "way": way_from(query),
        "may_handle": handles,
    }


@needs(May.READ_RECONCILIATION)
@require_GET
def difference_export(request: StaffRequest, kind: str) -> HttpResponseBase:
    """What is listed, as a file; logged. With a filter that cannot be understood nothing is exported."""
    if kind not in KINDS:
        raise Http404
    form = DifferenceFilterForm(request.user, request.GET)
    narrow = form.narrowed()
    if not form.is_valid() or not (narrow.view or narrow.run):
        return difference_list(request)
    rows = differences_listed(request.user, narrow, request.today)
    keys = [row.pk for row in rows.first(EXPORT_LIMIT + 1)]
    if len(keys) > EXPORT_LIMIT:
        told = f"符合条件的超过 {EXPORT_LIMIT:,} 条，没有导出。请缩小范围，或用 export_differences 命令导出。"
        messages.warning(request, told)
        return redirect(f"{list_url(narrow.run)}?{request.GET.urlencode()}")
    return exported(
        request,
        _lines(keys, request.today),
        kind=kind,
        title="对账差异",
        columns=COLUMNS,
        subject_kind="discrepancies",
        what="differences",
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )


def _lines(keys: list[int], today: dt.date) -> Iterator[list[Any]]:
    """The rows with what either side is paid; no identity number is written."""
    for block in chunks(keys):
        named = Discrepancy.objects.select_related("run", "owner", "judged_by", "approved_by")
        found = named.in_bulk(block)
        endings = standing_endings(list(found.values()))
        for pk in block:
            yield [*_line(found[pk], endings.get(pk), today), *_ended(endings.get(pk))]


def _ended(ending: CarriedEnding | None) -> list[Any]:
    """How what was carried forward ended, or is proposed to."""
    if ending is None:
        return [""] * 6
    return [
        ending.ending_no,
        ending.get_state_display(),
        ending.get_remedy_display(),
        without_identity(ending.note),
        str(ending.proposed_by),
        str(ending.approved_by or ""),
    ]


def _line(row: Discrepancy, ending: CarriedEnding | None, today: dt.date) -> list[Any]:
    sentence, _ = evidence_of(row)
    return [
        row.difference_no,
        row.run.period,
        row.run.get_source_display(),
        row.get_kind_display(),
        row.subject,
        row.insured_region_code,
        row.care_region_code,
        row.institution_code,
        "、".join(row.columns),
        *paid_by_both(row.ours, row.theirs, row.amount_fen),
        row.amount_fen,
        row.get_cause_display(),
        sentence,
        row.get_proposed_display(),
        row.get_state_display(),
        row.get_remedy_display(),
        without_identity(row.note),
        str(row.owner or ""),
        row.due_on,
        age_of(row, ending, today),
        str(row.judged_by or ""),
        str(row.approved_by or ""),
    ]
