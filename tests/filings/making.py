"""Factories of the person's side: plain functions that make one thing, with what a test wants changed."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from agency.identity import check_digit
from agency.organisation.models import PoolingRegion
from filings.filing.entry import FilingEntry
from filings.filing.models import Filing
from filings.filing.services import filing_approve, filing_change_begin, filing_draft_save, filing_submit
from filings.models import Enrolment, InsuredPerson
from filings.people.services import person_number, write_initials
from tests.support.world import World

_serial = count(10)
ORIGINAL = "original"
PAPERS = {"valid_identity_card": ORIGINAL, "residence_permit": ORIGINAL}
COPIES = {"proxy_identity_copy": "copy", "own_identity_copy": "copy"}  # of an agent and their principal


def id_number(area: str = "220102", birth: str = "19610315", serial: int = 0) -> str:
    """A resident ID with the right check digit; even serials are women.

    Serials have three figures; with more than a day has numbers for, the next areas go on.
    """
    further, within = divmod(serial or next(_serial) * 2, 1000)
    digits = f"{int(area) + further}{birth}{within:03d}"
    return digits + check_digit(digits)


def make_person(name: str = "周桂兰", **changes: Any) -> InsuredPerson:
    """A person of the register, without an enrolment."""
    serial = next(_serial)
    values: dict[str, Any] = {
        "person_no": person_number(90_000_000 + serial),
        "cert_type": "01",
        "cert_no": id_number(serial=serial * 2),
        "sex": "female",
        "birth_date": dt.date(1961, 3, 15),
    }
    person = InsuredPerson.objects.create(name=name, **{**values, **changes})
    write_initials([person])
    return person


def enrol(person: InsuredPerson, region: PoolingRegion, **changes: Any) -> Enrolment:
    """An enrolment in force since 2010."""
    values: dict[str, Any] = {
        "area_code": region.code,
        "insurance_type": "employee",
        "category": "retired",
        "status": "normal",
        "begins_on": dt.date(2010, 1, 1),
    }
    return Enrolment.objects.create(person=person, region=region, **{**values, **changes})


def make_entry(person: InsuredPerson, **changes: Any) -> FilingEntry:
    """A whole entry: long-term residence in 青岛, from 2026-11-20, with ID card and residence permit."""
    values: dict[str, Any] = {
        "cert_type": person.cert_type,
        "cert_no": person.cert_no,
        "name": person.name,
        "insurance_type": "employee",
        "phone": "13800432716",
        "kind": "long_term_residence",
        "province": "370000",
        "city": "370200",
        "begins_on": dt.date(2026, 11, 20),
        "address": "青岛市市南区香港中路7号",
        "materials": PAPERS,
    }
    return FilingEntry(**{**values, **changes})


def typed(person: InsuredPerson, action: str = "submit", **changes: str) -> dict[str, str]:
    """What a clerk types into the whole form."""
    return {
        "action": action,
        "cert_type": "01",
        "cert_no": person.cert_no,
        "name": person.name,
        "insurance_type": "employee",
        "phone": "13800432716",
        "kind": "long_term_residence",
        "province": "370000",
        "city": "370200",
        "begins_on": "20261120",
        "address": "青岛市市南区香港中路7号",
        "material_1": "valid_identity_card",
        "given_1": "original",
        "material_2": "residence_permit",
        "given_2": "copy",
        **changes,
    }


def make_draft(world: World, person: InsuredPerson | None = None, **changes: Any) -> Filing:
    """A draft that the clerk of 长春 took in at noon."""
    if person is None:
        person = make_person()
        enrol(person, world.changchun)
    return filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(person, **changes))


def make_submitted(world: World, person: InsuredPerson | None = None, **changes: Any) -> Filing:
    """A filing that waits for its review; of an agent both copies are there."""
    if "agent" in changes:
        changes["materials"] = COPIES | changes.get("materials", PAPERS)
    return filing_submit(make_draft(world, person, **changes), by=world.clerk, at=world.now)


def make_in_force(world: World, person: InsuredPerson | None = None, **changes: Any) -> Filing:
    """A filing in force."""
    return filing_approve(make_submitted(world, person, **changes), by=world.reviewer, at=world.now)


def make_moved(world: World, old: Filing, begins_on: dt.date, **changes: Any) -> Filing:
    """In force instead of another from a day on, with another address in the same place."""
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, begins_on=begins_on, **{"address": f"新址 {begins_on}", **changes})
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)
    submitted = filing_submit(stored(draft), by=world.clerk, at=world.now)
    return filing_approve(submitted, by=world.reviewer, at=world.now)


def stored(filing: Filing) -> Filing:
    """The filing as the database has it."""
    return Filing.objects.get(pk=filing.pk)
