"""就医地的选择: provinces and their cities, as filings and the directory offer them."""

from __future__ import annotations

import datetime as dt

from agency.organisation.models import Place, PoolingRegion, RegionKind

JILIN = "220000"
JILIN_NAME = "吉林省"


def provinces(on: dt.date) -> list[tuple[str, str]]:
    """(code, name) of Jilin first, then every other province in force."""
    others = PoolingRegion.objects.in_force(on).filter(kind=RegionKind.OUTSIDE).values_list("code", "name")
    return [(JILIN, f"{JILIN_NAME}（省内）"), *others]


def cities(province: str, *, on: dt.date) -> list[tuple[str, str]]:
    """(code, name) of the places within a province; empty where a filing names the province only."""
    if province == JILIN:
        here = PoolingRegion.objects.in_force(on).filter(kind=RegionKind.POOLING)
        rows = Place.objects.filter(region__in=here).order_by("region__position", "code")
    else:
        rows = Place.objects.filter(province__code=province).order_by("code")
    return list(rows.values_list("code", "name"))


def place_name(province: str, city: str) -> str:
    """What a chosen province and city are called (`辽宁省沈阳市`); empty while none is chosen."""
    if province == JILIN:
        name = JILIN_NAME
    else:
        name = PoolingRegion.objects.filter(code=province).values_list("name", flat=True).first() or ""
    place = Place.objects.filter(code=city).values_list("name", flat=True).first() if city else None
    return f"{name}{place or ''}"
