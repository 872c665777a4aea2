"""What reconciliation brings to the shared pages: home, search, a case's page, admin; and to the books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db.models import F
from django.test import Client

from agency.batches.models import Batch
from agency.journal.books import check_all
from agency.journal.models import StateChange
from agency.organisation.models import User
from settlement.reconciliation import judging, pairing
from settlement.reconciliation.assigning import differences_assign
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.verdict_checks import PAIRED, WITHIN_LIMIT
from tests.settlement.reconciliation.made import (
    difference,
    differing,
    keys,
    make_run,
    only_ours,
    only_theirs,
)
from tests.settlement.records.files import row
from tests.support.world import World

LogIn = Callable[[object], Client]
Load = Callable[..., Batch]


def text_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def give(world: World, *subjects: str, remedy: str = "ask_them") -> None:
    judging.verdicts_give(keys(*subjects), by=world.prov_clearing, at=world.now, remedy=remedy, note="核对过")


def tiles(client: Client) -> dict[str, tuple[int, str, bool]]:
    return {tile.label: (tile.count, tile.note, tile.hot) for tile in client.get("/").context["tiles"]}


def test_the_home_page_says_what_waits_for_whom(as_user: LogIn, world: World) -> None:
    make_run(world, *(only_ours(f"S{n}") for n in range(1, 6)))
    earlier = world.now - dt.timedelta(days=10)
    for subject, days in (("S1", 3), ("S2", -1)):
        differences_assign(
            keys(subject),
            by=world.prov_clearing,
            at=earlier,
            owner=world.prov_clearing,
            due_on=world.today + dt.timedelta(days=days),
        )
    give(world, "S3")
    client = as_user(world.prov_clearing)

    found = tiles(client)
    assert found["我负责的对账差异"] == (2, "逾期 1", True)
    assert found["没人负责的对账差异"] == (2, "交办或自己办", False)
    assert "待批准的差异结论" not in found
    todo = client.get("/").context["todo"]["rows"]
    assert [(item.badge, item.number) for item in todo if "差异" in item.badge or "结论" in item.badge] == [
        ("差异逾期", difference("S2").difference_no),
        ("待下结论", difference("S1").difference_no),
    ]
    assert tiles(as_user(world.prov_clearing_2))["待批准的差异结论"] == (1, "同事提出的", False)
    assert not any("差异" in label for label in tiles(as_user(world.changchun_clearing)))


@pytest.mark.parametrize("name", ["prov_clearing", "changchun_clearing", "auditor", "supervisor"])
def test_the_side_bar_leads_there_for_who_may_look(as_user: LogIn, world: World, name: str) -> None:
    text = text_of(as_user(getattr(world, name)), "/")
    assert 'href="/reconciliation/"' in text and 'href="/reconciliation/differences/"' in text
    assert 'href="/reconciliation/"' not in text_of(as_user(world.clerk), "/")


def search(client: Client, term: str) -> list[str]:
    answer = client.post("/search/", {"term": term})
    if answer.status_code == 302:
        return [answer["Location"]]
    return [row.number for group in answer.context["groups"] for row in group.rows if group.title == "对账"]


def test_a_comparison_and_a_difference_are_found_by_their_numbers(as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("S1"), region=world.changchun)
    number = difference("S1").difference_no
    client = as_user(world.changchun_clearing)

    assert search(client, run.run_no.lower()) == [f"/reconciliation/{run.run_no}/"]
    assert search(client, number) == [f"/reconciliation/differences/{number}/"]
    assert search(client, "S1") == [f"/reconciliation/differences/{number}/"]
    assert search(as_user(world.jilin_clearing), number) == []


def test_a_case_tells_what_comparisons_found_of_it(as_user: LogIn, world: World, load: Load) -> None:
    load([row("S1"), row("S2")])
    make_run(world, only_ours("S1"))
    number = difference("S1").difference_no

    assert number in text_of(as_user(world.prov_clearing), "/cases/S1/")
    assert "对账差异" not in text_of(as_user(world.prov_clearing), "/cases/S2/")
    assert number not in text_of(as_user(world.changchun_clearing), "/cases/S1/")  # not its comparison


def test_the_admin_shows_them_to_supervisors_of_their_region(as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("S1"), region=world.changchun)
    pages = {"reconciliationrun": run.pk, "discrepancy": difference("S1").pk}

    def seen(user: User, model: str) -> int:
        return as_user(user).get(f"/admin/settlement/{model}/").context["cl"].result_count

    for model, pk in pages.items():
        assert seen(world.supervisor, model) == seen(world.prov_supervisor, model) == 1
        page = as_user(world.supervisor).get(f"/admin/settlement/{model}/{pk}/change/")
        assert page.status_code == 200 and "128X" not in page.content.decode()
        assert as_user(world.supervisor).get(f"/admin/settlement/{model}/add/").status_code == 403
        assert as_user(world.prov_clearing).get(f"/admin/settlement/{model}/").status_code in (302, 403)


# --- the books ----------------------------------------------------------------------------------------------


def broken() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in check_all(None).broken:
        found.setdefault(item.check, []).append(item.subject)
    return found


def test_a_difference_that_nobody_touched_has_no_history_and_needs_none(world: World) -> None:
    make_run(world, only_ours("S1"))
    assert not StateChange.objects.filter(subject_kind="discrepancy").exists()
    assert broken() == {}

    Discrepancy.objects.update(
        state="judged", remedy="none", note="x", judged_by=world.prov_clearing, judged_at=world.now
    )

    assert broken() == {"状态都有经过": [difference("S1").difference_no]}


def test_a_pair_that_does_not_belong_together_is_found(world: World, unguarded: None) -> None:
    make_run(world, only_ours("S1"), only_theirs("S2"), only_theirs("S3"))
    pairing.pair_give(*keys("S1", "S2"), by=world.prov_clearing, at=world.now, note="同一笔")
    assert PAIRED not in broken()

    Discrepancy.objects.filter(subject="S2").update(amount_fen=F("amount_fen") + 1)
    both = [f"差异 {difference('S1')}", f"差异 {difference('S2')}"]
    assert broken()[PAIRED] == both
    Discrepancy.objects.filter(subject="S2").update(amount_fen=F("amount_fen") - 1, pair=difference("S3"))
    assert set(broken()[PAIRED]) == set(both)


def test_a_write_off_beyond_the_limit_of_its_day_is_found(world: World, unguarded: None) -> None:
    make_run(world, differing("S1", "700.00", "699.50"))
    give(world, "S1", remedy="write_off")
    assert WITHIN_LIMIT not in broken()

    Discrepancy.objects.update(amount_fen=101, written_off_fen=101)

    assert broken()[WITHIN_LIMIT] == [f"差异 {difference('S1')}"]
