"""表 2 个人承诺书, 容缺承诺书, 催办单: print pages and PDFs; each look is logged as a print."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from agency.journal.papers import Printable
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.papers import answer_with_page, answer_with_pdf
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.views.fetching import visible as visible_filing
from filings.followups.printing import deferral_printable, form2_printable, reminder_printable
from filings.followups.views.detail import visible


@needs(May.READ_FILINGS)
@require_GET
def filing_form2(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The commitment letter, to be signed at the counter or printed once more."""
    return answer_with_page(request, _of_own(request, filing_no, form2_printable))


@needs(May.READ_FILINGS)
@require_GET
def filing_form2_pdf(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The commitment letter as PDF."""
    return answer_with_pdf(request, _of_own(request, filing_no, form2_printable), f"{filing_no}-2")


@needs(May.READ_FILINGS)
@require_GET
def filing_deferral(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The 容缺 letter."""
    return answer_with_page(request, _of_own(request, filing_no, deferral_printable))


@needs(May.READ_FILINGS)
@require_GET
def filing_deferral_pdf(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The 容缺 letter as PDF."""
    return answer_with_pdf(request, _of_own(request, filing_no, deferral_printable), f"{filing_no}-deferral")


@needs(May.READ_FILINGS)
@require_GET
def follow_up_reminder(request: StaffRequest, follow_up_no: str) -> HttpResponse:
    """The reminder."""
    row = visible(request, follow_up_no)
    return answer_with_page(request, reminder_printable(row, by=request.user, at=request.now))


@needs(May.READ_FILINGS)
@require_GET
def follow_up_reminder_pdf(request: StaffRequest, follow_up_no: str) -> HttpResponse:
    """The reminder as PDF."""
    row = visible(request, follow_up_no)
    printable = reminder_printable(row, by=request.user, at=request.now)
    return answer_with_pdf(request, printable, f"{follow_up_no}-reminder")


def _of_own(request: StaffRequest, filing_no: str, printable: Callable[..., Printable]) -> Printable:
    """Printed by the insured region only, as form 1 is."""
    filing: Filing = visible_filing(request, filing_no)
    if not access.within(request.user, filing.insured_region):
        raise Http404
    return printable(filing, by=request.user, at=request.now)
