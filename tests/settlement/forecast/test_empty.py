"""预测 where there is nothing yet: no month, no quota."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from settlement.forecast.outlooks import forecasts, running_month
from settlement.forecast.selectors import accrued_live, all_regions
from tests.support.world import World

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]


def test_nothing_at_all_is_said_to_be_nothing(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)

    page = client.get("/fund-forecast/").content.decode()
    assert "还没有额度" in page and "本月还没有导入结算明细" in page and "没有额度" in page
    assert "还没有额度" in client.get("/fund-forecast/220100/").content.decode()
    own = client.get("/fund-forecast/220100/").content.decode()
    assert "还没有能对照的已签发月份" in own and "没有可画的" in own
    assert client.get("/fund-forecast/220100/print/").status_code == 200
    assert client.get("/fund-forecast/file.csv").status_code == 200
    assert "没有新的额度达到预警线" in client.get("/fund-forecast/hint/").content.decode()
    assert "fund-forecast/hint" not in client.get("/").content.decode()


def test_a_quota_may_be_supposed_where_there_is_none(world: World, as_user: LogIn) -> None:
    page = as_user(world.prov_finance).get("/fund-forecast/220100/", {"quota": "100"})

    assert page.context["page"].what_if.yellow.text == "无从预测"
    assert "100.00" in page.content.decode()


def test_without_months_or_regions_nothing_is_asked(world: World) -> None:
    assert accrued_live([], {world.changchun.pk}) == {} == accrued_live(["202610"], set())
    found = forecasts(all_regions(), running_month(dt.date(2026, 11, 20)))
    assert {one.outlook.end_fen for one in found} == {None}
    assert {len(one.by_day) for one in found} == {1}
