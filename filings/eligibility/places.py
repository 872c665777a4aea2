"""备案管不管这家机构: the place that a filing names beside the place of an institution."""

from __future__ import annotations

from agency.organisation.models import Institution
from filings.eligibility.coverage import city_of
from filings.exemptions.selectors import CityPairs
from filings.filing.models import Filing


def regions_in_city(institution: Institution, pairs: CityPairs) -> frozenset[int]:
    """The regions of ours whose city the institution stands in, its own among them."""
    region_id, place = institution.region_id, institution.place
    if region_id is None:
        return frozenset()
    own = {place.region_id} if place is not None and place.region_id is not None else set()
    return frozenset({region_id, *pairs.beside(region_id), *own})


def city_of_institution(institution: Institution) -> str:
    """The city in another province that an institution stands in: its place, else the figures of its code
    where they are of its province, else only the province."""
    if institution.place is not None:
        return institution.place.code
    digits, region = institution.code[1:7], institution.region
    if region is not None and digits[:2] != region.code[:2]:
        return city_of(region.code)
    return city_of(digits)


def filing_covers(filing: Filing, institution: Institution, pairs: CityPairs) -> bool:
    """`coverage.covers` of what is stored; where either place is not known nothing speaks against it."""
    region, named = institution.region, filing.care_region
    if region is None or named is None:
        return True
    if not region.is_outside:
        return named.pk in regions_in_city(institution, pairs)
    if named.pk != region.pk:
        return False
    return filing.care_area_code in (named.code, city_of_institution(institution))
