"""一份备案: its page with the one next step, and what a reviewer or clerk does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, DomainErrors, NotAllowed
from agency.journal import workflow
from agency.journal.models import AuditEntry
from agency.organisation import access
from agency.organisation.roles import May
from agency.registry import Registry
from agency.web.access import needs
from agency.web.forms import ReasonForm
from agency.web.middleware import record_refusal
from agency.web.parts import WayOn
from agency.web.request import StaffRequest
from filings.filing.judging import judge_stored
from filings.filing.models import Filing
from filings.filing.page import validity_text
from filings.filing.rules import kind_warnings
from filings.filing.sections import ACTIONS, SECTIONS, WAYS_ON
from filings.filing.selectors import terms_of, validity_of
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_decline,
    filing_lock_waive,
    filing_return,
    has_entered,
)
from filings.filing.shown import state_label
from filings.filing.states import OPEN, STOPPED, TONES, WAITING, FilingState
from filings.filing.validity import CROSS_PROVINCE, IN_PROVINCE
from filings.filing.views.fetching import posted_version, seen_version, visible
from filings.materials.rules import rests_on_commitment
from filings.people.selectors import people_visible

S = FilingState
PRINTS_SHOWN = 10
SEEN = ("return", "decline", "waive")  # judged by what the page showed: it must say its version
DEADLINES = {S.UNDER_REVIEW: "复核期限", S.AWAITING_SUPPLEMENT: "补正期限"}
ACTS = {
    "return": "需要补什么",
    "decline": "不予受理的原因",
    "cancel": "撤销原因",
    "waive": "准予的理由",
}


@needs(May.READ_FILINGS)
@require_GET
def filing_detail(request: StaffRequest, filing_no: str) -> HttpResponse:
    """What it says, where it stands, and the next step for whoever looks at it."""
    return _page(request, visible(request, filing_no))


@needs(May.REVIEW_FILINGS)
@require_POST
def filing_approve_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Put in force; when something stands against it, all reasons are shown and nothing changes."""
    filing = visible(request, filing_no)
    way = _way_on(request, filing)
    try:
        filing_approve(filing, by=request.user, at=request.now, version=seen_version(request))
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        filing = visible(request, filing_no)
        reasons = error.errors if isinstance(error, DomainErrors) else [error]
        return _page(request, filing, status=422, refused=reasons)
    messages.success(request, f"{filing_no} 已生效。")
    return _back_to(filing_no, way)


@needs(May.REVIEW_FILINGS)
@require_POST
def filing_return_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Send back with the list of what is missing."""
    told = "{no} 已退回补正，期限 {filing.deadline_on}。"
    return _with_reason(request, filing_no, "return", filing_return, told)


@needs(May.REVIEW_FILINGS)
@require_POST
def filing_decline_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Decline with a reason."""
    return _with_reason(request, filing_no, "decline", filing_decline, "{no} 不予受理，原因已记录。")


@needs(May.TAKE_IN_FILINGS)
@require_POST
def filing_cancel_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Cancel with a reason."""
    return _with_reason(request, filing_no, "cancel", filing_cancel, "{no} 已撤销。")


@needs(May.WAIVE_LOCK)
@require_POST
def filing_lock_waive_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """A supervisor lets the place be changed early."""
    told = "{no} 已准予提前变更，理由已记录。"
    return _with_reason(request, filing_no, "waive", filing_lock_waive, told)


@needs(May.TAKE_IN_FILINGS)
@require_POST
def filing_change_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Begin a successor; when one is under way, go on with that."""
    filing = visible(request, filing_no)
    try:
        draft = filing_change_begin(filing, by=request.user, at=request.now, version=posted_version(request))
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        other_no = error.facts.get("other_no")
        if other_no:
            messages.info(request, error.message)
            return redirect("filings:filing_detail", filing_no=other_no)
        return _page(request, visible(request, filing_no), status=422, refused=[error])
    messages.success(request, f"已建变更草稿 {draft.filing_no}；{filing_no} 在变更生效前继续有效。")
    return redirect("filings:filing_edit", filing_no=draft.filing_no)


