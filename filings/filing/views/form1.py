"""表 1 登记备案表: print page and PDF. Full numbers stand on it, so each look is logged as a print."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.papers import inline_pdf
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.printing import form1_page, form1_pdf
from filings.filing.views.fetching import visible


@needs(May.READ_FILINGS)
@require_GET
def filing_form1(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The print page."""
    return HttpResponse(form1_page(_own(request, filing_no), by=request.user, at=request.now))


@needs(May.READ_FILINGS)
@require_GET
def filing_form1_pdf(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The PDF."""
    paper = form1_pdf(_own(request, filing_no), by=request.user, at=request.now)
    return inline_pdf(paper, f"{filing_no}-1")


def _own(request: StaffRequest, filing_no: str) -> Filing:
    """Printed by the insured region only; the care region looks, it does not print."""
    filing = visible(request, filing_no)
    if not access.within(request.user, filing.insured_region):
        raise Http404
    return filing
