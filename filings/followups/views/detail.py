"""一项跟踪: its page, and what a clerk or a second person does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.shown import state_label
from filings.filing.states import TONES
from filings.followups.forms import NoteForm, ReceivedForm
from filings.followups.models import DishonestyMark, FollowUp
from filings.followups.selectors import follow_ups_visible
from filings.followups.services import (
    follow_up_receive,
    follow_up_untrue,
    follow_up_verify,
    mark_lift,
    spot_check_open,
)
from filings.followups.shown import shown, steps_of

LABELS = {"verify": "怎么核实的", "untrue": "哪里不实、怎么查实的", "lift": "解除的原因"}


@needs(May.READ_FILINGS)
@require_GET
def follow_up_detail(request: StaffRequest, follow_up_no: str) -> HttpResponse:
    """What was promised, by when, what became of it, and the next step."""
    return _page(request, visible(request, follow_up_no))


@needs(May.TAKE_IN_FILINGS)
@require_POST
def follow_up_receive_view(request: StaffRequest, follow_up_no: str) -> HttpResponse:
    """The proof came."""
    row = visible(request, follow_up_no)
    form = ReceivedForm(row, request.POST)
    if not form.is_valid():
        return _page(request, row, status=422, received=form)
    try:
        follow_up_receive(row, **form.cleaned_data, by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _page(request, visible(request, follow_up_no), status=422, received=form)
    messages.success(request, f"{follow_up_no} 已收到证明，备案 {row.filing} 的材料已改。")
    return redirect("filings:follow_up_detail", follow_up_no=follow_up_no)


@needs(May.JUDGE_PROMISES)
@require_POST
def follow_up_verify_view(request: StaffRequest, follow_up_no: str) -> HttpResponse:
    """Found true."""

    def act(row: FollowUp, note: str) -> str:
        follow_up_verify(row, note=note, by=request.user, at=request.now)
        return f"{follow_up_no} 核实无误，不用再补交证明。"

    return _noted(request, follow_up_no, "verify", act)


@needs(May.JUDGE_PROMISES)
@require_POST
def follow_up_untrue_view(request: StaffRequest, follow_up_no: str) -> HttpResponse:
    """Found untrue: the filing is cancelled and the person marked."""

    def act(row: FollowUp, note: str) -> str:
        follow_up_untrue(row, reason=note, by=request.user, at=request.now)
        return f"{follow_up_no} 认定承诺不实，备案 {row.filing} 已撤销，此人已作标记。"

    return _noted(request, follow_up_no, "untrue", act)


@needs(May.LIFT_MARKS)
@require_POST
def mark_lift_view(request: StaffRequest, follow_up_no: str) -> HttpResponse:
    """Lift the mark that this follow-up led to."""

    def act(row: FollowUp, note: str) -> str:
        mark_lift(row, reason=note, by=request.user, at=request.now)
        return "标记已解除，可以再接受此人的个人承诺书。"

    return _noted(request, follow_up_no, "lift", act)


@needs(May.JUDGE_PROMISES)
@require_POST
def spot_check_filing(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Put one filing on the list of spot checks."""
    filing = get_object_or_404(Filing.objects.editable_by(request.user), filing_no=filing_no)
    row = spot_check_open(filing, by=request.user, at=request.now)
    messages.success(request, f"{filing_no} 已列入抽查，期限 {row.due_on}。")
    return redirect("filings:follow_up_detail", follow_up_no=row.follow_up_no)


def visible(request: StaffRequest, follow_up_no: str) -> FollowUp:
    """A follow-up that this person may look at, or 404."""
    return get_object_or_404(follow_ups_visible(request.user), follow_up_no=follow_up_no)


def _noted(
    request: StaffRequest, follow_up_no: str, name: str, act: Callable[[FollowUp, str], str]
) -> HttpResponse:
    row = visible(request, follow_up_no)
    form = _note_form(name, request.POST)
    if not form.is_valid():
        return _page(request, row, status=422, notes={name: form})
    try:
        told = act(row, form.cleaned_data["reason"])
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        form.add_error("reason", error.message)
        return _page(request, visible(request, follow_up_no), status=422, notes={name: form})
    messages.success(request, told)
    return redirect("filings:follow_up_detail", follow_up_no=follow_up_no)


def _note_form(name: str, data: Any = None) -> NoteForm:
    return NoteForm(name, LABELS[name], data)


def _page(
    request: StaffRequest,
    row: FollowUp,
    *,
    status: int = 200,
    received: ReceivedForm | None = None,
    notes: dict[str, NoteForm] | None = None,
) -> HttpResponse:
    on, by = request.today, request.user
    steps = steps_of(row, by, on)
    mark = DishonestyMark.objects.filter(follow_up=row).select_related("by", "lifted_by").first()
    may_lift = mark is not None and mark.lifted_at is None and access.allowed(by, May.LIFT_MARKS)
    context = {
        "item": shown([row], on)[0],
        "row": row,
        "filing": row.filing,
        "filing_label": state_label(row.filing, on),
        "filing_tone": TONES[row.filing.state_on(on)],
        "steps": steps,
        "received": received or (ReceivedForm(row) if steps.receive else None),
        "notes": {name: (notes or {}).get(name) or _note_form(name) for name in LABELS},
        "history": workflow.history(FollowUp.machine, row.follow_up_no),
        "mark": mark,
        "may_lift": may_lift and mark is not None and mark.by_id != by.pk,
    }
    return render(request, "filings/followups/detail.html", context, status=status)
