"""What commands say of a run that was just compared, and how they are told its scope."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from agency.commanding import CommandResult
from agency.errors import DomainError
from agency.organisation.models import Institution
from agency.organisation.selectors import region_named
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


def scope_named(text: str) -> dict[str, Any]:
    """`scope_region` or `scope_institution` by name or code; neither for nothing. DomainError: unknown."""
    if not text:
        return {}
    region = region_named(text)
    if region is not None:
        return {"scope_region": region}
    found = list(Institution.objects.filter(Q(code=text) | Q(name=text))[:2])
    if len(found) != 1:
        told = "有几家同名的医药机构，请写编号" if found else "没有这个统筹区或医药机构"
        raise DomainError("unknown_scope", f"“{text}”：{told}。")
    return {"scope_institution": found[0]}
