"""What pages of lower slices lead to: a comparison of sheets becomes a reconciliation."""

from __future__ import annotations

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.parts import Action
from settlement.clearing.comparisons import COMPARISON_TOLD
from settlement.clearing.models import SheetComparison


@COMPARISON_TOLD.register("reconciliation", order=50)
def comparison_to_run(comparison: SheetComparison, by: User) -> list[Action]:
    if not access.allowed(by, May.RECONCILE):
        return []
    where = {"comparison_no": comparison.comparison_no}
    return [Action("转为对账", reverse("settlement:reconciliation_of_comparison", kwargs=where))]
