"""Reads of the rule table 免备案规则, and of the place it is asked about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from agency.organisation.models import AreaCode, Institution, PoolingRegion, RegionPair
from filings.exemptions.models import ExemptionRule
from filings.exemptions.rules import (
    CROSS_PROVINCE,
    IN_PROVINCE,
    OWN,
    PREFECTURE,
    Asked,
    Need,
    RuleRow,
    level_of,
    need_for,
)

OUR_PREFIX = "22"


@dataclass(frozen=True)
class Area:
    """就医地: an area code with its name and pooling region (of ours; None: another province, or unknown),
    and its level."""

    code: str
    name: str
    region_id: int | None
    scope: str
    level: str


@dataclass(frozen=True)
class CityPairs:
    """统筹区对, both directions: regions that share a city, and those of them that are not 异地."""

    sharing: frozenset[tuple[int, int]]
    not_cross: frozenset[tuple[int, int]]

    def beside(self, region_id: int) -> set[int]:
        """The regions that share their city with this one."""
        return {b for a, b in self.sharing if a == region_id}


def city_pairs(on: dt.date) -> CityPairs:
    """The pairs in force on a day: 省直 and 长春 share a city, whether or not they count as 异地 [P]."""
    rows = list(RegionPair.objects.in_force(on).values_list("region_a_id", "region_b_id", "is_cross_region"))
    both = [*rows, *((b, a, cross) for a, b, cross in rows)]
    return CityPairs(
        sharing=frozenset((a, b) for a, b, _ in both),
        not_cross=frozenset((a, b) for a, b, cross in both if not cross),
    )


def area_by_code(area_code: str, on: dt.date) -> Area:
    """The place of a code. One of ours that the table does not have counts as the city itself [P]."""
    return _area(area_code, lambda code: _row(code, on))


def _area(area_code: str, find: Callable[[str], AreaCode | None]) -> Area:
    row = find(area_code)
    if row is not None:
        return _ours(row)
    if area_code.startswith(OUR_PREFIX):
        city = find(f"{area_code[:4]}00")
        if city is not None:
            return Area(area_code, city.name, city.region_id, IN_PROVINCE, PREFECTURE)
        return Area(area_code, "", None, IN_PROVINCE, PREFECTURE)
    return Area(area_code, "", None, CROSS_PROVINCE, level_of(area_code))


def area_of(institution: Institution, on: dt.date) -> Area:
    """Where an institution counts: by the six figures of its own code where they lie in its pooling region,
    else by the region (省直 and 长白山 use hospitals of other areas) [P]."""
    region, digits = institution.region, institution.code[1:7]
    if region is None:
        return Area(digits, "", None, _scope_of(digits), level_of(digits))
    if region.is_outside:
        code = digits if digits[:2] == region.code[:2] else region.code
        return Area(code, str(institution.place or region), region.pk, CROSS_PROVINCE, level_of(code))
    row = _row(digits, on)
    if row is not None and row.region_id == region.pk:
        return _ours(row)
    return Area(region.code, region.name, region.pk, IN_PROVINCE, level_of(region.code))


def filing_need(
    insured_region: PoolingRegion | None,
    area_code: str,
    *,
    care_kind: str = "",
    student: bool = False,
    emergency: bool = False,
    on: dt.date,
) -> Need:
    """Whether care at a place (of a filing, or of a hospital) needs a filing on a day."""
    return need_in(
        insured_region,
        area_by_code(area_code, on),
        care_kind=care_kind,
        student=student,
        emergency=emergency,
        on=on,
        pairs=city_pairs(on),
    )


def need_in(
    insured_region: PoolingRegion | None,
    area: Area,
    *,
    care_kind: str,
    student: bool,
    emergency: bool,
    on: dt.date,
    pairs: CityPairs,
) -> Need:
    """The same, of a place that was read already."""
    asked = _asked(
        insured_region.pk if insured_region is not None else None,
        area,
        care_kind=care_kind,
        student=student,
        emergency=emergency,
        pairs=pairs,
    )
    return need_for(_rows(on), asked)


class NeedsOfDay:
    """The rule table, the places and the pairs of one day, read once to be asked of many cases."""

    def __init__(self, on: dt.date) -> None:
        self.pairs = city_pairs(on)
        self._rules = _rows(on)
        rows = AreaCode.objects.in_force(on).select_related("region").order_by("valid_from")
        self._areas = {row.area_code: row for row in rows}

    def need(self, insured_region_id: int, area_code: str, care_kind: str) -> Need:
        """Whether care at a place needs a filing; nobody told of a student or an emergency."""
        area = _area(area_code, self._areas.get)
        asked = _asked(
            insured_region_id, area, care_kind=care_kind, student=False, emergency=False, pairs=self.pairs
        )
        return need_for(self._rules, asked)


def days_of_change(first: dt.date, last: dt.date) -> list[dt.date]:
    """The days after `first`, up to `last`, on which a table behind the need may say something else."""
    found: set[dt.date] = set()
    for model in (ExemptionRule, AreaCode, RegionPair):
        for begins, ends in model.objects.order_by().values_list("valid_from", "valid_to").distinct():
            found |= {begins} if ends is None else {begins, ends + dt.timedelta(days=1)}
    return sorted(day for day in found if first < day <= last)


def _asked(
    insured_id: int | None,
    area: Area,
    *,
    care_kind: str,
    student: bool,
    emergency: bool,
    pairs: CityPairs,
) -> Asked:
    own = insured_id is not None and (
        area.region_id == insured_id or (insured_id, area.region_id) in pairs.sharing
    )
    return Asked(
        region_id=insured_id,
        scope=area.scope,
        place_level=OWN if own else area.level,
        place_name=area.name,
        care_kind=care_kind,
        student=student,
        emergency=emergency,
    )


def _rows(on: dt.date) -> list[RuleRow]:
    return [
        RuleRow(
            rule_set=row.rule_set,
            needs=row.needs,
            region_id=row.region_id,
            scope=row.scope,
            place_level=row.place_level,
            care_kind=row.care_kind,
            person_group=row.person_group,
            valid_from=row.valid_from,
            source=row.source,
            note=row.note,
        )
        for row in ExemptionRule.objects.in_force(on)
    ]


def _row(area_code: str, on: dt.date) -> AreaCode | None:
    rows = AreaCode.objects.in_force(on).filter(area_code=area_code).order_by("-valid_from")
    return rows.select_related("region").first()


def _ours(row: AreaCode) -> Area:
    scope = CROSS_PROVINCE if row.region.is_outside else IN_PROVINCE
    return Area(row.area_code, row.name, row.region_id, scope, level_of(row.area_code))


def _scope_of(area_code: str) -> str:
    return IN_PROVINCE if area_code.startswith(OUR_PREFIX) else CROSS_PROVINCE
