"""Pages of what was deducted from whom: sums by institution and kind, their export, the way to the items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.tabular.write import TableColumn
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.request import StaffRequest
from settlement.clearing.models import ClearingPeriod
from settlement.deductions.forms import DeductionFilterForm
from settlement.deductions.models import DeductionKind
from settlement.deductions.summary import InstitutionSums, Summary, deductions_by_institution

COLUMNS = [
    TableColumn("医药机构编号", width=16),
    TableColumn("医药机构名称", width=30),
    TableColumn("笔数", "int", 8),
    *(TableColumn(str(label), "money") for label in DeductionKind.labels),
    TableColumn("合计", "money"),
]


@needs(May.READ_CASES)
@require_GET
def deduction_summary(request: StaffRequest) -> HttpResponse:
    """What was deducted from whom, for a month and a side; each sum leads to its items."""
    return _page(request, DeductionFilterForm(request.GET))


def _page(request: StaffRequest, form: DeductionFilterForm, status: int = 200) -> HttpResponse:
    narrow = form.narrowed()
    summary = deductions_by_institution(request.user, narrow)
    region = narrow.insured_region or narrow.care_region or request.user.region
    context = {
        "form": form,
        "kinds": DeductionKind.choices,
        "rows": [_row(request, row) for row in summary.rows],
        "total": summary.total,
        "narrowed": any(form.cleaned_data.values()),
        "query": request.GET.urlencode(),
        "sheet": _sheet(request, narrow.period, region),
    }
    return render(request, "settlement/deductions/summary.html", context, status=status)


def _row(request: StaffRequest, row: InstitutionSums) -> dict[str, Any]:
    """The institution with the addresses of its items, all and by kind."""
    kept = {name: value for name, value in request.GET.items() if value and name != "kind"}
    own = {**kept, "institution": row.code}
    address = reverse("settlement:deduction_list")
    cells = [(fen, f"{address}?{urlencode({**own, 'kind': kind})}") for kind, fen in row.kinds()]
    chosen = request.GET.get("kind", "")
    return {
        "sums": row,
        "cells": cells,
        "url": f"{address}?{urlencode({**own, **({'kind': chosen} if chosen else {})})}",
    }


def _sheet(request: StaffRequest, period: str, region: PoolingRegion | None) -> str:
    """Form 14 of the month and the region; "" where there is none to open."""
    if not period or region is None or not access.allowed(request.user, May.READ_CLEARING):
        return ""
    if region.is_outside or not access.within(request.user, region):
        return ""
    if not ClearingPeriod.objects.filter(period=period, computed_at__isnull=False).exists():
        return ""
    return reverse("settlement:sheet", kwargs={"period": period, "form": "14", "region_code": region.code})


@needs(May.READ_CASES)
@require_GET
def deduction_summary_export(request: StaffRequest, kind: str) -> HttpResponse:
    """The sums as a file; logged."""
    if kind not in KINDS:
        raise Http404
    form = DeductionFilterForm(request.GET)
    if not form.is_valid():
        return _page(request, form, status=422)
    return exported(
        request,
        _lines(deductions_by_institution(request.user, form.narrowed())),
        kind=kind,
        title="扣款按机构",
        columns=COLUMNS,
        subject_kind="deductions",
        what="deductions-by-institution",
        filters={name: str(value) for name, value in form.cleaned_data.items() if value},
    )


def _lines(summary: Summary) -> Iterator[list[Any]]:
    for row in summary.rows:
        yield [row.code, row.name, row.count, *(fen or 0 for _, fen in row.kinds()), row.amount_fen]
