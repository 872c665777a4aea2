"""Factories of what hangs on a stay: plain functions that make one thing, with what a test wants changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agency.organisation.models import Institution
from filings.injuries.services import InjuryEntry, injury_record
from filings.models import Filing, InjuryStatement, InsuredPerson, ManualReimbursement, OutsideCare, Stay
from filings.outside_care.rules import Item
from filings.outside_care.services import SlipEntry, outside_care_record
from filings.reimbursements.services import reimbursement_open
from filings.stays.services import StayEntry, stay_record
from tests.filings.making import enrol, make_person
from tests.support.world import World

HOSPITAL, OTHER_HOSPITAL, PHARMACY = "H37020000008", "H37020000009", "P11000000014"


def institution(code: str = HOSPITAL) -> Institution:
    return Institution.objects.get(code=code)


def stay_entry(**changes: Any) -> StayEntry:
    """In hospital from 2026-11-10, not settled yet, without a filing."""
    values: dict[str, Any] = {
        "institution": institution(),
        "admission_no": "ZY0001",
        "department": "骨科",
        "admitted_on": dt.date(2026, 11, 10),
    }
    return StayEntry(**{**values, **changes})


def make_stay(world: World, person: InsuredPerson | None = None, **changes: Any) -> Stay:
    """A stay that the clerk of 长春 wrote down at noon."""
    if person is None:
        person = make_person()
        enrol(person, world.changchun)
    return stay_record(by=world.clerk, at=world.now, person=person, entry=stay_entry(**changes))


def make_late_stay(world: World, filing: Filing | None = None, **changes: Any) -> Stay:
    """A stay that the hospital settled on 2026-11-15, before anybody filed."""
    values: dict[str, Any] = {"settled_on": dt.date(2026, 11, 15), "filing": filing}
    return make_stay(world, filing.person if filing is not None else None, **{**values, **changes})


def make_reimbursement(world: World, stay: Stay | None = None) -> ManualReimbursement:
    """A stay that waits to be reimbursed by hand."""
    return reimbursement_open(stay or make_late_stay(world), by=world.clerk, at=world.now)


def injury_entry(**changes: Any) -> InjuryEntry:
    """A fall on the stairs on the day of the admission."""
    values: dict[str, Any] = {
        "place": "自家楼道",
        "course": "下楼时踩空，自己摔倒",
        "injured_on": dt.date(2026, 11, 10),
    }
    return InjuryEntry(**{**values, **changes})


def make_statement(world: World, stay: Stay | None = None, **changes: Any) -> InjuryStatement:
    """An injury statement that the clerk of 长春 wrote down at noon."""
    stay = stay or make_stay(world)
    return injury_record(
        by=world.clerk, at=world.now, person=stay.person, stay=stay, entry=injury_entry(**changes)
    )


def slip_entry(**changes: Any) -> SlipEntry:
    """1.5 bottles at 68.35 from a pharmacy: 102.53."""
    values: dict[str, Any] = {
        "outside_institution": institution(PHARMACY),
        "prescribed_on": dt.date(2026, 11, 12),
        "items": (Item("造口护理粉", 1500, 6835, reason="本院未备"),),
    }
    return SlipEntry(**{**values, **changes})


def make_slip(world: World, stay: Stay | None = None, **changes: Any) -> OutsideCare:
    """A slip that the clerk of 长春 wrote down at noon."""
    stay = stay or make_stay(world)
    return outside_care_record(
        by=world.clerk, at=world.now, person=stay.person, stay=stay, entry=slip_entry(**changes)
    )
