"""Pages of the years: the list, one year with its steps and regions; compute, close."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.request import StaffRequest
from settlement.clearing.models import SheetComparison
from settlement.year_end import selectors
from settlement.year_end.filling import RegionYear, YearBook, region_years
from settlement.year_end.forms import SeenForm
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.services import year_close, year_compute
from settlement.year_end.shown import missing_months, next_hint, year_steps
from settlement.year_end.states import YearState
from settlement.year_end.waiting import application_of

COMPARISONS_SHOWN = 5


@needs(May.READ_CLEARING)
@require_GET
def year_list(request: StaffRequest) -> HttpResponse:
    """Every year with how far it has come."""
    rows = {row.year: row for row in YearEnd.objects.select_related("computed_by", "closed_by")}
    years = [rows.get(year) or YearEnd(year=year) for year in selectors.years_on_record()]
    context = {"years": years, "sees_all": access.sees_all(request.user)}
    return render(request, "settlement/year_end/list.html", context)


def _year(year: str) -> YearEnd:
    found = selectors.year_named(year)
    if found is None:
        if year not in selectors.years_on_record():
            raise Http404
        found = YearEnd(year=year)
    return found


@needs(May.READ_CLEARING)
@require_GET
def year_detail(request: StaffRequest, year: str) -> HttpResponse:
    """One year: what was done, what waits and for whom, each region's figures and application."""
    return _detail(request, _year(year), None)


def _detail(request: StaffRequest, year_end: YearEnd, form: SeenForm | None) -> HttpResponse:
    user = request.user
    sees_all, is_computed = access.sees_all(user), year_end.state != YearState.OPEN
    comparisons = SheetComparison.objects.visible_to(user).filter(period=year_end.year)
    context: dict[str, Any] = {
        "year_end": year_end,
        **_standing(request, year_end),
        "gap": missing_months(_gap(year_end), request.today),
        "sees_all": sees_all,
        "rows": _rows(user, year_end) if is_computed else [],
        "comparisons": comparisons[:COMPARISONS_SHOWN],
        "form": form,
        "left": _left(year_end) if is_computed and sees_all else 0,
    }
    status = 422 if form is not None else 200
    return render(request, "settlement/year_end/detail.html", context, status=status)


def _standing(request: StaffRequest, year_end: YearEnd) -> dict[str, Any]:
    """How far the year is, what it waits for, and whose buttons."""
    user, missing = request.user, selectors.unsigned_of(year_end.year)
    waiting = missing_months(missing, request.today)
    may_apply = _may_apply(user, year_end)
    counts = selectors.application_counts(year_end)
    pending = selectors.pending_of(counts)
    is_ready = year_end.state == YearState.COMPUTED and not pending
    return {
        "steps": year_steps(year_end, missing, user, counts),
        "missing": waiting,
        "to_come": len(missing) - len(waiting),
        "hint": next_hint(year_end, missing, user, may_apply=may_apply, pending=pending),
        "may_compute": not year_end.is_closed and not missing and access.allowed(user, May.COMPUTE_YEAR_END),
        "may_close": is_ready and access.allowed(user, May.CLOSE_YEAR) and year_end.computed_by_id != user.pk,
        "may_apply": may_apply,
    }


def _left(year_end: YearEnd) -> int:
    return selectors.left_behind(year_end.year, selectors.late_counted(year_end))


def _gap(year_end: YearEnd) -> list[str]:
    """The month that keeps later ones from counting in a year that is not closed, if there is one."""
    gap = "" if year_end.is_closed else selectors.late_gap_of(year_end.year)
    return [gap] if gap else []


def _may_apply(user: User, year_end: YearEnd) -> bool:
    """Whether the own region has still to hand in its application."""
    if year_end.state != YearState.COMPUTED or user.region is None:
        return False
    known = application_of(year_end, user.region)
    return access.allowed(user, May.APPLY_YEAR_END) and (known is None or known.is_editable)


def _rows(user: User, year_end: YearEnd) -> list[tuple[RegionYear, YearEndApplication | None]]:
    """The regions this person may see, each with its application."""
    given = {row.region_id: row for row in selectors.applications_of(user, year_end)}
    sees_all = access.sees_all(user)
    rows = region_years(YearBook(year_end))
    return [(row, given.get(row.party.id)) for row in rows if sees_all or row.party.id == user.region_id]


@needs(May.COMPUTE_YEAR_END)
@require_POST
def year_compute_view(request: StaffRequest, year: str) -> HttpResponse:
    """Compute the year, or again."""
    form = SeenForm(request.POST)
    if done(request, form, lambda seen: year_compute(year=year, by=request.user, at=request.now)):
        messages.success(request, f"{year}年的年终清算已计算。")
        return redirect("settlement:year_detail", year=year)
    return _detail(request, _year(year), form)


@needs(May.CLOSE_YEAR)
@require_POST
def year_close_view(request: StaffRequest, year: str) -> HttpResponse:
    """Close the year with the figures that were shown."""
    form = SeenForm(request.POST)

    def act(seen: str) -> YearEnd:
        return year_close(year=year, by=request.user, at=request.now, seen_digest=seen or None)

    if done(request, form, act):
        messages.success(request, f"{year}年已关账，次年开账。")
        return redirect("settlement:year_detail", year=year)
    return _detail(request, _year(year), form)
