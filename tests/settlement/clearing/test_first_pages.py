"""Pages before a month is computed."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests.support.world import World

AsUser = Callable[..., Client]
MONTH = "/clearing/202610/"


def test_the_list_tells_how_to_begin(world: World, as_user: AsUser) -> None:
    page = as_user(world.prov_clearing).get("/clearing/").content.decode()

    assert "还没有可清算的月份" in page
    assert "/imports/new/settlements/" in page
    assert "/imports/new/settlements/" not in as_user(world.auditor).get("/clearing/").content.decode()


def test_a_month_with_cases_can_be_begun(loaded: None, world: World, as_user: AsUser) -> None:
    page = as_user(world.prov_clearing).get(MONTH).content.decode()

    assert "这个月还没有计算" in page
    assert '<button class="btn go" type="submit">计算</button>' in page
    assert "btn go" not in as_user(world.changchun_clearing).get(MONTH).content.decode()
