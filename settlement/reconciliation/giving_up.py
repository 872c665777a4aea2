"""作废一次对账; 停用存下的列对照."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from agency.errors import NotAllowed
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import require_may
from settlement.reconciliation.held import hold_runs
from settlement.reconciliation.models import ColumnMapping, ReconciliationRun
from settlement.reconciliation.pairing import require_void_free
from settlement.reconciliation.services import run_void


@transaction.atomic
def run_give_up(run: ReconciliationRun, *, by: User, at: dt.datetime, reason: str) -> None:
    """作废: of the own region's run, on which no difference of another month rests. Errors: NotAllowed,
    `reason_missing`, `no_such_step`, `is_paired`."""
    require_may(by, May.RECONCILE, run)
    run = hold_runs([run.pk])[run.pk]  # whoever pairs something of it is waited for
    require_void_free(run)
    run_void(run, by=by, at=at, reason=reason)


@transaction.atomic
def mapping_retire(mapping: ColumnMapping, *, by: User, at: dt.datetime) -> None:
    """停用列对照: it is offered no more; runs that used it keep it. By its own region, or the province.

    Errors: NotAllowed.
    """
    access.require(by, May.RECONCILE, mapping.region)
    if mapping.region is None and not access.sees_all(by):
        raise NotAllowed(f"列对照“{mapping}”是省级的，由省级停用。")
    ColumnMapping.objects.filter(pk=mapping.pk).update(is_retired=True)
    audit.record(
        "column_mapping_retired",
        by=by,
        at=at,
        subject_kind="column_mapping",
        subject_no=mapping.name,
        region=mapping.region,
    )
