"""就医去处: what the rules say of every kind of care at every place among the cases, told once.

The rules themselves are those of 免备案规则 and 能否结算; here they are only asked, once per place and not
once per case.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from agency.organisation.models import PoolingRegion
from filings.eligibility.coverage import reach_of
from filings.exemptions.rules import NONE
from filings.exemptions.selectors import NeedsOfDay, days_of_change

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Care of a kind, of people of a region, at a place."""

    insured_region_id: int
    care_region_id: int
    area_code: str
    care_kind: str


def place_rows(places: Iterable[Place], first: dt.date, last: dt.date) -> str:
    """For each place and each span of days in which the rules stay the same: whether a filing is needed, and
    what a filing must name to cover it; a JSON list of lists, as `judging.PLACES` reads it."""
    regions = {region.pk: region for region in PoolingRegion.objects.all()}
    starts = [first, *days_of_change(first, last)]
    ends = [start - ONE_DAY for start in starts[1:]] + [last]
    days = [(begins, ends_on, NeedsOfDay(begins)) for begins, ends_on in zip(starts, ends, strict=True)]
    rows = []
    for place in places:
        region = regions[place.care_region_id]
        for begins, ends_on, day in days:
            need = day.need(place.insured_region_id, place.area_code, place.care_kind)
            beside = set() if region.is_outside else day.pairs.beside(region.pk)
            reach = reach_of(region.pk, region.code, place.area_code, beside, is_outside=region.is_outside)
            rows.append(
                [
                    place.insured_region_id,
                    place.care_region_id,
                    place.area_code,
                    place.care_kind,
                    begins.isoformat(),
                    ends_on.isoformat(),
                    0 if need.needs == NONE else 1,
                    _among(map(str, sorted(reach.region_ids))),
                    _among(sorted(reach.area_codes)) if reach.area_codes is not None else "",
                ]
            )
    return json.dumps(rows, separators=(",", ":"))


def _among(texts: Iterable[str]) -> str:
    """ ",1,12,": what the statement looks a value up in."""
    return f",{','.join(texts)},"
