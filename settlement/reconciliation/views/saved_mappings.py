"""Pages of saved column mappings: listed, retired."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.reconciliation import saved_mappings
from settlement.reconciliation.models import ColumnMapping
from settlement.reconciliation.selectors import mappings_usable


@needs(May.READ_RECONCILIATION)
@require_GET
def mapping_list(request: StaffRequest) -> HttpResponse:
    """The saved mappings: the province's, and those of the own region."""
    rows = mappings_usable(request.user).select_related("region", "by").order_by("source", "name")
    may = access.allowed(request.user, May.RECONCILE)
    own = None if access.sees_all(request.user) else request.user.region_id
    shown = [{"mapping": row, "may_retire": may and (own is None or row.region_id == own)} for row in rows]
    return render(request, "settlement/reconciliation/mappings.html", {"rows": shown, "may_compare": may})


@needs(May.RECONCILE)
@require_POST
def mapping_retire(request: StaffRequest, mapping_id: int) -> HttpResponse:
    """A mapping is offered no more; what was compared with it keeps it."""
    mapping: ColumnMapping = get_object_or_404(mappings_usable(request.user), pk=mapping_id)
    saved_mappings.mapping_retire(mapping, by=request.user, at=request.now)
    messages.success(request, f"列对照“{mapping}”已停用。")
    return redirect("settlement:reconciliation_mappings")
