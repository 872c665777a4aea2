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
from settlement.corrections.models import Correction
from settlement.deductions.models import Deduction
from settlement.records.figures import blocks_of
from settlement.records.models import SettlementRecord
from settlement.records.periods import signed_periods
from settlement.records.sections import actions_of, sections_of
from settlement.records.selectors import record_current, record_shown, reversal_of
from settlement.records.steps import steps_of


@needs(May.READ_CASES)
@require_GET
def record_detail(request: StaffRequest, settlement_no: str) -> HttpResponse:
    """One case: parts, funds and payers with their sums, where it comes from, what hangs on it.

    Of a corrected one what holds now, or the last that this person's region was a party to; `?version=` shows
    another record under the same number.
    """
    versions = list(record_shown(request.user, settlement_no))
    holds = _holding(versions)
    record = _chosen(versions, request.GET.get("version", ""))
    if record is None:
        raise Http404
    if not record.is_reversal:
        original = None
    elif record.correction_no:
        original = _chosen(versions, str(record.correction_no - 1))
    else:
        original = record_current(request.user, record.reverses_no)
    made_by = _correction_of(record)
    deductions = Deduction.objects.visible_to(request.user)
    may_act = access.allowed(request.user, May.LOAD_CASES) and not record.is_reversal and record == holds
    context = {
        "record": record,
        "versions": versions if len(versions) > 1 else [],
        "made_by": made_by,
        "holds": holds,
        "blocks": blocks_of(record),
        "original": original,
        "reversal": None if record.is_reversal else reversal_of(request.user, record),
        "sections": sections_of(request.user, record),
        "actions": actions_of(request.user, record),
        "deductions": deductions.filter(record__settlement_no=settlement_no).order_by("id"),
        "is_signed": record.period in signed_periods(),
        "steps": steps_of(record, record.period in signed_periods(), made_by),
        "may_unmask": access.allowed(request.user, May.UNMASK),
        "may_open_batch": record.batch is not None
        and batches_visible(request.user).filter(pk=record.batch.pk).exists(),
        "may_deduct": may_act,
        "may_reverse": may_act and reversal_of(request.user, record) is None,
    }
    return render(request, "settlement/records/detail.html", context)


def _chosen(versions: list[SettlementRecord], version: str) -> SettlementRecord | None:
    """The record with this correction number; without one the newest that is no reversal of a correction."""
    if version:
        return next((one for one in versions if str(one.correction_no) == version), None)
    delivered = [one for one in versions if one.correction_no == 0 or not one.is_reversal]
    return delivered[-1] if delivered else None


def _holding(versions: list[SettlementRecord]) -> SettlementRecord | None:
    """Which of the records that a person sees is what holds now; None when it went to other regions. Who sees
    a record sees its reversal by a correction too: their parties are the same."""
    newest = _chosen(versions, "")
    corrected = {one.correction_no - 1 for one in versions if one.correction_no and one.is_reversal}
    return newest if newest is not None and newest.correction_no not in corrected else None


def _correction_of(record: SettlementRecord) -> Correction | None:
    """The correction that brought this record; None for what was delivered."""
    if not record.correction_no:
        return None
    name = "reversing_correction" if record.is_reversal else "correction"
    made_by: Correction | None = getattr(record, name, None)
    return made_by
