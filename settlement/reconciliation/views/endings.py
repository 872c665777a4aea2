"""了结: how what was carried forward ended, on the page of the difference; by two people."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.reconciliation import ending
from settlement.reconciliation.forms import EndingForm, EndingReasonForm, EndingSeenForm
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.verdict_rules import endings_of
from settlement.reconciliation.views.difference_page import act_upon, visible_difference


@needs(May.RECONCILE)
@require_POST
def ending_propose(request: StaffRequest, difference_no: str) -> HttpResponse:
    """Propose how it ended."""
    row = visible_difference(request, difference_no)
    form = EndingForm(endings_of(row.kind, row.run.source), request.POST, auto_id="id_ending_%s")
    act = partial(ending.endings_propose, [row.pk], by=request.user, at=request.now)
    return act_upon(request, row, form, act, "已提出了结，等另一位同事批准。", "ending")


@needs(May.APPROVE_VERDICTS)
@require_POST
def ending_approve(request: StaffRequest, difference_no: str) -> HttpResponse:
    """A second person approves the one that was seen."""
    row = visible_difference(request, difference_no)
    told = "已批准了结，不再列在转下月的里。"
    act = _upon_seen(request, row, ending.endings_approve)
    return act_upon(request, row, EndingSeenForm(request.POST), act, told, "ending_approve")


@needs(May.APPROVE_VERDICTS)
@require_POST
def ending_return(request: StaffRequest, difference_no: str) -> HttpResponse:
    """What was proposed goes back; the difference is carried on."""
    told = "已退回了结，差异仍列在转下月的里。"
    return _with_reason(request, difference_no, ending.endings_return, told, "ending_return")


@needs(May.APPROVE_VERDICTS)
@require_POST
def ending_undo(request: StaffRequest, difference_no: str) -> HttpResponse:
    """What was approved is taken back; the difference is carried on again."""
    told = "已撤销了结，差异重新列在转下月的里。"
    return _with_reason(request, difference_no, ending.endings_undo, told, "ending_undo")


def _with_reason(
    request: StaffRequest, difference_no: str, service: Callable[..., object], told: str, acted: str
) -> HttpResponse:
    row = visible_difference(request, difference_no)
    form = EndingReasonForm(request.POST, auto_id=f"id_{acted}_%s")
    return act_upon(request, row, form, _upon_seen(request, row, service), told, acted)


def _upon_seen(
    request: StaffRequest, row: Discrepancy, service: Callable[..., object]
) -> Callable[..., object]:
    """The act upon the ending that the form says was seen."""

    def act(*, ending_no: str, **said: str) -> object:
        return service({row.pk: ending_no}, by=request.user, at=request.now, **said)

    return act
