"""Form 5 of a case: print page and PDF."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from agency.journal.papers import Printable, paper_page, paper_pdf
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.bills.printing import IN_HOSPITAL, printable_form5
from settlement.records.selectors import record_current


@needs(May.PRINT_BILLS)
@require_GET
def record_form5(request: StaffRequest, settlement_no: str) -> HttpResponse:
    """The print page; each one stands in the log."""
    return HttpResponse(paper_page(_printable(request, settlement_no), by=request.user, at=request.now))


@needs(May.PRINT_BILLS)
@require_GET
def record_form5_pdf(request: StaffRequest, settlement_no: str) -> HttpResponse:
    """The PDF; each one stands in the log."""
    paper = paper_pdf(_printable(request, settlement_no), by=request.user, at=request.now)
    response = HttpResponse(paper.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(f'{settlement_no}-5.pdf', safe='')}"
    return response


def _printable(request: StaffRequest, settlement_no: str) -> Printable:
    record = record_current(request.user, settlement_no)
    if record is None or record.care_kind not in IN_HOSPITAL:
        raise Http404
    return printable_form5(record)
