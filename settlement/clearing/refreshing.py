"""挂账变动当即反映: what a dispute or a decision changes shows at once on the sheets of both parties."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agency.journal import audit
from agency.organisation.models import User
from settlement.clearing import rules, selectors
from settlement.clearing.carries import carries_apply
from settlement.clearing.locks import hold_month
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import plain_parties, void_changed
from settlement.clearing.signing import COMPUTED
from settlement.clearing.states import PeriodState
from settlement.clearing.version_models import VersionCause
from settlement.clearing.versions import version_keep
from settlement.holding.changed import CARRIES_CHANGED


@CARRIES_CHANGED.register("clearing")
def carries_refresh(period: str, by: User, at: dt.datetime) -> None:
    """What is carried changed from a month on: every computed, unsigned month from there follows.

    Nothing is added up anew, so a month that waits to be computed again still does. Call it under the lock of
    the records; the log comes last (agency/journal/audit.py).
    """
    begun = ClearingPeriod.objects.filter(period__gte=period, state=PeriodState.COMPUTED)
    changed = []
    for name in begun.order_by("period").values_list("period", flat=True):
        month = hold_month(name)
        if month is not None and month.state == PeriodState.COMPUTED and carries_apply(month):
            changed.append((month, _follow(month, by=by, at=at)))
    for month, _ in changed:
        for entry in COMPUTED:
            entry.function(month, by, at)
    for month, voided in changed:
        audit.record(
            "carries_refreshed",
            by=by,
            at=at,
            subject_kind="period",
            subject_no=month.period,
            digest=month.lines_digest,
            voided=voided,
        )


def _follow(month: ClearingPeriod, *, by: User, at: dt.datetime) -> int:
    """Bring sums, digest and confirmations up to the lines, and keep the version; how many confirmations are
    void. It was computed when it was: nothing was counted anew, and nobody's time to confirm begins again but
    of those whose confirmation is void."""
    ClearingPeriod.objects.filter(pk=month.pk).update(**_figures(month))
    month.refresh_from_db()
    version_keep(month, by=by, at=at, cause=VersionCause.CARRIED)
    return void_changed(month, at=at)


def _figures(month: ClearingPeriod) -> dict[str, Any]:
    """What the lines say now; names stay as they were, unless a line touches a party that had none."""
    lines, parties, names = selectors.lines_of(month), selectors.parties_of(month), month.names
    touched = {line.insured_region_id for line in lines} | {line.care_region_id for line in lines}
    if touched - parties.by_id.keys():
        parties = selectors.parties_for(month.period, lines)
        names = {**names, "parties": plain_parties(parties)}
    due = sum(line.due_fen for line in lines)
    return {
        "receivable_fen": due,
        "payable_fen": due,
        "lines_digest": rules.lines_digest(lines, parties),
        "names": names,
    }
