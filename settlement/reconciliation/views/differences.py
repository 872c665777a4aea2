"""Acts upon one difference: its verdict, who looks into it, what was noted of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.reconciliation import assigning, judging, pairing
from settlement.reconciliation.forms import AssignForm, DifferenceReasonForm, NoteForm, VerdictForm
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.listing import differences_visible
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.verdict_rules import remedies_of
from settlement.reconciliation.views.difference_page import act_upon, detail_page, visible_difference


@needs(May.READ_RECONCILIATION)
@require_GET
def difference_detail(request: StaffRequest, difference_no: str) -> HttpResponse:
    """One difference: what each side has, why they differ, what is to be done with it."""
    return detail_page(request, visible_difference(request, difference_no))


@needs(May.RECONCILE)
@require_POST
def difference_judge(request: StaffRequest, difference_no: str) -> HttpResponse:
    """Propose what is to be done with it; paired with another one, both."""
    row = visible_difference(request, difference_no)
    form = VerdictForm(remedies_of(row.kind, row.run.source), request.POST)
    told = "已提出结论，等另一位同事批准。"
    return act_upon(request, row, form, partial(_judge, request, row), told, "verdict")


def _judge(request: StaffRequest, row: Discrepancy, *, remedy: str, other: str, note: str) -> None:
    acting: dict[str, Any] = {"by": request.user, "at": request.now, "note": note}
    if remedy != Remedy.PAIR:
        judging.verdicts_give([row.pk], remedy=remedy, **acting)
        return
    half = differences_visible(request.user).filter(difference_no=other).first()
    if half is None:
        raise DomainError("no_such_difference", f"没有编号为“{other}”的差异，请核对。", field="other")
    pairing.pair_give(row.pk, half.pk, **acting)


@needs(May.APPROVE_VERDICTS)
@require_POST
def difference_approve(request: StaffRequest, difference_no: str) -> HttpResponse:
    """A second person approves what was proposed, as it was seen."""
    row = visible_difference(request, difference_no)
    act = partial(
        judging.verdicts_approve, [row.pk], by=request.user, at=request.now, seen_at=_seen_at(request)
    )
    return act_upon(request, row, Form(request.POST), act, "已批准结论。", "approve")


def _seen_at(request: StaffRequest) -> dt.datetime | None:
    """When the page was made from which this comes; None when that cannot be read."""
    try:
        seen = dt.datetime.fromisoformat(request.POST.get("seen_at", ""))
    except ValueError:
        return None
    return seen if seen.tzinfo is not None else None


@needs(May.APPROVE_VERDICTS)
@require_POST
def difference_return(request: StaffRequest, difference_no: str) -> HttpResponse:
    """A proposed verdict goes back; the difference is open again."""
    return _with_reason(request, difference_no, judging.verdicts_return, "已退回，差异回到待处理。", "return")


@needs(May.APPROVE_VERDICTS)
@require_POST
def difference_undo(request: StaffRequest, difference_no: str) -> HttpResponse:
    """An approved verdict is taken back; that stays to be seen."""
    return _with_reason(request, difference_no, judging.verdicts_undo, "已撤销结论，差异回到待处理。", "undo")


def _with_reason(
    request: StaffRequest, difference_no: str, service: Callable[..., object], told: str, acted: str
) -> HttpResponse:
    row = visible_difference(request, difference_no)
    form = DifferenceReasonForm(request.POST, auto_id=f"id_{acted}_%s")
    act = partial(service, [row.pk], by=request.user, at=request.now)
    return act_upon(request, row, form, act, told, acted)


@needs(May.READ_RECONCILIATION)
@require_POST
def difference_assign(request: StaffRequest, difference_no: str) -> HttpResponse:
    """Who looks into it, and until when: by whoever judges or approves."""
    row = visible_difference(request, difference_no)
    form = AssignForm(row.run.region, request.POST, auto_id="id_assign_%s")
    act = partial(assigning.differences_assign, [row.pk], by=request.user, at=request.now)
    return act_upon(request, row, form, act, "已交办。", "assign")


@needs(May.RECONCILE)
@require_POST
def difference_note(request: StaffRequest, difference_no: str) -> HttpResponse:
    """What was found out so far."""
    row = visible_difference(request, difference_no)
    form = NoteForm(request.POST, auto_id="id_noted_%s")
    act = partial(assigning.difference_note, row.pk, by=request.user, at=request.now)
    return act_upon(request, row, form, act, "已记下说明。", "note")
