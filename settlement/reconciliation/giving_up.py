"""作废一次对账: a comparison is given up, with its reason; another file takes its place."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from agency.errors import reason_given
from agency.journal import audit, workflow
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import require_may
from settlement.reconciliation.locks import hold_runs
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.pairing import require_void_free
from settlement.reconciliation.states import RunState


@transaction.atomic
def run_void(run: ReconciliationRun, *, by: User, at: dt.datetime, reason: str) -> None:
    """作废 a compared run of the own region, on which no difference of another month rests; it stays, with
    its reason.

    Errors: NotAllowed, `reason_missing`, `no_such_step`, `is_paired`.
    """
    require_may(by, May.RECONCILE, run)
    reason = reason_given(reason)
    run = hold_runs([run.pk])[run.pk]  # whoever pairs something of it is waited for
    require_void_free(run)
    workflow.move(run, RunState.VOIDED, by=by, at=at, reason=reason)
    audit.record(
        "reconciliation_voided",
        by=by,
        at=at,
        subject_kind=run.machine.kind,
        subject_no=run.run_no,
        region=run.region,
        reason=reason,
    )
