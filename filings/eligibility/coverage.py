"""备案管到哪里: whether the place that a filing names covers a hospital. Pure.

[P] Inside the province a filing covers the hospitals of the pooling region that it names, and those of a
region that shares its city (省直 has no place of its own that a filing could name). In another province it
covers the hospitals of the city that it names, or of the whole province where it names the province
(municipalities have no cities). That holds for temporary and long-term filings alike; a hospital named on a
referral does not narrow it.
"""

from __future__ import annotations

from dataclasses import dataclass

from filings.eligibility.facts import FilingFact, HospitalFact


def covers(filing: FilingFact, hospital: HospitalFact) -> bool:
    """Whether the hospital lies in the place that the filing names."""
    if filing.region_id is None or hospital.region_id is None:
        return False
    if not hospital.is_outside:
        return filing.region_id in hospital.city_region_ids
    if filing.region_id != hospital.region_id:
        return False
    return filing.names_province or filing.area_code == hospital.city_code


def city_of(area_code: str) -> str:
    """The city that a code outside our province lies in, as filings name it: 370202 → 370200; counties
    directly under a province (仙桃 429004) stand for themselves."""
    return area_code if area_code[2:4] == "90" else f"{area_code[:4]}00"


def counted_prefix(area_code: str) -> str:
    """The beginning that area codes of cases at a place have: 370200 → 3702, 110000 → 11, 429004 → itself."""
    if area_code.endswith("0000"):
        return area_code[:2]
    return area_code[:4] if area_code.endswith("00") else area_code


@dataclass(frozen=True, slots=True)
class Reach:
    """What a filing must name to cover a place: one of these regions, and one of these area codes (None:
    whatever it names there)."""

    region_ids: frozenset[int]
    area_codes: frozenset[str] | None = None


def reach_of(
    region_id: int, region_code: str, area_code: str, beside: set[int], *, is_outside: bool
) -> Reach:
    """`covers`, told of a place of care instead of a filing: its region with the regions `beside` it in the
    same city; in another province the province itself or the city of the area code."""
    if not is_outside:
        return Reach(frozenset({region_id, *beside}))
    return Reach(frozenset({region_id}), frozenset({region_code, city_of(area_code)}))
