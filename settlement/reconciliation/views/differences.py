"""Pages of one difference: both sides, what speaks for its cause, the verdict and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.request import StaffRequest
from settlement.reconciliation import assigning, judging, pairing
from settlement.reconciliation.acting import require_may
from settlement.reconciliation.forms import AssignForm, DifferenceReasonForm, NoteForm, VerdictForm
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.links import links_of
from settlement.reconciliation.listing import differences_visible, standing_of_number
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.shown import evidence_of, history_of, lines_of, rows_of
from settlement.reconciliation.states import DiscrepancyState, RunState
from settlement.reconciliation.trail import detail_url, way_on
from settlement.reconciliation.verdict_rules import remedies_of

CANDIDATES_SHOWN = 6
SAME_NUMBER_SHOWN = 5
WITH_NAMES = ("run__region", "owner", "judged_by", "approved_by", "pair__run")


@needs(May.READ_RECONCILIATION)
@require_GET
def difference_detail(request: StaffRequest, difference_no: str) -> HttpResponse:
    """One difference: what each side has, why they differ, what is to be done with it."""
    return _detail(request, _visible(request, difference_no))


def _visible(request: StaffRequest, difference_no: str) -> Discrepancy:
    rows = differences_visible(request.user).select_related(*WITH_NAMES)
    return get_object_or_404(rows, difference_no=difference_no)


def _detail(
    request: StaffRequest, row: Discrepancy, form: Form | None = None, acted: str = ""
) -> HttpResponse:
    """The page; `form` is the one that was refused, of the act that it was posted for."""
    may = _may(request, row)
    way = way_on(request.user, row, request.today, request.GET)
    context = {
        **_found(request, row),
        "may": may,
        "forms": _forms(row, request.today) | ({acted: form} if form is not None else {}),
        "form": form,
        "candidates": pairing.candidates(row, CANDIDATES_SHOWN) if may["judge"] else [],
        "way": way,
        "way_query": way.query if way is not None else "",
        "seen_at": request.now.isoformat(),
        "may_unmask": access.allowed(request.user, May.UNMASK),
    }
    status = 422 if form is not None else 200
    return render(request, "settlement/reconciliation/difference.html", context, status=status)


def _found(request: StaffRequest, row: Discrepancy) -> dict[str, Any]:
    """What was found of it, and what became of it."""
    told, rest = lines_of(row)
    sentence, facts = evidence_of(row)
    return {
        "row": row,
        "run": row.run,
        "listed": rows_of([row], request.today)[0],
        "lines": told,
        "rest": rest,
        "sentence": sentence,
        "facts": facts,
        "named": pairing.named_in(row),
        "links": links_of(request.user, row),
        "same_number": _same_number(request, row),
        "paired_by": Discrepancy.objects.filter(pair=row).first(),
        "answers": row.answers.select_related("sheet", "by").order_by("-pk"),
        "history": history_of(row),
    }


def _same_number(request: StaffRequest, row: Discrepancy) -> list[Discrepancy]:
    rows = standing_of_number(request.user, row.subject).exclude(pk=row.pk)
    return list(rows[:SAME_NUMBER_SHOWN])


def _may(request: StaffRequest, row: Discrepancy) -> dict[str, Any]:
    """What this person may do with it now; `waits`: it is their own verdict that waits for somebody else."""
    by, is_open = request.user, row.run.state == RunState.COMPARED
    judges = is_open and not access.refusal(partial(_require, May.RECONCILE), by, row)
    approves = is_open and not access.refusal(partial(_require, May.APPROVE_VERDICTS), by, row)
    is_judged = row.state == DiscrepancyState.JUDGED
    return {
        "judge": judges and row.state == DiscrepancyState.OPEN,
        "assign": (judges or approves) and row.state != DiscrepancyState.SETTLED,
        "approve": approves and is_judged and row.judged_by_id != by.pk,
        "return": approves and is_judged,
        "undo": approves and row.state == DiscrepancyState.SETTLED,
        "waits": is_judged and row.judged_by_id == by.pk,
    }


def _require(may: May, by: Any, row: Discrepancy) -> None:
    require_may(by, may, row.run)


def _forms(row: Discrepancy, today: dt.date) -> dict[str, Form]:
    """The forms as they first stand; what the doctor proposes is a draft of the verdict."""
    sentence = evidence_of(row)[0]
    remedies = remedies_of(row.kind, row.run.source)
    draft = {
        "remedy": _drafted(row) if _drafted(row) in remedies else "",
        "note": row.note or sentence[: judging.NOTE_LIMIT],
        "other": pairing.named_in(row),
    }
    due_on = row.due_on or assigning.usual_due_day(today)
    owner = row.owner.username if row.owner else ""
    return {
        "verdict": VerdictForm(remedies, initial=draft),
        "assign": AssignForm(
            row.run.region, initial={"owner": owner, "due_on": due_on}, auto_id="id_assign_%s"
        ),
        "note": NoteForm(initial={"note": row.note}, auto_id="id_noted_%s"),
        "return": DifferenceReasonForm(auto_id="id_return_%s"),
        "undo": DifferenceReasonForm(auto_id="id_undo_%s"),
    }


def _drafted(row: Discrepancy) -> str:
    """What the program proposes; a rest of nil in fund and account needs no writing off."""
    nothing_left = row.proposed == Remedy.WRITE_OFF and not row.amount_fen
    return Remedy.NONE.value if nothing_left else row.proposed


# --- acts ---------------------------------------------------------------------------------------------------


@needs(May.RECONCILE)
@require_POST
def difference_judge(request: StaffRequest, difference_no: str) -> HttpResponse:
    """Propose what is to be done with it; paired with another one, both."""
    row = _visible(request, difference_no)
    form = VerdictForm(remedies_of(row.kind, row.run.source), request.POST)
    told = "已提出结论，等另一位同事批准。"
    return _act(request, row, form, partial(_judge, request, row), told, "verdict")


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
    row = _visible(request, difference_no)
    act = partial(
        judging.verdicts_approve, [row.pk], by=request.user, at=request.now, seen_at=_seen_at(request)
    )
    return _act(request, row, Form(request.POST), act, "已批准结论。", "approve")


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
    row = _visible(request, difference_no)
    form = DifferenceReasonForm(request.POST, auto_id=f"id_{acted}_%s")
    act = partial(service, [row.pk], by=request.user, at=request.now)
    return _act(request, row, form, act, told, acted)


@needs(May.READ_RECONCILIATION)
@require_POST
def difference_assign(request: StaffRequest, difference_no: str) -> HttpResponse:
    """Who looks into it, and until when: by whoever judges or approves."""
    row = _visible(request, difference_no)
    form = AssignForm(row.run.region, request.POST, auto_id="id_assign_%s")
    act = partial(assigning.differences_assign, [row.pk], by=request.user, at=request.now)
    return _act(request, row, form, act, "已交办。", "assign")


@needs(May.RECONCILE)
@require_POST
def difference_note(request: StaffRequest, difference_no: str) -> HttpResponse:
    """What was found out so far."""
    row = _visible(request, difference_no)
    form = NoteForm(request.POST, auto_id="id_noted_%s")
    act = partial(assigning.difference_note, row.pk, by=request.user, at=request.now)
    return _act(request, row, form, act, "已记下说明。", "note")


def _act(
    request: StaffRequest, row: Discrepancy, form: Form, act: Callable[..., object], told: str, acted: str
) -> HttpResponse:
    """Do it and go on in the list that one came from; or the page with what was refused."""
    way = way_on(request.user, row, request.today, request.GET)
    if not done(request, form, act):
        return _detail(request, _visible(request, row.difference_no), form, acted)
    messages.success(request, f"{row}：{told}")
    if way is not None and way.next_url and acted in LEAD_ON:
        return redirect(way.next_url)
    return redirect(detail_url(row.difference_no) + (way.query if way is not None else ""))


LEAD_ON = ("verdict", "approve", "return")  # what ends the work on one leads to the next of the list
