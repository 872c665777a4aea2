"""Filings and cases for the match: one person, 长春 insures, 吉林 treats from 2026-10-01 to 10-09."""

from __future__ import annotations

import datetime as dt
from typing import Any

from filings.models import Filing, InsuredPerson
from settlement.matching.models import RecordFiling
from tests.filings.making import enrol, make_in_force, make_person
from tests.settlement.records.files import RIGHT
from tests.support.world import World

FROM = dt.date(2026, 9, 15)


def make_patient(world: World, **changes: Any) -> InsuredPerson:
    """The person of the right row, enrolled in 长春."""
    person = make_person(RIGHT["姓名"], cert_no=RIGHT["证件号码"], **changes)
    enrol(person, world.changchun)
    return person


def make_filing(world: World, person: InsuredPerson, **changes: Any) -> Filing:
    """In force since 2026-09-15, for 吉林市, without an end."""
    filing = make_in_force(world, person)
    values: dict[str, Any] = {
        "care_region": world.jilin,
        "care_area_code": "220200",
        "care_place_name": "吉林市",
        "begins_on": FROM,
        "ends_on": None,
        "insured_region": world.changchun,
    }
    Filing.objects.filter(pk=filing.pk).update(**{**values, **changes})
    return Filing.objects.get(pk=filing.pk)


def marks() -> dict[str, tuple[str, str | None]]:
    """Settlement number → mark and the number of the filing named."""
    rows = RecordFiling.objects.values_list("record__settlement_no", "mark", "filing__filing_no")
    return {number: (mark, filing) for number, mark, filing in rows}
