"""就医地: provinces, their cities, and the party of the clearing that a place belongs to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agency.organisation.models import Institution, Place, PoolingRegion, RegionKind
from agency.organisation.places import JILIN, JILIN_NAME, cities, provinces
from agency.organisation.selectors import not_cross_region_pairs
from filings.filing.rules import CarePlace
from filings.filing.validity import CROSS_PROVINCE, IN_PROVINCE

__all__ = ["JILIN", "ChosenPlace", "choose", "cities", "judged", "province_of", "provinces"]


@dataclass(frozen=True)
class ChosenPlace:
    """A place of care as chosen, whole or not: the party, the area code and the name to be printed."""

    province: str = ""
    region: PoolingRegion | None = None
    area_code: str = ""
    name: str = ""
    complete: bool = False

    @property
    def scope(self) -> str:
        """省内 or 跨省, by the province chosen; 跨省 while none is."""
        return IN_PROVINCE if self.province == JILIN else CROSS_PROVINCE


def province_of(area_code: str, region: PoolingRegion | None) -> str:
    """The province of a stored place."""
    if region is not None and region.is_outside:
        return region.code
    return JILIN if area_code else ""


def choose(province: str, city: str) -> ChosenPlace:
    """The place that a province and a city make; municipalities and the like need no city."""
    if province == JILIN:
        place = Place.objects.filter(code=city, region__isnull=False).select_related("region").first()
        if place is None:
            return ChosenPlace(province=JILIN, area_code=JILIN)
        return ChosenPlace(JILIN, place.region, place.code, f"{JILIN_NAME}{place.name}", complete=True)
    outside = PoolingRegion.objects.filter(code=province, kind=RegionKind.OUTSIDE).first()
    if outside is None:
        return ChosenPlace()
    within = Place.objects.filter(province=outside)
    place = within.filter(code=city).first()
    if place is not None:
        return ChosenPlace(province, outside, place.code, f"{outside.name}{place.name}", complete=True)
    if within.exists():
        return ChosenPlace(province, outside)
    return ChosenPlace(province, outside, outside.code, outside.name, complete=True)


def holds(place: ChosenPlace, institution: Institution) -> bool:
    """Whether an institution stands in a place of care: in its city, else in the party the place is."""
    if institution.place is not None and institution.place.code == place.area_code:
        return True
    same_party = place.region is not None and institution.region_id == place.region.pk
    is_whole_party = place.region is not None and place.area_code == place.region.code
    return same_party and (is_whole_party or institution.place is None)


def judged(place: ChosenPlace, insured: PoolingRegion, on: dt.date) -> CarePlace:
    """What the rules ask about a place."""
    same = place.region is not None and place.region.pk == insured.pk
    counts = place.region is None or (insured.pk, place.region.pk) not in not_cross_region_pairs(on)
    return CarePlace(
        province_chosen=bool(place.province),
        complete=place.complete,
        is_own_region=place.complete and same,
        is_cross_region=not place.complete or counts,
    )
