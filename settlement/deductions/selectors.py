"""Reads of deductions: the cases they name, what is stored, and what a person may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet

from agency.organisation.models import PoolingRegion, User
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord
from settlement.records.selectors import chunks


class CaseOfDeduction(NamedTuple):
    """What a deduction takes over from its case."""

    settlement_no: str
    pk: int
    insured_region_id: int
    care_region_id: int
    insurance_type: str
    care_kind: str
    institution_id: int


def cases_named(numbers: Collection[str]) -> dict[str, CaseOfDeduction]:
    """Settlement number → its case as it came from the platform."""
    found = {}
    for block in chunks(numbers):
        rows = SettlementRecord.objects.filter(settlement_no__in=block, correction_no=0).order_by()
        for values in rows.values_list(*CaseOfDeduction._fields):
            case = CaseOfDeduction(*values)
            found[case.settlement_no] = case
    return found


def stored_digests(digests: Collection[str]) -> set[str]:
    """Which of these contents are stored."""
    return _stored("content_digest", digests)


def stored_external_numbers(numbers: Collection[str]) -> set[str]:
    """Which of these 扣款编号 are stored."""
    return _stored("external_no", numbers)


def _stored(field: str, values: Collection[str]) -> set[str]:
    found: set[str] = set()
    for block in chunks(values):
        rows = Deduction.objects.filter(**{f"{field}__in": block}).order_by()
        found.update(rows.values_list(field, flat=True))
    return found


@dataclass(frozen=True)
class DeductionFilter:
    """What a list of deductions is narrowed to; empty means all."""

    period: str = ""
    insured_region: PoolingRegion | None = None
    care_region: PoolingRegion | None = None
    institution: str = ""
    kind: str = ""
    batch: str = ""


def deductions_listed(by: User, narrow: DeductionFilter) -> QuerySet[Deduction]:
    """The deductions that a person may see, narrowed; the caller pages by key."""
    wanted = {
        "period": narrow.period,
        "insured_region": narrow.insured_region,
        "care_region": narrow.care_region,
        "institution__code": narrow.institution,
        "kind": narrow.kind,
        "batch__batch_no": narrow.batch,
    }
    rows = Deduction.objects.visible_to(by).select_related(
        "record",
        "insured_region",
        "care_region",
        "institution",
        "batch__created_by",
        "withdraws",
        "withdrawn_by",
    )
    return rows.filter(**{name: value for name, value in wanted.items() if value})
