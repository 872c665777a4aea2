"""Reads of the organisation: regions in force, the region of an area code, places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from agency.organisation.models import AreaCode, PoolingRegion, RegionKind, RegionPair, User

SYSTEM_USERNAME = "system"


def pooling_regions(on: dt.date) -> list[PoolingRegion]:
    """Jilin's pooling regions in force on a day, in the order of the sheets."""
    return list(PoolingRegion.objects.in_force(on).filter(kind=RegionKind.POOLING))


def region_named(text: str) -> PoolingRegion | None:
    """A pooling region by name, short name or code (长春市, 长春, 220100); None when there is none."""
    return PoolingRegion.objects.filter(Q(name=text) | Q(short_name=text) | Q(code=text)).first()


def system_account() -> User:
    """The account that acts for commands; made by migration, never a person."""
    return User.objects.get(username=SYSTEM_USERNAME)


@dataclass(frozen=True)
class AreaCodeTable:
    """区划对照表, read once: area code and day → region [P].

    A Jilin code that is not in the table goes to its prefecture's region by the first four digits
    (…99 is the city itself); elsewhere the first two digits give the province.
    """

    spans: dict[str, tuple[tuple[dt.date, dt.date | None, int], ...]]
    by_prefix: dict[str, int]

    def region_id(self, area_code: str, on: dt.date) -> int | None:
        """The region's id, or None when nothing matches."""
        for start, end, region_id in self.spans.get(area_code, ()):
            if start <= on and (end is None or on <= end):
                return region_id
        if len(area_code) != 6 or not area_code.isascii() or not area_code.isdigit():
            return None
        if area_code.startswith("22"):
            return self.by_prefix.get(area_code[:4])
        return self.by_prefix.get(area_code[:2])


def area_code_table() -> AreaCodeTable:
    """Read the whole table (a few hundred rows)."""
    spans: dict[str, list[tuple[dt.date, dt.date | None, int]]] = {}
    rows = AreaCode.objects.order_by("area_code", "-valid_from")
    for code, start, end, region_id in rows.values_list("area_code", "valid_from", "valid_to", "region_id"):
        spans.setdefault(code, []).append((start, end, region_id))
    by_prefix: dict[str, int] = {}
    for region in PoolingRegion.objects.all():
        if region.is_outside:
            by_prefix[region.code[:2]] = region.pk
        elif region.code.endswith("00") and not region.code.startswith("2299"):
            by_prefix[region.code[:4]] = region.pk
    return AreaCodeTable({code: tuple(found) for code, found in spans.items()}, by_prefix)


def not_cross_region_pairs(on: dt.date) -> set[tuple[int, int]]:
    """Pairs (both directions) that are set as not 异地 on a day [P]."""
    pairs = RegionPair.objects.in_force(on).filter(is_cross_region=False)
    found = set(pairs.values_list("region_a_id", "region_b_id"))
    return found | {(b, a) for a, b in found}
