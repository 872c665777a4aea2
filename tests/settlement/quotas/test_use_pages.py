"""Pages of use, warnings and increases: gauges, who sees what, what the buttons do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from agency.organisation.models import User
from settlement.quotas.models import Quota
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from tests.settlement.notices.statement import finance_of
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_red")
LogIn = Callable[[object], Client]
USE = "/fund-use/"
OWN = f"{USE}220100/"
WARNING = f"{USE}warnings/YJ202701-001/"
INCREASE = f"{USE}increases/JZ202701-001/"


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.fixture
def asker(world: World) -> User:
    return finance_of("220100")


def test_gauges_stand_for_each_region_and_type(world: World, as_user: LogIn) -> None:
    html = page(as_user(world.prov_finance), USE)

    for text in ("2027年1月", "95.00%", "950.00", "1,000.00", "39.58%", "红色"):
        assert text in html
    assert 'aria-label="长春市职工 95.00%，红色"' in html
    assert '<rect width="95.00" height="10"/>' in html
    assert "style=" not in html
    assert "没有" in page(as_user(world.prov_finance), f"{USE}?period=202610")


def test_a_month_that_is_not_known_is_the_newest(world: World, as_user: LogIn) -> None:
    for asked in ("209901", "x", ""):
        assert "周转金使用情况　2027年1月" in page(as_user(world.prov_auditor), f"{USE}?period={asked}")


def test_a_region_is_led_to_its_own(world: World, as_user: LogIn, asker: User) -> None:
    client = as_user(asker)

    assert client.get(USE).headers["Location"] == OWN
    html = page(client, OWN)
    assert "95.00%" in html and "2027年1月职工" in html and "吉林市" not in html
    assert client.get(f"{USE}220200/").status_code == 404
    assert client.get(f"{USE}210000/").status_code == 404


@pytest.mark.parametrize("name", ["clerk", "reviewer", "prov_system"])
def test_the_wrong_role_is_refused(world: World, as_user: LogIn, name: str) -> None:
    client = as_user(getattr(world, name))

    pages = (USE, OWN, f"{USE}warnings/", WARNING, f"{USE}increases/")
    assert {client.get(url).status_code for url in pages} == {403}


def test_warnings_are_listed_by_whether_they_are_noted(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)
    assert "YJ202701-001" in page(client, f"{USE}warnings/")
    assert "YJ202701-001" not in page(client, f"{USE}warnings/?state=noted")

    assert client.post(f"{WARNING}note/", {"note": ""}).status_code == 422
    assert client.post(f"{WARNING}note/", {"note": "已通知补缴"}).status_code == 302

    assert "没有未处理的预警" in page(client, f"{USE}warnings/")
    for state in ("noted", ""):
        assert "已通知补缴" in page(client, f"{USE}warnings/?state={state}")
    again = client.post(f"{WARNING}note/", {"note": "又"})
    assert again.status_code == 422 and "同事刚处理过" in again.content.decode()


def test_another_region_finds_none(world: World, as_user: LogIn) -> None:
    client = as_user(finance_of("220200"))

    assert "没有未处理的预警" in page(client, f"{USE}warnings/")
    assert client.get(WARNING).status_code == 404
    assert client.post(f"{WARNING}note/", {"note": "x"}).status_code == 404
    assert client.post(f"{WARNING}increase/", {"amount_fen": "1", "reason": "x"}).status_code == 404


def test_who_may_not_note_finds_no_form(world: World, as_user: LogIn) -> None:
    client = as_user(world.changchun_clearing)

    assert "还没有人处理" in page(client, WARNING)
    assert client.post(f"{WARNING}note/", {"note": "x"}).status_code == 403


def test_red_warning_to_urgent_increase(world: World, as_user: LogIn, asker: User) -> None:
    own, head = as_user(asker), as_user(world.prov_supervisor)
    assert "申请加急调增" in page(own, WARNING)
    refused = own.post(f"{WARNING}increase/", {"amount_fen": "0", "reason": "二月病人增加"})
    assert refused.status_code == 422 and "调增额要大于零" in refused.content.decode()
    asked = own.post(f"{WARNING}increase/", {"amount_fen": "500", "reason": "二月病人增加"})
    assert asked.headers["Location"] == INCREASE
    assert "1,000.00 + 500.00 = <b>1,500.00</b>" in page(own, INCREASE)
    assert "批准调增" not in page(own, INCREASE)
    assert "申请加急调增" not in page(own, WARNING)
    assert "JZ202701-001" in page(head, "/")

    with time_machine.travel("2027-02-03 10:00+08:00"):
        own, head = as_user(asker), as_user(world.prov_supervisor)  # who logged in months ago is logged out
        assert head.post(f"{INCREASE}approve/").status_code == 302
        html = page(head, INCREASE)
        assert "2027-02-03" in html and "付款" in html
        assert "额度自 2027-02-03 起为 1,500.00 元" in page(own, OWN)
        assert "1,500.00" in page(head, "/quotas/")
    assert Quota.objects.get(increase__isnull=False).quota_fen == 150_000
    again = as_user(world.prov_supervisor).post(f"{INCREASE}approve/")
    assert again.status_code == 422 and "处理过" in again.content.decode()


def test_refused_and_withdrawn_with_a_reason(world: World, as_user: LogIn, asker: User) -> None:
    own, head = as_user(asker), as_user(world.prov_supervisor)
    said = {"amount_fen": "500", "reason": "急"}
    own.post(f"{WARNING}increase/", said)
    assert head.post(f"{INCREASE}refuse/", {"reason": ""}).status_code == 422
    assert head.post(f"{INCREASE}refuse/", {"reason": "先用足"}).status_code == 302
    assert "先用足" in page(own, INCREASE)

    own.post(f"{WARNING}increase/", said)
    second = INCREASE.replace("001", "002")
    assert own.post(f"{second}withdraw/", {"reason": "填错"}).status_code == 302
    assert as_user(world.yanbian_clearing).get(second).status_code == 404
    listed = page(own, f"{USE}increases/")
    assert "未批准" in listed and "已撤回" in listed
    assert QuotaIncrease.objects.filter(state="asked").count() == 0


def test_the_region_does_not_approve(world: World, as_user: LogIn, asker: User) -> None:
    own = as_user(asker)
    own.post(f"{WARNING}increase/", {"amount_fen": "500", "reason": "急"})

    assert own.post(f"{INCREASE}approve/").status_code == 403
    assert as_user(world.prov_finance).post(f"{INCREASE}approve/").status_code == 403


def test_home_shows_gauges_and_what_waits(world: World, as_user: LogIn, asker: User) -> None:
    for user in (asker, world.prov_finance):
        html = page(as_user(user), "/")
        assert "周转金使用" in html and "95.00%" in html or user is world.prov_finance
        assert "YJ202701-001" in html and "有红色预警" in html
    assert "39.58%" in page(as_user(world.prov_auditor), "/")
    assert "39.58%" not in page(as_user(world.jilin_clearing), "/")
    assert "YJ202701-001" not in page(as_user(finance_of("220200")), "/")


def test_a_warning_and_an_increase_are_found_by_number(world: World, as_user: LogIn, asker: User) -> None:
    own = as_user(asker)
    own.post(f"{WARNING}increase/", {"amount_fen": "500", "reason": "急"})

    for term, url in (("yj202701-001", WARNING), ("JZ202701-001", INCREASE)):
        found = own.post("/search/", {"term": term}, follow=True)
        assert url in found.content.decode() or found.redirect_chain[-1][0] == url
        other = as_user(world.yanbian_clearing).post("/search/", {"term": term}, follow=True)
        assert url not in other.content.decode()


def test_pages_take_few_queries(
    world: World, as_user: LogIn, red: FundWarning, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = as_user(world.prov_finance)
    for url in (USE, OWN, f"{USE}warnings/", WARNING):
        with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
            client.get(url)
