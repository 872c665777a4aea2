"""定点医药机构: what an institution may do on a day: settle directly for a kind of care, refer elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from agency.organisation.models import (
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    InstitutionQuerySet,
    PoolingRegion,
    Qualification,
)

Connected = dict[str, set[str]]  # kind of care → scopes (省内, 跨省)


def institution_by_code(code: str) -> Institution | None:
    """The institution with this code; None when there is none."""
    return Institution.objects.filter(code=code.strip().upper()).select_related("region", "place").first()


def is_connected(institution: Institution, care_kind: str, scope: str, on: dt.date) -> bool:
    """Whether it settles this kind of care directly on a day, for the insured of other regions (省内异地)
    or of other provinces (跨省异地) [S0, S1]."""
    rows = InstitutionConnection.objects.in_force(on).filter(institution=institution, scope=scope)
    return rows.filter(care_kind=care_kind).exists()


def connected_for(institution: Institution, on: dt.date) -> Connected:
    """Every kind of care that it settles directly on a day, each with its scopes [S0]; like `is_connected`
    it does not ask whether the institution is still designated."""
    return connections_by_institution([institution], on)[institution.pk]


def connections_by_institution(institutions: Iterable[Institution], on: dt.date) -> dict[int, Connected]:
    """`connected_for` of many, by primary key, in one query."""
    found: dict[int, Connected] = {institution.pk: {} for institution in institutions}
    rows = InstitutionConnection.objects.in_force(on).filter(institution__in=found)
    for pk, care_kind, scope in rows.values_list("institution_id", "care_kind", "scope"):
        found[pk].setdefault(care_kind, set()).add(scope)
    return found


def qualifications_by_institution(institutions: Iterable[Institution], on: dt.date) -> dict[int, set[str]]:
    """The qualifications that many hold on a day, by primary key, in one query."""
    found: dict[int, set[str]] = {institution.pk: set() for institution in institutions}
    rows = InstitutionQualification.objects.in_force(on).filter(institution__in=found)
    for pk, qualification in rows.values_list("institution_id", "qualification"):
        found[pk].add(qualification)
    return found


def may_refer(institution: Institution, insured_region: PoolingRegion, on: dt.date) -> bool:
    """Whether its referral counts for the insured of a region: a referral-qualified hospital of that
    region, or a regional medical centre at provincial level or above [S0, S2]."""
    held = InstitutionQualification.objects.in_force(on).filter(institution=institution)
    kinds = set(held.values_list("qualification", flat=True))
    if Qualification.REGIONAL_CENTRE in kinds:
        return True
    return Qualification.REFERRAL in kinds and institution.region_id == insured_region.pk


def referring(insured_region: PoolingRegion, on: dt.date) -> InstitutionQuerySet:
    """The designated institutions whose referral counts for the insured of a region: `may_refer` of all."""
    centre = Q(qualification=Qualification.REGIONAL_CENTRE)
    own = Q(qualification=Qualification.REFERRAL, institution__region=insured_region)
    held = InstitutionQualification.objects.in_force(on).filter(centre | own).order_by()
    rows: InstitutionQuerySet = Institution.objects.designated(on).filter(pk__in=held.values("institution"))
    return rows
