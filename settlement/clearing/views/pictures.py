"""图表: the pictures of a month, for the province or for one region."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.filling import MonthBook, party_named_as_then
from settlement.clearing.gallery import pictures_of
from settlement.clearing.selectors import regions_seen_by
from settlement.clearing.views.sheets import month_and_region


@needs(May.READ_CLEARING)
@require_GET
def pictures(request: StaffRequest, period: str, region_code: str | None = None) -> HttpResponse:
    """Who owes whom, kinds of care, months in a row; each with its figures as a table."""
    user = request.user
    if region_code is None and not access.sees_all(user) and user.region is not None:
        return redirect("settlement:pictures", period=period, region_code=user.region.code)
    form = "9" if region_code is None else "10"
    month, region = month_and_region(user, period, form, region_code)
    party = party_named_as_then(month, region) if region else None
    book = MonthBook(month)
    context = {
        "month": month,
        "party": party,
        "pictures": pictures_of(book, party),
        "regions": regions_seen_by(user, book.parties) if access.sees_all(user) else [],
    }
    return render(request, "settlement/clearing/pictures.html", context)
