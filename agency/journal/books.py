"""核对账目: runs every registered check and keeps the first broken record of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from agency.errors import DomainError
from agency.periods import is_period
from agency.registry import CHECKS
from agency.web.parts import Broken

SHOWN_PER_CHECK = 20


@dataclass
class Report:
    """Every check by name with its outcome, and the broken records (at most 20 of each check)."""

    checks: dict[str, bool] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        rows = [{"check": b.check, "subject": b.subject, "message": b.message} for b in self.broken]
        return {"checks": self.checks, "broken": rows}


def check_all(period: str | None) -> Report:
    """Run all checks, for one month or for everything; reads only."""
    if period is not None and not is_period(period):
        raise DomainError("bad_period", f"期别 {period} 不对，应为 YYYYMM，如 202610。")
    report = Report()
    for entry in CHECKS:
        found = list(islice(entry.function(period), SHOWN_PER_CHECK))
        report.checks[entry.name] = not found
        report.broken += found
    return report
