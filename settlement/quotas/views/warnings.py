"""Pages of warnings: the list, one warning with what was done about it, and asking for an increase."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from settlement.quotas.forms import IncreaseForm, NoteForm
from settlement.quotas.increases import increase_ask
from settlement.quotas.listing import (
    STATES,
    may_be_raised,
    use_when_raised,
    warning_named,
    warnings_listed,
    with_use_now,
)
from settlement.quotas.models import Quota
from settlement.quotas.raising import warning_acknowledge
from settlement.quotas.shown_use import Gauge
from settlement.quotas.use_models import FundWarning, QuotaIncrease


@needs(May.READ_QUOTAS)
@require_GET
def warning_list(request: StaffRequest) -> HttpResponse:
    """Warnings, newest first: what nobody has noted, or all."""
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    page = keyset_page(request, warnings_listed(request.user, state))
    rows = [(warning, use_when_raised(warning), now) for warning, now in with_use_now(page.rows)]
    context = {"page": page, "rows": rows, "state": state, "states": list(STATES.items())}
    return render(request, "settlement/quotas/warnings.html", context)


def _visible(request: StaffRequest, warning_no: str) -> FundWarning:
    found = warning_named(request.user, warning_no)
    if found is None:
        raise Http404
    return found


@needs(May.READ_QUOTAS)
@require_GET
def warning_detail(request: StaffRequest, warning_no: str) -> HttpResponse:
    """One warning: what it was raised for, what it is now, who noted it, what was asked for."""
    return _page(request, _visible(request, warning_no), None)


def _page(request: StaffRequest, warning: FundWarning, form: Form | None) -> HttpResponse:
    user = request.user
    (_, now), *_ = with_use_now([warning])
    may_note = not warning.is_acknowledged and access.allowed(user, May.NOTE_WARNINGS)
    may_ask = access.allowed(user, May.ASK_INCREASE) and user.region_id == warning.region_id
    newest = Quota.objects.filter(region=warning.region, insurance_type=warning.insurance_type)
    context: dict[str, Any] = {
        "warning": warning,
        "then": Gauge(str(warning.region), use_when_raised(warning)),
        "now": Gauge(str(warning.region), now) if now is not None else None,
        "quota": newest.order_by("-effective_from", "-pk").first(),
        "increases": warning.increases.select_related("asked_by").order_by("-pk"),
        "form": form,
        "note_form": form if isinstance(form, NoteForm) else NoteForm(),
        "ask_form": form if isinstance(form, IncreaseForm) else IncreaseForm(),
        "may_note": may_note,
        "may_ask": may_ask and may_be_raised(warning, now),
    }
    return render(request, "settlement/quotas/warning.html", context, status=422 if form else 200)


@needs(May.NOTE_WARNINGS)
@require_POST
def warning_note(request: StaffRequest, warning_no: str) -> HttpResponse:
    """What was done about it."""
    warning, form = _visible(request, warning_no), NoteForm(request.POST)
    if done(request, form, partial(warning_acknowledge, warning=warning, by=request.user, at=request.now)):
        messages.success(request, f"预警 {warning} 已记下处理情况。")
        return redirect("settlement:fund_warning", warning_no=warning_no)
    return _page(request, warning, form)


@needs(May.ASK_INCREASE)
@require_POST
def increase_ask_view(request: StaffRequest, warning_no: str) -> HttpResponse:
    """The region asks for more, on a red warning."""
    warning, form = _visible(request, warning_no), IncreaseForm(request.POST)
    kept: list[QuotaIncrease] = []

    def act(**said: Any) -> None:
        kept.append(increase_ask(warning=warning, by=request.user, at=request.now, **said))

    if done(request, form, act):
        messages.success(request, "加急调增已申请，等省级批准。")
        return redirect("settlement:quota_increase", increase_no=kept[0].increase_no)
    return _page(request, warning, form)