def _with_reason(
    request: StaffRequest, filing_no: str, act: str, service: Callable[..., Filing], told: str
) -> HttpResponse:
    filing = visible(request, filing_no)
    form = _reason_form(act, request.POST)
    if not form.is_valid():
        return _page(request, filing, status=422, forms={act: form})
    way = _way_on(request, filing)
    try:
        filing = service(
            filing,
            by=request.user,
            at=request.now,
            reason=form.cleaned_data["reason"],
            version=seen_version(request) if act in SEEN else posted_version(request),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        form.add_error("reason", error.message)
        return _page(request, visible(request, filing_no), status=422, forms={act: form})
    messages.success(request, told.format(no=filing_no, filing=filing))
    return _back_to(filing_no, way)


def _way_on(request: StaffRequest, filing: Filing) -> WayOn | None:
    """The list that this person came from; read before a decision it knows where the filing stood."""
    found = (entry.function(request.user, filing, request.today, request.GET) for entry in WAYS_ON)
    return next((way for way in found if way is not None), None)


def _back_to(filing_no: str, way: WayOn | None) -> HttpResponse:
    """The page of the filing, with the way on."""
    url = reverse("filings:filing_detail", kwargs={"filing_no": filing_no})
    return redirect(url + (way.query if way is not None else ""))


def _reason_form(act: str, data: Any = None) -> ReasonForm:
    form = ReasonForm(data, auto_id=f"id_{act}_%s")
    form.use_required_attribute = False
    form.fields["reason"].label = ACTS[act]
    return form


def _page(
    request: StaffRequest,
    filing: Filing,
    *,
    status: int = 200,
    refused: list[DomainError] | None = None,
    forms: dict[str, ReasonForm] | None = None,
) -> HttpResponse:
    on = request.today
    state = filing.state_on(on)
    own = access.within(request.user, filing.insured_region)
    judged = judge_stored(filing, on)
    way = _way_on(request, filing)
    buttons = _buttons(
        request,
        filing,
        state,
        own=own,
        whole=not judged.reasons,
        locked=any(reason.code == "locked" for reason in judged.reasons),
    )
    context = {
        "filing": filing,
        "way": way,
        "way_query": way.query if way is not None else "",
        "way_leads": way is not None and way.left and bool(way.next_url) and not buttons["may_edit"],
        "deadline_label": DEADLINES.get(state, "办理期限"),
        "state": state,
        "label": state_label(filing, on),
        "tone": TONES[state],
        "validity": _validity(filing),
        "until": _until(filing),
        "materials": list(filing.materials.select_related("material")),
        "on_commitment": rests_on_commitment(judged.groups, judged.entry.materials),
        "proof_due_on": filing.proof_due_on if state == S.IN_FORCE else None,
        "successors": list(filing.successors.order_by("pk")) if own else [],
        "checked_label": "已核" if filing.effective_at is not None else "已收",
        "reasons": judged.reasons if state in OPEN else [],
        "kind_warnings": kind_warnings(filing.kind, filing.person.sex) if state in OPEN else [],
        "refused": refused or [],
        "history": _history(filing, own=own),
        "prints": _prints(filing),
        "is_own": own,
        "card_visible": people_visible(request.user).filter(pk=filing.person_id).exists(),
        "forms": {act: (forms or {}).get(act) or _reason_form(act) for act in ACTS},
        "sections": [section for section in _joined(SECTIONS, request, filing) if section is not None],
        "more_actions": [action for found in _joined(ACTIONS, request, filing) for action in found],
        **buttons,
        "lock_reason": next((reason for reason in judged.reasons if reason.code == "locked"), None),
    }
    return render(request, "filings/filing/detail.html", context, status=status)


def _joined(registry: Registry[Any], request: StaffRequest, filing: Filing) -> list[Any]:
    """What the slices above have to show of this filing."""
    return [entry.function(request.user, filing, request.today) for entry in registry]


def _buttons(
    request: StaffRequest, filing: Filing, state: FilingState, *, own: bool, whole: bool, locked: bool
) -> dict[str, bool]:
    """What whoever looks may do next."""
    entered = has_entered(filing, request.user)
    reviews = own and state == S.UNDER_REVIEW and access.allowed(request.user, May.REVIEW_FILINGS)
    takes_in = own and access.allowed(request.user, May.TAKE_IN_FILINGS)
    return {
        "may_edit": takes_in and state in WAITING,
        "may_submit": takes_in and state in WAITING and whole,
        "may_review": reviews and not entered,
        "waits_for_colleague": reviews and entered or (takes_in and not reviews and state == S.UNDER_REVIEW),
        "may_cancel": takes_in and (state in OPEN or state == S.IN_FORCE),
        "may_change": takes_in and state == S.IN_FORCE,
        "may_waive": own and state in OPEN and access.allowed(request.user, May.WAIVE_LOCK) and locked,
        "may_print": own,
        "may_file_again": takes_in and state not in OPEN and state != S.IN_FORCE,
    }


def _history(filing: Filing, *, own: bool) -> list[dict[str, Any]]:
    """The steps; why something was sent back or cancelled is told in the insured region only."""
    steps = workflow.history(Filing.machine, filing.filing_no)
    return steps if own else [{**step, "reason": ""} for step in steps]


def _validity(filing: Filing) -> str:
    """From, to, and the lock; empty while no begin is known."""
    if filing.never_valid:
        return filing.never_valid_because
    if filing.state in STOPPED:
        return f"{filing.begins_on} 起，至 {filing.ends_on}，{filing.get_state_display()}"
    terms = terms_of(filing.kind, filing.received_on) if filing.kind else None
    scope = CROSS_PROVINCE if filing.is_cross_province else IN_PROVINCE
    span = validity_of(filing.begins_on, terms, scope=scope)
    if span is None or terms is None:
        return ""
    return f"{span.begins_on} 起，{validity_text(span, terms.lock_months)}"


def _until(filing: Filing) -> str:
    """The end, short, for the head of the page."""
    if filing.begins_on is None or filing.never_valid:
        return ""
    return f"{filing.ends_on} 止" if filing.ends_on is not None else "长期有效"


def _prints(filing: Filing) -> list[AuditEntry]:
    rows = AuditEntry.objects.filter(
        subject_kind=Filing.machine.kind, subject_no=filing.filing_no, action="printed"
    )
    return list(rows.select_related("by").order_by("-seq")[:PRINTS_SHOWN])
