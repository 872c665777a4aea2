"""Pages of quotas: the rounds, one round with its arithmetic, one region's amount; the steps of a round."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.journal.workflow import history
from agency.money import plain_yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.forms import ReasonForm
from agency.web.request import StaffRequest
from settlement.notices.issuing import standing_of
from settlement.notices.models import Notice
from settlement.quotas import services
from settlement.quotas.filling import items_of
from settlement.quotas.forms import ChangeForm, DrawForm, SeenForm
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.noticing import basis_of
from settlement.quotas.selectors import quota_table, round_of, rounds_of, rounds_summed
from settlement.quotas.shown import arithmetic, round_acts, round_hint, type_tables
from settlement.quotas.states import ROUND_MACHINE


@needs(May.READ_QUOTAS)
@require_GET
def quota_list(request: StaffRequest) -> HttpResponse:
    """The rounds that somebody may see, and the quotas in force today."""
    return _list(request, None)


def _list(request: StaffRequest, form: DrawForm | None) -> HttpResponse:
    user = request.user
    rows, total = quota_table(user, request.today)
    context: dict[str, Any] = {
        "rounds": rounds_summed(rounds_of(user)),
        "rows": rows,
        "total": total,
        "sees_all": access.sees_all(user),
        "may_draw": access.allowed(user, May.PROPOSE_QUOTAS),
        "form": form or DrawForm(initial={"year": request.today.year + 1}),
    }
    return render(request, "settlement/quotas/list.html", context, status=422 if form else 200)


@needs(May.PROPOSE_QUOTAS)
@require_POST
def quota_draw(request: StaffRequest) -> HttpResponse:
    """Draw a year's round up, or anew."""
    form = DrawForm(request.POST)
    kept: list[QuotaRound] = []

    def act(year: int, effective_on: dt.date | None) -> None:
        draw = partial(services.round_draw, by=request.user, at=request.now)
        kept.append(draw(year=year, effective_on=effective_on))

    if done(request, form, act):
        messages.success(request, f"{kept[0].label}额度已拟定，请核对后提请批准。")
        return redirect("settlement:quota_round", year=kept[0].year)
    return _list(request, form)


def _round(request: StaffRequest, year: int) -> QuotaRound:
    found = round_of(request.user, year)
    if found is None:
        raise Http404
    return found


@needs(May.READ_QUOTAS)
@require_GET
def quota_round(request: StaffRequest, year: int) -> HttpResponse:
    """One round: every region's arithmetic; a region's staff see their own."""
    return _page(request, _round(request, year), None)


def _page(request: StaffRequest, drawn: QuotaRound, form: Form | None) -> HttpResponse:
    user = request.user
    region = None if access.sees_all(user) else user.region
    notices = Notice.objects.visible_to(user).filter(pk__in=standing_of(basis_of(drawn)))
    context: dict[str, Any] = {
        "drawn": drawn,
        "tables": type_tables(items_of(drawn, region)),
        "hint": round_hint(drawn, user),
        "region": region,
        "notices": notices.order_by("serial"),
        "changes": history(ROUND_MACHINE, drawn.journal_no),
        "form": form,
        "return_form": form if isinstance(form, ReasonForm) else ReasonForm(),
        "may_change": drawn.is_editable and access.allowed(user, May.PROPOSE_QUOTAS),
        **round_acts(drawn, user),
    }
    return render(request, "settlement/quotas/round.html", context, status=422 if form else 200)


@needs(May.PROPOSE_QUOTAS)
@require_POST
def quota_propose(request: StaffRequest, year: int) -> HttpResponse:
    """To be approved by somebody else."""
    drawn, form = _round(request, year), Form(request.POST)
    if done(request, form, partial(services.round_propose, drawn=drawn, by=request.user, at=request.now)):
        messages.success(request, "已提请批准。")
        return redirect("settlement:quota_round", year=year)
    return _page(request, drawn, form)


@needs(May.APPROVE_QUOTAS)
@require_POST
def quota_approve(request: StaffRequest, year: int) -> HttpResponse:
    """Approve the amounts that were shown; notices go out with it."""
    drawn, form = _round(request, year), SeenForm(request.POST)

    def act(seen: str) -> None:
        approve = partial(services.round_approve, by=request.user, at=request.now)
        approve(drawn=drawn, seen_digest=seen or None)

    if done(request, form, act):
        messages.success(request, f"{drawn.label}额度已批准，自 {drawn.effective_on} 起执行，通知书已签发。")
        return redirect("settlement:quota_round", year=year)
    return _page(request, drawn, form)


@needs(May.APPROVE_QUOTAS)
@require_POST
def quota_return(request: StaffRequest, year: int) -> HttpResponse:
    """Back with a reason."""
    drawn, form = _round(request, year), ReasonForm(request.POST)
    if done(request, form, partial(services.round_return, drawn=drawn, by=request.user, at=request.now)):
        messages.success(request, "已退回。")
        return redirect("settlement:quota_round", year=year)
    return _page(request, drawn, form)


def _item(request: StaffRequest, year: int, region_code: str, insurance_type: str) -> QuotaItem:
    """One region's and type's, where this person may see it."""
    drawn = _round(request, year)
    region = PoolingRegion.objects.filter(code=region_code).first()
    if region is None or not access.within(request.user, region):
        raise Http404
    for item in items_of(drawn, region):
        if item.insurance_type == insurance_type:
            return item
    raise Http404


@needs(May.READ_QUOTAS)
@require_GET
def quota_item(request: StaffRequest, year: int, region_code: str, insurance_type: str) -> HttpResponse:
    """How one region's quota comes about, step by step; its quotas so far."""
    return _item_page(request, _item(request, year, region_code, insurance_type), None)


def _item_page(request: StaffRequest, item: QuotaItem, form: ChangeForm | None) -> HttpResponse:
    start = {"changed_fen": plain_yuan(item.changed_fen), "reason": item.reason}
    may_change = item.round.is_editable and access.allowed(request.user, May.PROPOSE_QUOTAS)
    quotas = Quota.objects.filter(region=item.region, insurance_type=item.insurance_type)
    quotas = quotas.select_related("item__round", "increase", "approved_by")
    context: dict[str, Any] = {
        "item": item,
        "drawn": item.round,
        "steps": arithmetic(item),
        "bases": item.bases.all(),
        "quotas": quotas.order_by("-effective_from", "-pk"),
        "form": form or ChangeForm(initial=start),
        "may_change": may_change,
    }
    return render(request, "settlement/quotas/item.html", context, status=422 if form else 200)


@needs(May.PROPOSE_QUOTAS)
@require_POST
def quota_item_change(
    request: StaffRequest, year: int, region_code: str, insurance_type: str
) -> HttpResponse:
    """Another amount, with its reason."""
    item, form = _item(request, year, region_code, insurance_type), ChangeForm(request.POST)
    if done(request, form, partial(services.item_change, item=item, by=request.user, at=request.now)):
        messages.success(request, f"{item.region}{item.get_insurance_type_display()}的额度已修改。")
        return redirect("settlement:quota_round", year=year)
    return _item_page(request, item, form)
