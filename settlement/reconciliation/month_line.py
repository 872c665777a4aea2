"""对账与签发: a month is not signed while a comparison of it has differences without an approved verdict. [P]

The provincial agency may pass over one comparison by two people (settlement/clearing/skips.py): a hospital's
file need not keep all regions waiting.
"""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse

from settlement.clearing.checklist import CHECKLIST, Blocker
from settlement.clearing.models import ClearingPeriod
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.states import DiscrepancyState, RunState

LABEL = "对账差异有结论"
KEY = "differences_open"
WORKED_ON = (RunState.COMPARING, RunState.COMPARED)


def run_key(run_no: str) -> str:
    """The line of one comparison in a month's checklist."""
    return f"{KEY}:{run_no}"


@CHECKLIST.register(LABEL, order=26)
def differences_judged(month: ClearingPeriod) -> list[Blocker]:
    """Every comparison of the month has run, and each of its differences a verdict that somebody approved."""
    waiting = [] if month.is_signed else runs_waiting(month.period)
    return [_blocker(run, left) for run, left in waiting] or [Blocker(KEY, LABEL, True)]


def runs_waiting(period: str) -> list[tuple[ReconciliationRun, int]]:
    """The comparisons of a month that run still, or have differences without an approved verdict, with how
    many of these."""
    rows = ReconciliationRun.objects.filter(period=period, state__in=WORKED_ON).select_related("region")
    runs = list(rows.defer("report", "columns", "compared", "notes").order_by("pk"))
    unsettled = Discrepancy.objects.filter(run__in=runs).exclude(state=DiscrepancyState.SETTLED).order_by()
    left = dict(unsettled.values_list("run").annotate(n=Count("pk")))
    return [(run, left.get(run.pk, 0)) for run in runs if run.pk in left or run.state == RunState.COMPARING]


def _blocker(run: ReconciliationRun, left: int) -> Blocker:
    whose = f"{run.region or '省级'}{run.get_source_display()}"
    if run.state == RunState.COMPARING:
        detail = f"对账 {run}（{whose}）还在比对"
    else:
        detail = f"对账 {run}（{whose}）有 {left:,} 条差异没有批准的结论"
    url = reverse("settlement:reconciliation_differences", kwargs={"run_no": run.run_no})
    return Blocker(run_key(run.run_no), f"{LABEL}：{run}", False, detail, url, can_skip=True, part=run.run_no)
