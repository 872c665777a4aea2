"""Every URL of the program, from the resolver itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLE = {
    "act": "assign",
    "adjustment_no": "T0000000000",
    "bank_line_no": "L00000000000",
    "batch_no": "B00000000000",
    "code": "0000-0000-0000",
    "comparison_no": "C00000000000",
    "deduction_no": "D00000000000",
    "difference_no": "DZ20991200001-1",
    "extension": "csv",
    "institution_code": "H00000000000",
    "job_no": "J00000000000",
    "key": "none",
    "kind": "settlements",
    "filing_batch_no": "B00000000000",
    "filing_no": "F0000000000",
    "follow_up_no": "G0000000000",
    "held_no": "G000000-00000",
    "mapping_id": "999999",
    "notice_no": "2099-1",
    "payment_no": "Z00000000000",
    "person_no": "P00000000",
    "run_no": "R00000000000",
    "sheet_no": "HD00000000000",
    "reimbursement_no": "R0000000000",
    "slip_no": "Y0000000000",
    "statement_no": "W0000000000",
    "institution_statement_no": "000000-000000-H00000000000",
    "stay_no": "S0000000000",
    "settlement_no": "0",
    "conflict_batch_no": "B00000000000",
    "proposal_no": "K00000000000",
    "line_no": "1",
    "period": "209912",
    "form": "10",
    "form_no": "10",
    "region_code": "220100",
    "region": "220100",
    "name": "none",
    "username": "nobody",
    "year": "2098",
    "year_form": "17",
    "quota_form": "6-2",
    "insurance_type": "employee",
    "warning_no": "YJ209912-001",
    "increase_no": "JZ209912-001",
    "application_no": "N0",
    "number": "0",
    "scan_no": "1",
    "page_no": "1",
}


@dataclass(frozen=True)
class Route:
    """One named URL outside the Django admin."""

    name: str
    callback: Callable[..., Any]
    arguments: tuple[str, ...]

    @property
    def rule(self) -> str | None:
        rule = getattr(self.callback, "rule", None)
        return None if rule is None else str(rule)


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from _walk(pattern.url_patterns, pattern.namespace or namespace)
        else:
            yield Route(f"{namespace}:{pattern.name}", pattern.callback, tuple(pattern.pattern.converters))
