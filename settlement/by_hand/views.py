"""Pages of one case by hand (adding it, reversing it) and of one deduction.

All end as a file of one line to be released.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from agency.batches.models import Batch
from agency.errors import DomainError, NotAllowed
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.by_hand.deduction_form import DeductionForm
from settlement.by_hand.forms import CaseForm, ReverseForm, suggested
from settlement.by_hand.services import ADDED, REVERSED, case_submit, deduction_submit, reversal_values
from settlement.records.figures import blocks_of
from settlement.records.selectors import record_current, reversal_of


@needs(May.LOAD_CASES)
@require_http_methods(["GET", "POST"])
def case_add(request: StaffRequest) -> HttpResponse:
    """Type in one case; the errors of the import stand beside their fields."""
    form = CaseForm(request.POST if request.method == "POST" else None, initial={"psn_cert_type": "01"})
    if form.is_valid():
        submit = partial(case_submit, values=form.values(), how=ADDED, reason=form.cleaned_data["reason"])
        batch = _submitted(request, form, submit)
        if batch is not None:
            return redirect("agency:batch_detail", batch_no=batch.batch_no)
    status = 422 if form.errors else 200
    return render(request, "settlement/by_hand/add.html", {"form": form}, status=status)


@needs(May.LOAD_CASES)
@require_http_methods(["GET", "POST"])
def case_reverse(request: StaffRequest, settlement_no: str) -> HttpResponse:
    """Reverse one case as a whole; its number, moment and reason are asked for."""
    record = record_current(request.user, settlement_no)
    if record is None or record.is_reversal:
        raise Http404
    initial = suggested(settlement_no, timezone.localtime(request.now))
    form = ReverseForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        typed = form.cleaned_data
        values = reversal_values(record, number=typed["number"], settled_at=typed["settled_at"])
        submit = partial(case_submit, values=values, how=REVERSED, reason=typed["reason"])
        batch = _submitted(request, form, submit)
        if batch is not None:
            return redirect("agency:batch_detail", batch_no=batch.batch_no)
    context = {
        "record": record,
        "form": form,
        "blocks": blocks_of(record),
        "reversal": reversal_of(request.user, record),
    }
    return render(request, "settlement/by_hand/reverse.html", context, status=422 if form.errors else 200)


@needs(May.LOAD_CASES)
@require_http_methods(["GET", "POST"])
def deduction_add(request: StaffRequest) -> HttpResponse:
    """Type in one deduction; `?case=` names the case it takes from."""
    initial = {"period": f"{request.today:%Y%m}", "settlement_no": request.GET.get("case", "")[:40]}
    form = DeductionForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        batch = _submitted(request, form, partial(deduction_submit, values=form.values()))
        if batch is not None:
            return redirect("agency:batch_detail", batch_no=batch.batch_no)
    status = 422 if form.errors else 200
    return render(request, "settlement/by_hand/deduction.html", {"form": form}, status=status)


def _submitted(
    request: StaffRequest, form: CaseForm | ReverseForm | DeductionForm, submit: Callable[..., Batch]
) -> Batch | None:
    """The batch that waits for release; None when the row was refused, with the reason on the form."""
    try:
        batch = submit(by=request.user, at=request.now)
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        title = error.field or ""  # stands beside the field as its label already
        form.add_error(form.field_of(error.field), error.message.removeprefix(f"{title}："))
        return None
    messages.success(request, f"已录入 {batch}，请另一位同事确认写入。")
    return batch
