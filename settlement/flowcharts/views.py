"""流程图: form 19 on screen and as print page; everybody may see how the work goes."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agency.journal.papers import blank_page
from agency.web.access import any_staff
from agency.web.request import StaffRequest
from settlement.flowcharts.form19 import Form19, drawn_flows, form19
from settlement.flowcharts.pictures import LEGEND
from settlement.flowcharts.selectors import flows_drawn


@any_staff
@require_GET
def flowcharts(request: StaffRequest) -> HttpResponse:
    """The four flows, each machine a drawing with its steps as a table."""
    context = {
        "flows": drawn_flows(flows_drawn()),
        "legend": LEGEND,
        "title": Form19.TITLE,
        "form_no": Form19.FORM_NO,
    }
    return render(request, "settlement/flowcharts/flowcharts.html", context)


@any_staff
@require_GET
def flowcharts_print(request: StaffRequest) -> HttpResponse:
    """The print page."""
    return HttpResponse(blank_page(form19()))
