"""Reads of reconciliation: which cases are ours, runs and differences as one may see them."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.models import ColumnMapping, Discrepancy, ReconciliationRun
from settlement.reconciliation.states import RunState
from settlement.records.models import SettlementRecord
from settlement.records.selectors import holding_of_months


def ours_of(run: ReconciliationRun) -> QuerySet[SettlementRecord]:
    """Our side: the cases settled in the month that hold now (of a corrected one its last record), local ones
    included, within the scope; of a region's run those to which it is a party."""
    month = SettlementRecord.objects.filter(
        Q(period=run.period) | Q(period__gt=F("settlement_month")), settlement_month=run.period
    )
    for region in {run.region_id, run.scope_region_id} - {None}:
        month = month.filter(Q(insured_region=region) | Q(care_region=region))
    if run.scope_institution_id is not None:
        month = month.filter(institution=run.scope_institution_id)
    return holding_of_months(month).order_by()


def runs_visible(by: User) -> QuerySet[ReconciliationRun]:
    """The runs that one may see, newest first."""
    if not access.allowed(by, May.READ_RECONCILIATION):
        return ReconciliationRun.objects.none()
    return ReconciliationRun.objects.visible_to(by)


def runs_of_same_file(by: User, run: ReconciliationRun) -> QuerySet[ReconciliationRun]:
    """What else one may see that compared the same file with the same of ours, as far as this, and stands."""
    others = runs_visible(by).exclude(pk=run.pk).filter(state__in=(RunState.COMPARED, RunState.SIGNED))
    if run.all_details:  # of one that opened less this is the widened one
        others = others.filter(all_details=True)
    return others.filter(
        file=run.file_id,
        period=run.period,
        region=run.region_id,
        scope_region=run.scope_region_id,
        scope_institution=run.scope_institution_id,
    )


def run_named(by: User, run_no: str) -> ReconciliationRun:
    """A run by its number; DomainError for one that does not exist, or is another region's."""
    run = runs_visible(by).filter(run_no=run_no).first()
    if run is None:
        raise DomainError("unknown_run", f"没有编号为“{run_no}”的对账。")
    return run


def mappings_usable(by: User) -> QuerySet[ColumnMapping]:
    """Saved column mappings: the province's, and those of one's own region."""
    rows = ColumnMapping.objects.filter(is_retired=False)
    return rows if access.sees_all(by) else rows.filter(Q(region__isnull=True) | Q(region=by.region_id))


def differences_of(run: ReconciliationRun) -> QuerySet[Discrepancy]:
    """The differences of a run, by settlement number."""
    return run.discrepancies.order_by("serial")
