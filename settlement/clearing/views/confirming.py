"""Pages of a region's confirmation: its sheets one after another, what changed since, confirm, take back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import NotAllowed
from agency.organisation import access
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.periods import period_label
from agency.sheets.filled import SheetData
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.confirming import region_unconfirm, sheet_look
from settlement.clearing.delays import clock_for
from settlement.clearing.filling import MonthBook, party_named_as_then, region_sheets, sheets_digest
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.months import may_confirm, progress_of
from settlement.clearing.rules import Party
from settlement.clearing.seen import changes_between, last_voided, looks_at
from settlement.clearing.services import region_confirm
from settlement.clearing.sheets import OF_REGION, SHORT_TITLES
from settlement.clearing.views.sheets import month_and_region
from settlement.corrections.forms import CorrectionReasonForm

CHANGES_SHOWN = 60


@needs(May.READ_CLEARING)
@require_GET
def region_sheets_view(request: StaffRequest, period: str, region_code: str) -> HttpResponse:
    """A region's sheets of a month: which were looked at, what changed since it confirmed, and its yes."""
    month, region = month_and_region(request.user, period, OF_REGION[0], region_code)
    assert region is not None  # the form is a region's
    party = party_named_as_then(month, region)
    sheets = region_sheets(MonthBook(month, party), party)
    progress = progress_of(period)
    assert progress is not None
    own = request.user.region_id == region.pk
    confirms = own and may_confirm(request.user, progress)
    given = progress.given.get(region.pk)
    delays = clock_for(progress, request.today).delays(progress)
    context: dict[str, Any] = {
        "month": month,
        "party": party,
        "progress": progress,
        "digest": sheets_digest(sheets, party),
        "sheets": _sheets(month, party, sheets, request),
        "given": given,
        "wait": delays.of(region.pk) if delays else None,
        "others": delays.others(region.pk) if delays else None,
        "is_passed_over": region.pk in progress.passed_over,
        "confirms_next": confirms,
        "takes_back": given is not None and own and _may_take_back(request, month),
        "form": CorrectionReasonForm(),
        **_changes(month, party, sheets, given),
    }
    context["unseen"] = [row for row in context["sheets"] if not row["is_own"]]
    return render(request, "settlement/clearing/region.html", context)


def _may_take_back(request: StaffRequest, month: ClearingPeriod) -> bool:
    return not month.is_signed and access.allowed(request.user, May.CONFIRM_CLEARING)


def _sheets(
    month: ClearingPeriod, party: Party, sheets: list[SheetData], request: StaffRequest
) -> list[dict[str, Any]]:
    """A row for each sheet: its rows, what it comes to, who looked at it as it is now."""
    looks = looks_at(month, party, sheets)
    found = []
    for data in sheets:
        form = data.sheet.form
        last = data.sheet.leaves[-1]
        where = {"period": month.period, "form": form, "region_code": party.code}
        found.append(
            {
                "form": form,
                "title": SHORT_TITLES[form],
                "url": reverse("settlement:sheet", kwargs=where),
                "rows": len(data.rows),
                "total": data.total()[last.key],
                "total_title": last.title,
                "looks": looks[form],
                "is_own": any(look.by_id == request.user.pk for look in looks[form]),
            }
        )
    return found


def _changes(
    month: ClearingPeriod, party: Party, sheets: list[SheetData], given: RegionConfirmation | None
) -> dict[str, Any]:
    """What changed since the region last confirmed, where that no longer stands."""
    earlier = last_voided(month, party) if given is None else None
    if earlier is None:
        return {"earlier": None}
    changes = changes_between(earlier.content, sheets)
    return {
        "earlier": earlier,
        "changes": changes[:CHANGES_SHOWN],
        "more_changes": max(0, len(changes) - CHANGES_SHOWN),
    }


def _own_region(request: StaffRequest) -> PoolingRegion:
    if request.user.region is None:
        raise NotAllowed("清算表由统筹区自己确认。")
    return request.user.region


@needs(May.CONFIRM_CLEARING)
@require_POST
def sheet_looked(request: StaffRequest, period: str, form: str, region_code: str) -> HttpResponse:
    """Note that a sheet was looked at as shown; on to the next one, at last to the confirmation."""
    _, region = month_and_region(request.user, period, form, region_code)
    assert region is not None  # the URL has one
    following = sheet_look(
        period=period,
        form=form,
        region=region,
        by=request.user,
        at=request.now,
        seen_digest=request.POST.get("seen_digest", ""),
    )
    if following:
        return redirect("settlement:sheet", period=period, form=following, region_code=region_code)
    return redirect("settlement:region_sheets", period=period, region_code=region_code)


@needs(May.CONFIRM_CLEARING)
@require_POST
def period_confirm(request: StaffRequest, period: str) -> HttpResponse:
    """The actor's own region confirms what was shown."""
    region = _own_region(request)
    seen = request.POST.get("seen_digest", "")
    region_confirm(period=period, region=region, by=request.user, at=request.now, seen_digest=seen)
    messages.success(request, f"{region}已确认{period_label(period)}的清算表。")
    return redirect("settlement:period_detail", period=period)


@needs(May.CONFIRM_CLEARING)
@require_POST
def period_unconfirm(request: StaffRequest, period: str) -> HttpResponse:
    """The actor's own region takes its confirmation back."""
    region = _own_region(request)
    reason = request.POST.get("reason", "")
    region_unconfirm(period=period, region=region, reason=reason, by=request.user, at=request.now)
    messages.success(request, f"{region}已撤回{period_label(period)}的确认；看过之后可以再确认。")
    return redirect("settlement:region_sheets", period=period, region_code=region.code)
