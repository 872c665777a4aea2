"""Pages of urgent increases: the list, one with its steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.journal.workflow import can_move, history
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.forms import ReasonForm
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from settlement.notices.issuing import standing_of
from settlement.quotas.increases import increase_approve, increase_refuse, increase_withdraw
from settlement.quotas.listing import increase_named, increases_listed, use_when_raised, with_use_now
from settlement.quotas.noticing import increase_basis
from settlement.quotas.shown_use import Gauge
from settlement.quotas.states import INCREASE_MACHINE, IncreaseState
from settlement.quotas.use_models import QuotaIncrease

S = IncreaseState


@needs(May.READ_QUOTAS)
@require_GET
def increase_list(request: StaffRequest) -> HttpResponse:
    """Increases, newest first."""
    page = keyset_page(request, increases_listed(request.user))
    return render(request, "settlement/quotas/increases.html", {"page": page})


def _visible(request: StaffRequest, increase_no: str) -> QuotaIncrease:
    found = increase_named(request.user, increase_no)
    if found is None:
        raise Http404
    return found


@needs(May.READ_QUOTAS)
@require_GET
def increase_detail(request: StaffRequest, increase_no: str) -> HttpResponse:
    """One increase: what is asked for and why, on what warning, who decided."""
    return _page(request, _visible(request, increase_no), None)


def _page(request: StaffRequest, increase: QuotaIncrease, form: Form | None) -> HttpResponse:
    user, warning = request.user, increase.warning
    (_, now), *_ = with_use_now([warning])
    is_own = user.region_id == warning.region_id
    notice = standing_of(increase_basis(increase)).first() if increase.effective_on else None
    context: dict[str, Any] = {
        "increase": increase,
        "warning": warning,
        "then": Gauge(str(warning.region), use_when_raised(warning)),
        "now": Gauge(str(warning.region), now) if now is not None else None,
        "notice": notice,
        "changes": history(INCREASE_MACHINE, increase.increase_no),
        "form": form,
        "reason_form": form if isinstance(form, ReasonForm) else ReasonForm(),
        "may_approve": can_move(increase, S.APPROVED, user) and user.pk != increase.asked_by_id,
        "may_refuse": can_move(increase, S.REFUSED, user),
        "may_withdraw": is_own and can_move(increase, S.WITHDRAWN, user),
    }
    return render(request, "settlement/quotas/increase.html", context, status=422 if form else 200)


def _act(
    request: StaffRequest, increase_no: str, form: Form, service: Callable[..., Any], told: str
) -> HttpResponse:
    increase = _visible(request, increase_no)
    if done(request, form, partial(service, increase=increase, by=request.user, at=request.now)):
        messages.success(request, told)
        return redirect("settlement:quota_increase", increase_no=increase_no)
    return _page(request, increase, form)


@needs(May.APPROVE_QUOTAS)
@require_POST
def increase_approve_view(request: StaffRequest, increase_no: str) -> HttpResponse:
    """The province approves; the quota is raised from today, the notice goes out."""
    told = "已批准，新额度今天起执行，付款通知书已签发。"
    return _act(request, increase_no, Form(request.POST), increase_approve, told)


@needs(May.APPROVE_QUOTAS)
@require_POST
def increase_refuse_view(request: StaffRequest, increase_no: str) -> HttpResponse:
    """The province says no, with a reason."""
    return _act(request, increase_no, ReasonForm(request.POST), increase_refuse, "未批准，已告知统筹区。")


@needs(May.ASK_INCREASE)
@require_POST
def increase_withdraw_view(request: StaffRequest, increase_no: str) -> HttpResponse:
    """The region takes it back."""
    return _act(request, increase_no, ReasonForm(request.POST), increase_withdraw, "已撤回。")
