"""Filings on the shared pages: side bar, home, search, unmasking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client

from agency.journal.models import AuditEntry
from filings.filing.hooks import search_filings
from filings.queues.hooks import home, nav
from tests.filings.making import enrol, make_draft, make_in_force, make_person, make_submitted
from tests.support.world import World

Login = Callable[[object], Client]


def test_the_side_bar_shows_each_role_its_own_work(world: World) -> None:
    make_submitted(world)

    assert [(item.label, item.count) for item in nav(world.clerk)] == [
        ("新办备案", None), ("备案台账", None), ("待复核", 1), ("待补正", 0), ("我的草稿", 0),
    ]  # fmt: skip
    assert [item.label for item in nav(world.reviewer)] == ["备案台账", "待复核"]
    assert [item.label for item in nav(world.auditor)] == ["备案台账"]
    assert nav(world.changchun_clearing) == []


def test_the_clerks_home_begins_a_new_filing_and_lists_what_is_due(world: World) -> None:
    draft = make_draft(world)

    part = home(world.clerk, world.today)

    assert [(action.label, action.key, action.primary) for action in part.actions] == [
        ("新办备案", "N", True)
    ]
    assert [(row.number, row.due_on) for row in part.todo] == [(draft.filing_no, dt.date(2027, 2, 20))]
    assert {tile.label: tile.count for tile in part.tiles}["我的草稿"] == 1


def test_the_reviewers_home_has_what_colleagues_entered(world: World) -> None:
    filing = make_submitted(world)

    on_time, late = home(world.reviewer, world.today), home(world.reviewer, dt.date(2026, 11, 23))

    assert [row.number for row in on_time.todo] == [filing.filing_no]
    assert on_time.todo[0].badge == "待复核"
    assert late.todo[0].badge == "超时"
    assert not on_time.actions


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
