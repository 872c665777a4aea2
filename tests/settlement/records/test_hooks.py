"""What settled cases show on the shared pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from agency.batches.services import batch_check, batch_create, file_keep
from agency.journal.models import AuditEntry
from agency.seeding import Tally
from settlement.records import hooks
from settlement.records.models import CareType, SettlementRecord
from tests.filings.making import enrol, make_person
from tests.settlement.records import files
from tests.settlement.records.files import RIGHT, row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]


def test_a_settlement_number_is_found_from_anywhere(load: Run, as_user: LogIn, world: World) -> None:
    load([row("202610000000000009")])

    response = as_user(world.jilin_clearing).post("/search/", {"term": "202610000000000009"})
    assert response.headers["Location"] == "/cases/202610000000000009/"
    stranger = as_user(world.yanbian_clearing).post("/search/", {"term": "202610000000000009"})
    assert "没有找到" in stranger.content.decode()


def test_a_look_at_the_whole_number_is_logged(load: Run, as_user: LogIn, world: World) -> None:
    load([row()])

    response = as_user(world.changchun_clearing).post("/unmask/", {"subject": "S1"})

    assert RIGHT["证件号码"] in response.content.decode()
    entry = AuditEntry.objects.get(action="unmasked")
    assert (entry.subject_kind, entry.subject_no, entry.region) == ("record", "S1", world.changchun)


@pytest.mark.parametrize(
    ("who", "status"), [("yanbian_clearing", 404), ("prov_finance", 403), ("clerk", 404)]
)
def test_nobody_else_may_look(load: Run, as_user: LogIn, world: World, who: str, status: int) -> None:
    load([row()])

    assert as_user(getattr(world, who)).post("/unmask/", {"subject": "S1"}).status_code == status


def test_a_persons_cases_stand_on_the_card(load: Run, world: World) -> None:
    load([row(), row("S2", 证件号码="220199195410106504")])
    person = make_person(cert_no=RIGHT["证件号码"])

    section = hooks.card(world.supervisor, person, world.today)
    assert section is not None
    assert [record.settlement_no for record in section.context["rows"]] == ["S1"]
    assert section.context["reversed"] == set() and not section.context["more"]
    assert hooks.card(world.clerk, person, world.today) is None


def test_all_cases_of_a_person_are_listed_for_those_who_may_see_the_person(
    load: Run, as_user: LogIn, world: World
) -> None:
    load([row(), row("S2", 证件号码="220199195410106504")])
    person = make_person(cert_no=RIGHT["证件号码"])
    enrol(person, world.changchun)

    def listed(who: object) -> str:
        return as_user(who).get(f"/cases/?person={person.person_no}").content.decode()

    assert "/cases/S1/" in listed(world.supervisor) and "/cases/S2/" not in listed(world.supervisor)
    assert "/cases/S1/" not in listed(world.changchun_clearing)  # may not see persons


def test_files_that_wait_for_me_are_counted_at_home(world: World, tmp_path: Path) -> None:
    path = files.write(tmp_path, [row()])
    with path.open("rb") as stream:
        kept = file_keep(stream, name="a.csv", by=world.changchun_clearing, at=world.now)
    batch = batch_create(
        kind="settlements", kept=kept, file_name="a.csv", by=world.changchun_clearing, at=world.now
    )
    batch_check(batch, by=world.changchun_clearing, at=world.now)

    counts = {
        who: [tile.count for tile in hooks.home(getattr(world, who), world.today).tiles]
        for who in ("changchun_clearing", "changchun_clearing_2", "yanbian_clearing", "clerk")
    }
    assert counts == {
        "changchun_clearing": [0],
        "changchun_clearing_2": [1],
        "yanbian_clearing": [0],
        "clerk": [],
    }


def test_the_side_bar_shows_cases_to_those_who_may_read_them(world: World) -> None:
    assert [item.url for item in hooks.nav(world.prov_finance)] == ["/cases/"]
    assert hooks.nav(world.clerk) == []


def test_care_types_are_seeded_once(db: None) -> None:
    tally = Tally()
    hooks.seed_care_types(settings.SEEDS_DIR, tally)

    assert (tally.created, tally.changed) == (0, 0)
    assert tally.same == CareType.objects.count()


def test_the_demo_months_go_through_two_hands_once(world: World) -> None:
    for name, number in (("prov_clearing2", "prov_clearing_2"),):
        user = getattr(world, number)
        user.username = name
        user.save(update_fields=["username"])
    first, second = Tally(), Tally()

    hooks.demo_september(settings.SEEDS_DIR, first, world.now)
    hooks.demo_september(settings.SEEDS_DIR, second, world.now)

    record = SettlementRecord.objects.order_by("line_no").first()
    assert record is not None
    assert record.batch is not None
    assert record.batch.created_by != record.batch.confirmed_by
    assert first.created == second.same == SettlementRecord.objects.count() > 150
    assert second.created == 0
