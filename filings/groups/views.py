"""Pages of lists of filings: the filings of one batch, and the empty list to fill in."""

from __future__ import annotations

import io

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from agency.batches.selectors import batches_visible
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from filings.filing.shown import shown
from filings.groups.blank import write_blank_list
from filings.groups.selectors import filings_of_batch

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(May.READ_FILINGS)
@require_GET
def batch_filings(request: StaffRequest, filing_batch_no: str) -> HttpResponse:
    """What one import brought, newest first, with the employer that the register has."""
    batch = get_object_or_404(batches_visible(request.user), batch_no=filing_batch_no, kind="filings")
    page = keyset_page(request, filings_of_batch(batch, request.user))
    context = {"batch": batch, "page": page, "rows": shown(page.rows, request.today)}
    return render(request, "filings/groups/list.html", context)


@needs(May.LOAD_FILINGS)
@require_GET
def blank_list(request: StaffRequest) -> HttpResponse:
    """The empty list for employers: the columns, what may stand in them, and the codes of places."""
    buffer = io.BytesIO()
    write_blank_list(buffer, on=request.today, at=request.now)
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="filings-list.xlsx"'
    return response
