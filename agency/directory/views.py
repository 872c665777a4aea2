"""定点机构名录: the list, its export and its print page, one institution, and what a pick field offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.directory.forms import DirectoryFilter, PickForm
from agency.directory.rules import SCOPE_WORDS, Standing, read_code
from agency.directory.selectors import by_level, institutions_found, institutions_suggested
from agency.directory.shown import connection_spans, place_of, qualification_spans, shown
from agency.organisation import access
from agency.organisation.institutions import institution_by_code
from agency.organisation.models import ConnectionScope, Institution
from agency.organisation.places import JILIN, place_name
from agency.policy.care import CareKind
from agency.tabular.write import TableColumn
from agency.web.access import any_staff
from agency.web.exporting import KINDS, exported
from agency.web.keyset import keyset_page, narrowing
from agency.web.request import StaffRequest

MOST_EXPORTED = 20_000
EXPORTED_AT_ONCE = 2000
MOST_PRINTED = 20  # rows of two lines each still fit one A4
MOST_OFFERED = 10
COLUMNS = [
    TableColumn("机构编码", width=15),
    TableColumn("名称", width=30),
    TableColumn("等级", width=10),
    TableColumn("统筹区或省", width=14),
    TableColumn("所在地", width=18),
    TableColumn("地址", width=36),
    *(TableColumn(str(kind.label), width=12) for kind in CareKind),
    TableColumn("资格", width=16),
    TableColumn("定点起", "date", 12),
    TableColumn("定点止", "date", 12),
    TableColumn("状态", width=10),
]


@any_staff
@require_GET
def institution_list(request: StaffRequest) -> HttpResponse:
    """The directory by place, kind of care, scope, level and name, as of a day."""
    form = DirectoryFilter(request.GET, today=request.today)
    if request.htmx and request.htmx.target == "city":
        return render(request, "agency/directory/_city.html", {"form": form})
    return _list(request, form)


def _list(request: StaffRequest, form: DirectoryFilter, status: int = 200) -> HttpResponse:
    rows = _listed(form)
    page = keyset_page(request, rows, field="code", ascending=True, read_key=read_code)
    on = form.wanted().on if form.is_valid() else request.today
    context = {
        "form": form,
        "page": page,
        "rows": shown(page.rows, on),
        "kinds": CareKind.labels,
        "on": on,
        "query": narrowing(request),
        "is_filtered": form.is_filtered,
        "printable": form.is_valid() and form.cleaned_data["province"] and form.cleaned_data["care"],
    }
    return render(request, "agency/directory/list.html", context, status=status)


def _listed(form: DirectoryFilter) -> QuerySet[Institution]:
    """The rows that the filters leave; a filter that cannot be read leaves nothing."""
    return institutions_found(form.wanted()) if form.is_valid() else Institution.objects.none()


@any_staff
@require_GET
def institution_export(request: StaffRequest, kind: str) -> HttpResponse:
    """What is listed, as CSV or XLSX; the export stands in the log with its filters."""
    if kind not in KINDS:
        raise Http404
    form = DirectoryFilter(request.GET, today=request.today)
    rows = _listed(form)
    if rows.values_list("pk")[MOST_EXPORTED : MOST_EXPORTED + 1]:
        form.add_error(None, f"一次最多导出 {MOST_EXPORTED} 行，没有导出；请用省、市或等级缩小范围。")
    if form.errors:
        return _list(request, form, status=422)
    return exported(
        request,
        _exported(form, rows),
        kind=kind,
        title="定点医药机构",
        columns=COLUMNS,
        subject_kind="institution",
        what="institutions",
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )


def _exported(form: DirectoryFilter, rows: QuerySet[Institution]) -> Iterator[list[Any]]:
    """Rows of the file; what is open is read for many at once."""
    found, on = list(rows), form.wanted().on
    for start in range(0, len(found), EXPORTED_AT_ONCE):
        for row in shown(found[start : start + EXPORTED_AT_ONCE], on):
            one = row.institution
            yield [
                one.code,
                one.name,
                one.level,
                str(one.region or ""),
                row.place,
                one.address,
                *(cell.words for cell in row.cells),
                "、".join(row.qualifications),
                None if one.is_stub else one.designated_from,
                one.designated_to,
                row.label,
            ]


@any_staff
@require_GET
def institution_print(request: StaffRequest) -> HttpResponse:
    """可直接结算的机构, for somebody at the counter: one place, one kind of care, one sheet of A4."""
    form = DirectoryFilter(request.GET, today=request.today)
    if not form.is_valid() or not form.cleaned_data["province"] or not form.cleaned_data["care"]:
        messages.info(request, "先选省和医疗类别，再打印清单。")
        return redirect("agency:institution_list")
    wanted = form.wanted()
    here = ConnectionScope.IN_PROVINCE if wanted.province == JILIN else ConnectionScope.CROSS_PROVINCE
    form.cleaned_data.update(scope=wanted.scope or here.value, standing=Standing.DESIGNATED.value)
    wanted = form.wanted()
    rows = list(by_level(institutions_found(wanted))[: MOST_PRINTED + 1])
    query = request.GET.urlencode()
    context = {
        "place": place_name(wanted.province, wanted.city),
        "care": CareKind(wanted.care).label,
        "scope": SCOPE_WORDS[wanted.scope],
        "wanted": wanted,
        "rows": [(row, place_of(row)) for row in rows[:MOST_PRINTED]],
        "more": len(rows) > MOST_PRINTED,
        "most": MOST_PRINTED,
        "back_url": f"{request.path.removesuffix('print/')}?{query}",
    }
    return render(request, "agency/directory/print.html", context)


@any_staff
@require_GET
def institution_detail(request: StaffRequest, institution_code: str) -> HttpResponse:
    """One institution: what is open today, and every connection and qualification with dates and source."""
    institution = institution_by_code(institution_code)
    if institution is None:
        raise Http404
    region = institution.region
    mine = access.sees_all(request.user) or (region is not None and access.within(request.user, region))
    context = {
        "institution": institution,
        "row": shown([institution], request.today)[0],
        "on": request.today,
        "connections": connection_spans(institution, request.today),
        "qualifications": qualification_spans(institution, request.today),
        "may_edit": mine and request.user.has_perm("agency.change_institution"),
    }
    return render(request, "agency/directory/detail.html", context)


@any_staff
@require_POST
def institution_pick(request: StaffRequest) -> HttpResponse:
    """The list below a pick field: what is offered for the text so far (see fields.py)."""
    sent = request.POST
    form = PickForm(
        {
            "term": sent.get(sent.get("pick", ""), ""),
            "listbox": sent.get("pick_listbox", ""),
            "province": sent.get(sent.get("pick_province", ""), ""),
            "city": sent.get(sent.get("pick_city", ""), ""),
            "on": sent.get(sent.get("pick_on", ""), ""),
            "insured": sent.get("pick_insured", ""),
        }
    )
    referring_for, term, province = form.referring_for(), form.said("term"), form.said("province")
    on = form.said("on") or request.today
    rows: list[Institution] = []
    if term or referring_for is not None or province:
        rows = institutions_suggested(
            term,
            on=on,
            province=province,
            city=form.said("city"),
            referring_for=referring_for,
            at_most=MOST_OFFERED,
        )
    context = {
        "listbox": form.said("listbox") or "picks",
        "rows": shown(rows[:MOST_OFFERED], on),
        "more": len(rows) > MOST_OFFERED,
        "term": term,
        "narrowed": _narrowed(form, referring_for),
        "for_referral": referring_for is not None,
    }
    return render(request, "agency/directory/_pick.html", context)


def _narrowed(form: PickForm, referring_for: Any) -> str:
    """What the list is narrowed to, in words."""
    if referring_for is not None:
        return f"可为{referring_for}参保人转诊"
    return place_name(form.said("province"), form.said("city"))
