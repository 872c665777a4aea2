"""What commands say of a run that was just compared."""

from __future__ import annotations

from typing import Any

from agency.commanding import CommandResult
from settlement.reconciliation.kinds import MATCHED, DiscrepancyKind
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.telling import what_differs

SHOWN = 20


def run_told(run: ReconciliationRun) -> CommandResult:
    """Its classes, the first differences and unread rows; it needs attention while there are any."""
    counts = {MATCHED: run.matched} if run.matched else {}
    counts |= {
        str(kind.label): run.counts[kind.value] for kind in DiscrepancyKind if run.counts.get(kind.value)
    }
    told = "，".join(f"{label} {count}" for label, count in counts.items())
    lines = [f"{run}：我方 {run.our_cases}，对方 {run.their_rows} 行；{told or '没有可比的'}。", *run.notes]
    for row in run.discrepancies.order_by("serial")[:SHOWN]:
        lines.append(f"  {row.get_kind_display()}　{row.subject}　{what_differs(row)}")
    lines += [f"  读不出：{row.message}" for row in run.unread.order_by("line_no")[:SHOWN]]
    data: dict[str, Any] = {"run": run.run_no, "classes": counts, "differences": run.differences}
    if run.unread_rows:
        data["unread"] = run.unread_rows
    return CommandResult(data, lines, bool(run.differences or run.unread_rows))
