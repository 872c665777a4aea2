"""二十种表单: the list, and each blank form as PDF."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agency.formlist.entries import MORE_PAPERS, listed_forms
from agency.journal.papers import PRINTED_FORMS
from agency.web.access import any_staff
from agency.web.papers import inline_pdf
from agency.web.request import StaffRequest


@any_staff
@require_GET
def form_list(request: StaffRequest) -> HttpResponse:
    """What each form is for, where it is filled, and its blank to print; what is not there yet says so."""
    found = (entry.function(request.user, request.today) for entry in MORE_PAPERS)
    context = {
        "forms": listed_forms(request.user),
        "sections": [section for section in found if section is not None],
    }
    return render(request, "agency/formlist/list.html", context)


@any_staff
@require_GET
def form_blank(request: StaffRequest, form_no: str) -> HttpResponse:
    """A blank form as PDF: no record, no code."""
    if form_no not in PRINTED_FORMS:
        raise Http404
    paper = PRINTED_FORMS[form_no](request.user, request.now, "")
    return inline_pdf(paper, f"表{form_no}-空白")
