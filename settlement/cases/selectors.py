"""Reads of the list of cases: narrowed, in branches that share no row (see records/paging.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from agency.batches.models import Batch
from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.roles import May
from filings.people.selectors import people_visible
from settlement.cases.filters import CaseFilter, CaseState
from settlement.matching.models import TO_LOOK_AT, RecordFiling
from settlement.records.models import SettlementRecord
from settlement.records.paging import of_month

Cases = QuerySet[SettlementRecord]
WITH_NAMES = ("insured_region", "care_region", "institution", "filing_mark__filing")


def case_branches(by: User, narrow: CaseFilter) -> list[QuerySet[Any]]:
    """The cases that a person may see, narrowed, in branches that share no row; none when nobody may.

    Marks to look at are few and have an index of their own: a branch is then one of marks, whose keys are
    those of their cases.
    """
    rows: QuerySet[Any] = _narrowed(by, narrow)
    if narrow.mark in TO_LOOK_AT:
        cases = Exists(rows.filter(pk=OuterRef("record")))  # IN would be where SQLite begins
        rows = RecordFiling.objects.to_look_at().filter(cases, mark=narrow.mark)
        rows = of_month(rows, narrow.period) if narrow.period else rows
    insured, care, own = narrow.insured_region, narrow.care_region, by.region
    if access.sees_all(by):
        if narrow.institution and insured is None and care is None:
            return [_sided(rows, None, region) for region in _regions_of(narrow.institution)]
        return [_sided(rows, insured, care)]
    branches = []
    if insured in (None, own):
        branches.append(_sided(rows, own, care))
    if care in (None, own) and insured != own:
        branches.append(_sided(rows, insured, own).exclude(insured_region=own))
    return branches


def _regions_of(institution: str) -> list[PoolingRegion]:
    """Where the cases of an institution say that it lies: one region, or few; an index tells of each."""
    known = list(Institution.objects.filter(code=institution))
    cases = SettlementRecord.objects.filter(institution__in=known, care_region=OuterRef("pk"))
    return list(PoolingRegion.objects.filter(Exists(cases.order_by())))


def cases_whole(by: User, narrow: CaseFilter) -> Cases:
    """The same as one query, for a file of them all (which needs no order of pages)."""
    rows = _sided(_narrowed(by, narrow), narrow.insured_region, narrow.care_region)
    return rows & SettlementRecord.objects.visible_to(by)


def _sided(rows: QuerySet[Any], insured: PoolingRegion | None, care: PoolingRegion | None) -> QuerySet[Any]:
    sides = {"insured_region": insured, "care_region": care}
    return rows.filter(**{name: region for name, region in sides.items() if region is not None})


def _narrowed(by: User, narrow: CaseFilter) -> Cases:
    rows: Cases = SettlementRecord.objects.all()
    wanted = {
        "care_kind": narrow.care_kind,
        "insurance_type": narrow.insurance_type,
        "filing_mark__mark": narrow.mark if narrow.mark not in TO_LOOK_AT else "",
        "total_fee_fen__gte": narrow.least,
        "total_fee_fen__lte": narrow.most,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value not in ("", None)})
    if narrow.period:
        rows = of_month(rows, narrow.period)
    # by their keys: a join would be planned without knowing how many cases there are of each
    if narrow.institution:
        rows = rows.filter(institution__in=list(Institution.objects.filter(code=narrow.institution)))
    if narrow.batch:
        rows = rows.filter(batch__in=list(Batch.objects.filter(batch_no=narrow.batch)))
    if narrow.person:
        rows = rows.filter(**_of_person(by, narrow.person))
    if narrow.same_as:
        rows = rows.filter(**_of_same(by, narrow.same_as))
    return rows.filter(_STATES[CaseState(narrow.state)]()) if narrow.state else rows


def _of_person(by: User, person_no: str) -> dict[str, Any]:
    """What narrows to one person's cases; to none for those who may not see the person."""
    if not access.allowed(by, May.READ_PEOPLE):
        return {"pk__in": []}
    person = people_visible(by).filter(person_no=person_no).first()
    return _numbered(person.cert_type, person.cert_no) if person is not None else {"pk__in": []}


def _of_same(by: User, settlement_no: str) -> dict[str, Any]:
    """What narrows to the cases of the person of a case that `by` may see."""
    rows = SettlementRecord.objects.visible_to(by).filter(settlement_no=settlement_no)
    found = rows.delivered().order_by("correction_no").values_list("cert_type", "cert_no").last()
    return _numbered(*found) if found is not None else {"pk__in": []}


def _numbered(cert_type: str, cert_no: str) -> dict[str, Any]:
    return {"cert_type": cert_type, "cert_no": cert_no}


def _reversed() -> Exists:
    return Exists(
        SettlementRecord.objects.filter(
            Q(correction_no=0) | Q(correction_no=OuterRef("correction_no") + 1),
            is_reversal=True,
            reverses_no=OuterRef("settlement_no"),
        )
    )


_STATES = {
    CaseState.STANDING: lambda: Q(is_reversal=False) & ~Q(_reversed()),
    CaseState.REVERSED: lambda: Q(is_reversal=False) & Q(_reversed()),
    CaseState.REVERSAL: lambda: Q(is_reversal=True),
    CaseState.CORRECTED: lambda: Q(correction_no__gt=0),
    CaseState.LATE: lambda: Q(period__gt=F("settlement_month")),
    CaseState.LOCAL: lambda: Q(insured_region=F("care_region")),
}


def cases_by_key(keys: Sequence[int]) -> list[SettlementRecord]:
    """The cases of these keys with all that a list tells of them, in this order."""
    rows = SettlementRecord.objects.filter(pk__in=keys).select_related(*WITH_NAMES).order_by()
    found = {row.pk: row for row in rows}
    return [found[key] for key in keys if key in found]
