"""定点医药机构: what an institution may do on a day: settle directly for a kind of care, refer elsewhere."""

from __future__ import annotations

import datetime as dt

from agency.organisation.models import (
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    PoolingRegion,
    Qualification,
)


def institution_by_code(code: str) -> Institution | None:
    """The institution with this code; None when there is none."""
    return Institution.objects.filter(code=code.strip().upper()).select_related("region", "place").first()


def is_connected(institution: Institution, care_kind: str, scope: str, on: dt.date) -> bool:
    """Whether it settles this kind of care directly on a day, for the insured of other regions (省内异地)
    or of other provinces (跨省异地) [S0, S1]."""
    rows = InstitutionConnection.objects.in_force(on).filter(institution=institution, scope=scope)
    return rows.filter(care_kind=care_kind).exists()


def may_refer(institution: Institution, insured_region: PoolingRegion, on: dt.date) -> bool:
    """Whether its referral counts for the insured of a region: a referral-qualified hospital of that
    region, or a regional medical centre at provincial level or above [S0, S2]."""
    held = InstitutionQualification.objects.in_force(on).filter(institution=institution)
    kinds = set(held.values_list("qualification", flat=True))
    if Qualification.REGIONAL_CENTRE in kinds:
        return True
    return Qualification.REFERRAL in kinds and institution.region_id == insured_region.pk
