"""Invariants of the directory that span rows."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from agency.organisation.models import (
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    RegionKind,
)
from agency.registry import CHECKS
from agency.web.parts import Broken

SPANS = "机构联网与资格不重叠"
PLACES = "机构所在地属于其省"


@CHECKS.register(SPANS, order=800)
def spans_do_not_overlap(period: str | None) -> Iterator[Broken]:
    """On any day an institution has a connection of one kind and scope once, and a qualification once."""
    for model, columns in (
        (InstitutionConnection, ("care_kind", "scope")),
        (InstitutionQualification, ("qualification",)),
    ):
        same = {name: OuterRef(name) for name in ("institution", *columns)}
        earlier = model.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=OuterRef("valid_from")),
            valid_from__lt=OuterRef("valid_from"),
            **same,
        )
        rows = model.objects.filter(Exists(earlier)).select_related("institution")
        for row in rows.order_by("pk"):
            yield Broken(
                SPANS, row.institution.code, f"“{row}”自 {row.valid_from} 起的一条与更早的一条日期重叠"
            )


@CHECKS.register(PLACES, order=810)
def places_fit(period: str | None) -> Iterator[Broken]:
    """An institution of another province lies there; one of a pooling region lies in Jilin."""
    outside = Q(region__kind=RegionKind.OUTSIDE, place__isnull=False) & ~Q(place__province=F("region"))
    abroad = Q(region__kind=RegionKind.POOLING, place__province__isnull=False)
    rows = Institution.objects.filter(outside | abroad).select_related("region", "place").order_by("code")
    for row in rows:
        yield Broken(PLACES, row.code, f"属于{row.region}，所在地却是{row.place}")
