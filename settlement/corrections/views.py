"""Pages of conflicts and corrections: the queue, one conflict side by side, one correction, its decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done, put_on
from agency.web.keyset import keyset_page
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.corrections import services
from settlement.corrections.conflicts import compared, conflict, conflicts, conflicts_open, pairs_of
from settlement.corrections.forms import ConflictFilterForm, CorrectionFilterForm, CorrectionReasonForm
from settlement.corrections.models import Correction
from settlement.corrections.rules import obstacles
from settlement.corrections.selectors import (
    CorrectionFilter,
    corrections_listed,
    corrections_to_decide,
    situation,
    stored_content,
)
from settlement.corrections.states import CorrectionState
from settlement.records.content import CERT_NO, PERSON_NAME, as_delivered
from settlement.records.models import SettlementRecord

LEAVE = "leave"  # the button 提请不予更正
PAGE = 30  # each line is read and compared again


@needs(May.READ_CASES)
@require_GET
def conflict_list(request: StaffRequest) -> HttpResponse:
    """Refused lines whose number is stored with other content, that nobody has settled yet; newest first."""
    form = ConflictFilterForm(request.GET)
    names = {"settlement_no": "value", "batch": "batch__batch_no"}
    given = {names[name]: value for name, value in form.given().items()}
    page = keyset_page(request, conflicts_open(request.user).filter(**given), size=PAGE)
    context = {
        "form": form,
        "page": page,
        "rows": compared(request.user, page.rows),
        "narrowed": bool(given),
        "to_decide": corrections_to_decide(request.user)[:1].exists() and _decides(request.user),
    }
    return render(request, "settlement/corrections/conflicts.html", context)


def _decides(user: User) -> bool:
    return access.allowed(user, May.RELEASE_BATCHES)


@needs(May.READ_CASES)
@require_GET
def correction_list(request: StaffRequest) -> HttpResponse:
    """Corrections that this person may see, newest first, narrowed."""
    form = CorrectionFilterForm(request.GET)
    narrow = form.narrowed()
    page = keyset_page(request, corrections_listed(request.user, narrow))
    context = {"form": form, "page": page, "narrowed": narrow != CorrectionFilter()}
    return render(request, "settlement/corrections/list.html", context)


@needs(May.READ_CASES)
@require_http_methods(["GET", "POST"])
def conflict_detail(request: StaffRequest, conflict_batch_no: str, line_no: int) -> HttpResponse:
    """One conflict: stored and file side by side; posting proposes the correction, or to leave it."""
    rows = conflicts(request.user).filter(batch__batch_no=conflict_batch_no, line_no=line_no)
    found = conflict(request.user, get_object_or_404(rows))
    form = CorrectionReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        access.require(request.user, May.LOAD_CASES)
        if form.is_valid():
            leaves = request.POST.get("decision") == LEAVE
            propose = services.leaving_propose if leaves else services.correction_propose
            try:
                correction = propose(
                    by=request.user, at=request.now, refusal=found.refusal, **form.cleaned_data
                )
            except DomainError as error:
                put_on(request, form, error)
            else:
                said = "已提请不予更正" if leaves else "已提出更正"
                messages.success(request, f"{said} {correction}，请另一位同事审批。")
                return redirect("settlement:correction_detail", proposal_no=correction.proposal_no)
    is_open = conflicts_open(request.user).filter(pk=found.refusal.pk).exists()
    in_the_way = _obstacles(request.user, found.record, found.candidate) if is_open else []
    told = [sentence for _, sentence in in_the_way]
    settling = Correction.objects.visible_to(request.user).filter(
        conflict_lines__batch=found.refusal.batch, conflict_lines__line_no=line_no
    )
    may = access.allowed(request.user, May.LOAD_CASES)
    context = {
        "conflict": found,
        "form": form,
        "obstacles": told,
        "settling": settling.order_by("-pk").first(),
        "is_open": is_open,
        "may_propose": may and is_open and not told and not found.why,
        "may_leave": may
        and is_open
        and found.record is not None
        and not any(code == "already_proposed" for code, _ in in_the_way),
        "may_unmask": access.allowed(request.user, May.UNMASK),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "settlement/corrections/conflict.html", context, status=status)


def _obstacles(user: User, record: SettlementRecord | None, candidate: Any) -> list[tuple[str, str]]:
    return obstacles(situation(user, record, candidate)) if record is not None else []


@needs(May.READ_CASES)
@require_GET
def correction_detail(request: StaffRequest, proposal_no: str) -> HttpResponse:
    """One correction: what was, what shall be, who proposed and decided; the decision's buttons."""
    correction = _visible(request, proposal_no)
    return render(request, "settlement/corrections/detail.html", _context(request, correction))


