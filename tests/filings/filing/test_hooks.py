"""Filings on the shared pages: search, unmasking."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from agency.journal.models import AuditEntry
from filings.filing.hooks import search_filings
from tests.filings.making import enrol, make_in_force, make_person, make_submitted
from tests.support.world import World

Login = Callable[[object], Client]


def test_the_search_box_finds_a_filing_by_its_number(world: World, as_user: Login) -> None:
    filing = make_in_force(world)

    response = as_user(world.clerk).post("/search/", {"term": filing.filing_no.lower()})

    assert response.status_code == 302
    assert response.url == f"/filings/{filing.filing_no}/"
    assert search_filings(world.yanbian_clerk, filing.filing_no).rows == []  # type: ignore[union-attr]
    assert search_filings(world.clerk, "F2026") is None


def test_the_search_box_finds_a_person_by_initials(world: World, as_user: Login) -> None:
    filing = make_in_force(world)

    response = as_user(world.clerk).post("/search/", {"term": "zgl"})

    assert response.url == f"/people/{filing.person.person_no}/"


def test_each_look_at_a_whole_number_is_logged(world: World, as_user: Login) -> None:
    filing = make_in_force(world, province="220000", city="222400")
    waiting = make_submitted(world, province="220000", city="222400")

    for subject in (filing.filing_no, filing.person.person_no):
        page = as_user(world.clerk).post("/unmask/", {"subject": subject}).content.decode()
        assert filing.person.cert_no in page
    there = as_user(world.yanbian_clerk)
    assert there.post("/unmask/", {"subject": filing.filing_no}).status_code == 200
    assert there.post("/unmask/", {"subject": filing.person.person_no}).status_code == 404
    assert there.post("/unmask/", {"subject": waiting.filing_no}).status_code == 404

    looks = AuditEntry.objects.filter(action="unmasked").order_by("seq").values_list("subject_no", flat=True)
    assert list(looks) == [filing.filing_no, filing.person.person_no, filing.filing_no]


def test_a_look_is_logged_under_the_persons_region_not_the_viewers(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.jilin)

    as_user(world.prov_auditor).post("/unmask/", {"subject": person.person_no})

    assert AuditEntry.objects.get(action="unmasked").region == world.jilin
