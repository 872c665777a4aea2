"""Reads of what waits: years to compute or close, applications to hand in, review or approve."""

from __future__ import annotations

from django.db.models import Q

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from settlement.clearing.selectors import first_month, signed_periods
from settlement.year_end import rules
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.states import ApplicationState, YearState

APPLICATIONS_SHOWN = 20


def closable_years() -> list[YearEnd]:
    """Years not closed whose months are all signed, oldest first; those nobody began as rows not stored."""
    rows = {row.year: row for row in YearEnd.objects.all()}
    signed = signed_periods()
    years = sorted({month[:4] for month in signed})
    first = first_month() if years else ""
    found = [rows.get(year) or YearEnd(year=year) for year in years]
    return [
        row
        for row in found
        if not row.is_closed and all(month in signed for month in rules.expected_months(row.year, first))
    ]


def waiting_applications(by: User) -> list[YearEndApplication]:
    """Applications whose next step is this person's: to hand in again, to review, to approve."""
    wanted = Q(pk__in=[])
    if access.allowed(by, May.APPLY_YEAR_END):
        wanted |= Q(state=ApplicationState.RETURNED)
    if access.allowed(by, May.REVIEW_YEAR_END):
        wanted |= Q(state=ApplicationState.APPLIED) & ~Q(applied_by=by)
    if access.allowed(by, May.APPROVE_YEAR_END):
        wanted |= Q(state=ApplicationState.REVIEWED) & ~Q(reviewed_by=by)
    if not wanted.children:
        return []
    rows = YearEndApplication.objects.visible_to(by).filter(wanted, year_end__state=YearState.COMPUTED)
    return list(rows.select_related("year_end").order_by("pk")[:APPLICATIONS_SHOWN])


def years_to_apply_for(by: User) -> list[tuple[YearEnd, YearEndApplication | None]]:
    """Computed years for which this person's region has handed nothing in yet, oldest first, with its draft.
    What was returned waits among the applications."""
    if by.region is None or not access.allowed(by, May.APPLY_YEAR_END):
        return []
    own = YearEndApplication.objects.filter(region=by.region, year_end__state=YearState.COMPUTED)
    given = {row.year_end_id: row for row in own}
    years = YearEnd.objects.filter(state=YearState.COMPUTED).order_by("year")
    found = [(year_end, given.get(year_end.pk)) for year_end in years]
    return [row for row in found if row[1] is None or row[1].state == ApplicationState.DRAFT]


def application_of(year_end: YearEnd, region: PoolingRegion) -> YearEndApplication | None:
    """The application of a region for a year."""
    return YearEndApplication.objects.filter(year_end=year_end, region=region).first()
