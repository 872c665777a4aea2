"""What settled cases bring to the shared pages: side bar, home, search, card, unmasking, seeds, demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from agency.batches.selectors import batches_visible
from agency.batches.states import BatchState
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import CARD, DEMO, HOME, NAV, SEARCH, SEEDERS, UNMASK
from agency.seeding import Tally, day, read_rows
from agency.web.parts import CardSection, HomePart, NavItem, SearchGroup, SearchRow, Tile, Unmasked
from filings.people.rules import TermKind, read_term
from filings.people.selectors import people_visible
from settlement.records import counting as counting  # joins SETTLED_COUNT
from settlement.records import of_stay as of_stay  # joins DIRECT_SETTLEMENT and CHECKS
from settlement.records.demo import load_demo_file
from settlement.records.models import CareType, SettlementRecord
from settlement.records.selectors import (
    newest_of_number,
    people_of_name,
    record_current,
    record_shown,
    records_of_person,
    reversed_among,
)

ON_CARD = 10
PEOPLE_FOUND = 20


@NAV.register("records", order=200)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_CASES):
        return []
    return [NavItem("结算", "结算明细", reverse("settlement:record_list"))]


@HOME.register("records", order=210)
def home(user: User, today: dt.date) -> HomePart:
    """Files of cases and deductions that wait for a second person."""
    part = HomePart()
    if access.allowed(user, May.RELEASE_BATCHES) and access.allowed(user, May.READ_CASES):
        waiting = batches_visible(user).filter(kind__in=["settlements", "deductions"])
        count = waiting.filter(state=BatchState.PREVIEWED).exclude(created_by=user).count()
        part.tiles.append(Tile("待确认的结算文件", count, reverse("agency:batch_list"), "由另一人上传"))
    return part


@SEARCH.register("records", order=200)
def search(user: User, term: str) -> SearchGroup | None:
    """A settlement number, whole."""
    if not access.allowed(user, May.READ_CASES):
        return None
    record = record_current(user, term)
    return SearchGroup("结算明细", [_search_row(record)] if record is not None else [])


@SEARCH.register("people of records", order=210)
def search_people(user: User, term: str) -> SearchGroup | None:
    """Persons of cases by a whole number or a whole name, each with the list of their cases; those of the
    register whom the user may see stand in its own group, with their card."""
    if not access.allowed(user, May.READ_CASES):
        return None
    wanted = read_term(term)
    found: list[SettlementRecord] = []
    if wanted.kind is TermKind.CERT_NO:
        newest = newest_of_number(user, wanted.text)
        found = [newest] if newest is not None else []
    elif wanted.kind is TermKind.NAME:
        found = people_of_name(user, wanted.text, at_most=PEOPLE_FOUND)
    too_many, found = len(found) > PEOPLE_FOUND, found[:PEOPLE_FOUND]
    known = _on_cards(user, found)
    rows = [_person_row(record) for record in found if record.cert_no not in known]
    return SearchGroup("结算里的人", rows, too_many)


def _on_cards(user: User, found: list[SettlementRecord]) -> set[str]:
    """Which of these persons' numbers the user finds in the register."""
    if not found or not access.allowed(user, May.READ_PEOPLE):
        return set()
    people = people_visible(user).filter(cert_no__in=[record.cert_no for record in found])
    return set(people.values_list("cert_no", flat=True))


def _person_row(record: SettlementRecord) -> SearchRow:
    address = reverse("settlement:record_list")
    return SearchRow(
        url=f"{address}?{urlencode({'same_as': record.settlement_no})}",
        number=mask_id(record.cert_no),
        title=record.person_name,
        detail=f"参保地{record.insured_region}，最近一笔 {record.settlement_no}",
    )


def _search_row(record: SettlementRecord) -> SearchRow:
    return SearchRow(
        url=reverse("settlement:record_detail", kwargs={"settlement_no": record.settlement_no}),
        number=record.settlement_no,
        title=record.person_name,
        detail=f"{record.insured_region} → {record.care_region}，{record.get_care_kind_display()}",
        badge="退费" if record.is_reversal else "",
        badge_tone="warn",
    )


@UNMASK.register("records", order=200)
def unmask(user: User, number: str) -> Unmasked | None:
    """The identity number of a case that this person may see."""
    if not access.allowed(user, May.READ_CASES):
        return None
    record = record_shown(user, number).first() or _corrected(user, number)
    if record is None:
        return None
    return Unmasked("record", record.settlement_no, record.cert_no, record.insured_region)


def _corrected(user: User, subject: str) -> SettlementRecord | None:
    """The record of a correction, by what `SettlementRecord.subject_no` says: S1@2."""
    number, _, version = subject.rpartition("@")
    if not (version.isascii() and version.isdigit() and len(version) < 5):
        return None
    return record_shown(user, number).filter(correction_no=version).first()


@CARD.register("records", order=200)
def card(user: User, person: Any, today: dt.date) -> CardSection | None:
    """A person's cases, matched by identity number, newest first."""
    if not access.allowed(user, May.READ_CASES):
        return None
    rows = list(records_of_person(user, person.cert_type, person.cert_no)[: ON_CARD + 1])
    context = {
        "rows": rows[:ON_CARD],
        "more": len(rows) > ON_CARD,
        "shown": ON_CARD,
        "person_no": person.person_no,
        "reversed": reversed_among(user, rows),
    }
    return CardSection("结算", "settlement/records/_card.html", context)


@SEEDERS.register("care_types", order=40)
def seed_care_types(seeds: Path, tally: Tally) -> None:
    for row in read_rows(seeds / "care_types.csv"):
        tally.upsert(
            CareType,
            key={"code": row["code"], "valid_from": day(row["valid_from"])},
            values={
                "name": row["name"],
                "care_kind": row["care_kind"],
                "valid_to": day(row["valid_to"]),
                "source": row["source"],
            },
        )


@DEMO.register("records-202609", order=300)
def demo_september(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """The month that the clearing then computes and signs."""
    load_demo_file("settlements", seeds / "demo" / "settlements-202609.csv", tally, now)


@DEMO.register("records-202610", order=500)
def demo_october(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """The open month."""
    load_demo_file("settlements", seeds / "demo" / "settlements-202610.csv", tally, now)
