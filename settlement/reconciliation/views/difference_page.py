"""The page of one difference, as every act upon it comes back to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.acting import done
from agency.web.request import StaffRequest
from settlement.reconciliation import assigning, judging, pairing
from settlement.reconciliation.acting import may_act
from settlement.reconciliation.ending_shown import EndingPart, ending_part
from settlement.reconciliation.forms import (
    AssignForm,
    DifferenceReasonForm,
    EndingForm,
    EndingReasonForm,
    NoteForm,
    VerdictForm,
    typed_in,
)
from settlement.reconciliation.kinds import DETAILS, Remedy
from settlement.reconciliation.links import links_of
from settlement.reconciliation.listing import differences_visible, standing_of_number
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.overtaken import overtaken
from settlement.reconciliation.shown import evidence_of, has_identity, history_of, lines_of, rows_of
from settlement.reconciliation.source_links import source_links_of
from settlement.reconciliation.states import DiscrepancyState, RunState
from settlement.reconciliation.telling import LIKE, likely, single_title, subject_title
from settlement.reconciliation.trail import detail_url, way_on
from settlement.reconciliation.verdict_rules import endings_of, remedies_of

CANDIDATES_SHOWN = 6
SAME_NUMBER_SHOWN = 5
WITH_NAMES = ("run__region", "owner", "judged_by", "approved_by", "pair__run")
# what ends the work on one leads to the next of the list
LEAD_ON = ("verdict", "approve", "return", "ending", "ending_approve", "ending_return")


def visible_difference(request: StaffRequest, difference_no: str) -> Discrepancy:
    """The difference of this number, where this person may see it; else 404."""
    rows = differences_visible(request.user).select_related(*WITH_NAMES)
    return get_object_or_404(rows, difference_no=difference_no)


def detail_page(
    request: StaffRequest, row: Discrepancy, form: Form | None = None, acted: str = ""
) -> HttpResponse:
    """The page; `form` is the one that was refused, of the act that it was posted for."""
    may = _may(request, row)
    way = way_on(request.user, row, request.today, request.GET)
    ending = ending_part(request.user, row)
    forms = _forms(row, request.today) | (_ending_forms(ending) if ending is not None else {})
    context = {
        **_found(request, row),
        "may": may,
        "ending": ending,
        **_refused(row, ending, form, acted, forms),
        "candidates": pairing.candidates(row, CANDIDATES_SHOWN) if may["judge"] else [],
        "way": way,
        "way_query": way.query if way is not None else "",
        "seen_at": request.now.isoformat(),
        "may_unmask": access.allowed(request.user, May.UNMASK) and has_identity(row),
    }
    status = 422 if form is not None else 200
    return render(request, "settlement/reconciliation/difference.html", context, status=status)


def _refused(
    row: Discrepancy, ending: EndingPart | None, form: Form | None, acted: str, forms: dict[str, Form]
) -> dict[str, Any]:
    """The forms, with the one that was refused; where somebody else was first that is said in its place, with
    what was typed in: nothing is to be amended where nothing is left to do."""
    too_late = overtaken(row, ending, acted) if form is not None else ""
    if form is None or too_late:
        typed = typed_in(form) if form is not None else ""
        return {"forms": forms, "form": None, "overtaken": too_late, "unsaved": typed}
    return {"forms": forms | {acted: form}, "form": form, "overtaken": "", "unsaved": ""}


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
        "facts": [(name, value) for name, value in facts if name != LIKE],
        "likely": likely(row),
        "is_case": row.run.source in DETAILS,
        "single": single_title(row.run.source),
        "about": subject_title(row.run.source),
        "named": pairing.named_in(row),
        "links": [*links_of(request.user, row), *source_links_of(request.user, row)],
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
    judges = is_open and may_act(by, May.RECONCILE, row.run)
    approves = is_open and may_act(by, May.APPROVE_VERDICTS, row.run)
    is_judged = row.state == DiscrepancyState.JUDGED
    return {
        "judge": judges and row.state == DiscrepancyState.OPEN,
        "assign": (judges or approves) and row.state != DiscrepancyState.SETTLED,
        "approve": approves and is_judged and row.judged_by_id != by.pk,
        "return": approves and is_judged,
        "undo": approves and row.state == DiscrepancyState.SETTLED,
        "waits": is_judged and row.judged_by_id == by.pk,
    }


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


def _ending_forms(part: EndingPart) -> dict[str, Form]:
    """How it could have ended, or why that is returned or undone: what may be done with it now."""
    if part.standing is None:
        return {"ending": EndingForm(endings_of(part.row.kind, part.row.run.source), auto_id="id_ending_%s")}
    seen = {"ending_no": part.standing.ending_no}
    return {
        act: EndingReasonForm(initial=seen, auto_id=f"id_{act}_%s")
        for act in ("ending_return", "ending_undo")
    }


def _drafted(row: Discrepancy) -> str:
    """What the program proposes; a rest of nil in fund and account needs no writing off."""
    nothing_left = row.proposed == Remedy.WRITE_OFF and not row.amount_fen
    return Remedy.NONE.value if nothing_left else row.proposed


def act_upon(
    request: StaffRequest, row: Discrepancy, form: Form, act: Callable[..., object], told: str, acted: str
) -> HttpResponse:
    """Do it and go on in the list that one came from; or the page with what was refused."""
    way = way_on(request.user, row, request.today, request.GET)
    if not done(request, form, act):
        return detail_page(request, visible_difference(request, row.difference_no), form, acted)
    messages.success(request, f"{row}：{told}")
    if way is not None and way.next_url and acted in LEAD_ON:
        return redirect(way.next_url)
    return redirect(detail_url(row.difference_no) + (way.query if way is not None else ""))