def _visible(request: StaffRequest, proposal_no: str) -> Correction:
    rows = corrections_listed(request.user, CorrectionFilter()).select_related("reversal", "record")
    return get_object_or_404(rows, proposal_no=proposal_no)


def _context(
    request: StaffRequest, correction: Correction, form: CorrectionReasonForm | None = None
) -> dict[str, Any]:
    stored = SettlementRecord.objects.filter(
        settlement_no=correction.settlement_no, correction_no=correction.corrects_no
    ).first()
    is_open = correction.state == CorrectionState.PROPOSED
    refusal = access.refusal(services.require_may_decide, request.user, correction) if is_open else ""
    corrects = is_open and not correction.leaves_stored
    own = situation(request.user, stored, None, own=correction) if corrects and stored else None
    told = [sentence for _, sentence in obstacles(own)] if own else []
    if corrects and (gone := services.file_gone(correction)):
        told.append(gone)
    content = correction.content.split("\t") if correction.content else []
    pairs = pairs_of(as_delivered(stored_content(stored)), content) if stored is not None and content else []
    return {
        "correction": correction,
        "stored": stored,
        "new_person": {"name": content[PERSON_NAME], "cert_no": content[CERT_NO]} if content else None,
        "pairs": pairs,
        "obstacles": told,
        "history": workflow.history(Correction.machine, correction.proposal_no),
        "form": form or CorrectionReasonForm(),
        "is_open": is_open,
        "file_gone": services.file_gone(correction),
        "may_decide": is_open and not refusal,
        "may_approve": corrects and not refusal,
        "refusal": refusal if _decides(request.user) else "",
        "may_withdraw": is_open
        and correction.proposed_by_id == request.user.pk
        and workflow.can_move(correction, CorrectionState.WITHDRAWN, request.user),
        "may_unmask": access.allowed(request.user, May.UNMASK),
    }


@needs(May.RELEASE_BATCHES)
@require_POST
def correction_approve(request: StaffRequest, proposal_no: str) -> HttpResponse:
    """A second person approves: the pair is written."""
    correction = _visible(request, proposal_no)
    try:
        services.correction_approve(by=request.user, at=request.now, correction=correction)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(
            request, f"已更正 {correction.settlement_no}：原记录由一笔冲正抵消，更正后的一笔已入库。"
        )
    return redirect("settlement:correction_detail", proposal_no=proposal_no)


@needs(May.RELEASE_BATCHES)
@require_POST
def correction_reject(request: StaffRequest, proposal_no: str) -> HttpResponse:
    """A second person says no, with a reason; what is stored stays."""
    return _with_reason(request, proposal_no, services.correction_reject, "已办理不予更正，库中的内容不变。")


@needs(May.LOAD_CASES)
@require_POST
def correction_withdraw(request: StaffRequest, proposal_no: str) -> HttpResponse:
    """Whoever proposed it takes it back."""
    gone = services.file_gone(_visible(request, proposal_no))
    told = "已撤回；依据的文件也已撤回或撤销，没有要处理的冲突。" if gone else "已撤回，冲突回到待处理。"
    return _with_reason(request, proposal_no, services.correction_withdraw, told)


def _with_reason(
    request: StaffRequest, proposal_no: str, act: Callable[..., Correction], told: str
) -> HttpResponse:
    correction = _visible(request, proposal_no)
    form = CorrectionReasonForm(request.POST)
    if done(request, form, partial(act, by=request.user, at=request.now, correction=correction)):
        messages.success(request, told)
        return redirect("settlement:correction_detail", proposal_no=proposal_no)
    context = _context(request, correction, form)
    return render(request, "settlement/corrections/detail.html", context, status=422)
