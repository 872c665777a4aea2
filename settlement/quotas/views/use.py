"""Pages of use: all regions in a month, and one region over the months."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.selectors import month_named
from settlement.quotas.listing import increases_listed, urgent_first, warnings_listed
from settlement.quotas.models import Quota
from settlement.quotas.shown_use import month_rows, region_rows, use_row
from settlement.quotas.use import computed_periods, raised_since, use_rates

MONTHS_SHOWN = 12
ROWS_SHOWN = 10


def _months(request: StaffRequest) -> tuple[str, list[str]]:
    """The month that is looked at (the newest that has lines, "" for none), and the last twelve."""
    known = computed_periods()
    asked = request.GET.get("period", "")
    return asked if asked in known else known[-1] if known else "", known[-MONTHS_SHOWN:]


@needs(May.READ_QUOTAS)
@require_GET
def fund_use(request: StaffRequest) -> HttpResponse:
    """Every region in a month, and the months of all together; a region's staff are led to their own."""
    user = request.user
    if not access.sees_all(user) and user.region is not None:
        return redirect("settlement:fund_use", region_code=user.region.code)
    period, months = _months(request)
    rates = use_rates(sorted({*months, *([period] if period else [])}))
    regions = list(PoolingRegion.objects.filter(kind=RegionKind.POOLING))
    of_month = {key: use for key, use in rates.items() if key[0] == period}
    context: dict[str, Any] = {
        "period": period,
        "month": month_named(period) if period else None,
        "whole": use_row("全省", "", of_month) if of_month else None,
        "rows": region_rows(rates, period, regions),
        "months": month_rows(rates, months),
        "warnings": urgent_first(warnings_listed(user, "open"))[:ROWS_SHOWN],
        "increases": increases_listed(user, is_open=True)[:ROWS_SHOWN],
    }
    return render(request, "settlement/quotas/use.html", context)


@needs(May.READ_QUOTAS)
@require_GET
def fund_use_region(request: StaffRequest, region_code: str) -> HttpResponse:
    """One region: the month at hand, the months before, its quotas and warnings."""
    region = get_object_or_404(PoolingRegion, code=region_code, kind=RegionKind.POOLING)
    if not access.within(request.user, region):
        raise Http404
    period, months = _months(request)
    asked = sorted({*months, *([period] if period else [])})
    rates = {key: use for key, use in use_rates(asked).items() if key[1] == region.pk}
    later = raised_since(period) if period else {}
    own = region_rows(rates, period, [region])
    quotas = Quota.objects.filter(region=region).select_related("item__round", "increase", "approved_by")
    context: dict[str, Any] = {
        "region": region,
        "period": period,
        "month": month_named(period) if period else None,
        "row": own[0] if own else None,
        "later": {kind: found for (pk, kind), found in later.items() if pk == region.pk},
        "months": month_rows(rates, months),
        "quotas": quotas.order_by("-effective_from", "-pk")[:ROWS_SHOWN],
        "warnings": urgent_first(warnings_listed(request.user).filter(region=region))[:ROWS_SHOWN],
        "sees_all": access.sees_all(request.user),
    }
    return render(request, "settlement/quotas/use_region.html", context)
