"""The page of one settled case."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agency.batches.selectors import batches_visible
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.records.figures import blocks_of
from settlement.records.periods import signed_periods
from settlement.records.sections import sections_of
from settlement.records.selectors import record_shown, reversal_of
from settlement.records.steps import steps_of


@needs(May.READ_CASES)
@require_GET
def record_detail(request: StaffRequest, settlement_no: str) -> HttpResponse:
    """One case: parts, funds and payers with their sums, where it comes from, what hangs on it."""
    records = list(record_shown(request.user, settlement_no))
    if not records:
        raise Http404
    record = records[0]
    original = record_shown(request.user, record.reverses_no).first() if record.is_reversal else None
    context = {
        "record": record,
        "corrections": records[1:],
        "blocks": blocks_of(record),
        "original": original,
        "reversal": None if record.is_reversal else reversal_of(request.user, record),
        "sections": sections_of(request.user, record),
        "deductions": record.deductions.order_by("id"),
        "is_signed": record.period in signed_periods(),
        "steps": steps_of(record, record.period in signed_periods()),
        "may_unmask": access.allowed(request.user, May.UNMASK),
        "may_open_batch": record.batch is not None
        and batches_visible(request.user).filter(pk=record.batch.pk).exists(),
    }
    return render(request, "settlement/records/detail.html", context)
