"""Pages of rounds and their forms: what is shown to whom, and what the buttons do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from settlement.notices.models import Notice
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.services import round_approve
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_proposed")
LogIn = Callable[[object], Client]
ROUND = "/quotas/2027/"
ITEM = f"{ROUND}items/220100/employee/"
PAGES = {
    "list": "/quotas/",
    "round": ROUND,
    "item": ITEM,
    "6-2": f"{ROUND}6-2/220100/",
    "print": f"{ROUND}6-2/220100/print/",
    "csv": f"{ROUND}6-2/220100/file.csv",
    "xlsx": f"{ROUND}6-2/220100/file.xlsx",
    "pdf": f"{ROUND}6-2/220100/file.pdf",
}
OF_PROVINCE = [f"{ROUND}6-1/", f"{ROUND}6-1/print/", f"{ROUND}6-1/file.csv"]


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.fixture
def approved(drawn: QuotaRound, world: World) -> QuotaRound:
    return round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)


@pytest.mark.parametrize("name", ["clerk", "reviewer", "prov_system"])
def test_the_wrong_role_is_refused(world: World, as_user: LogIn, name: str) -> None:
    client = as_user(getattr(world, name))

    assert {client.get(url).status_code for url in [*PAGES.values(), *OF_PROVINCE]} == {403}


def test_the_province_sees_a_round_that_waits(world: World, as_user: LogIn) -> None:
    for name in ("prov_finance", "prov_supervisor", "prov_auditor", "prov_clearing"):
        client = as_user(getattr(world, name))
        assert {client.get(url).status_code for url in [*PAGES.values(), *OF_PROVINCE]} == {200}


def test_a_region_sees_its_own_once_it_is_approved(drawn: QuotaRound, world: World, as_user: LogIn) -> None:
    own, other = as_user(world.changchun_clearing), as_user(world.jilin_clearing)
    waiting = {name: own.get(url).status_code for name, url in PAGES.items()}
    assert waiting == {name: 200 if name == "list" else 404 for name in PAGES}

    round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)

    assert {own.get(url).status_code for url in PAGES.values()} == {200}
    of_changchun = [url for name, url in PAGES.items() if name not in ("list", "round")]
    assert {other.get(url).status_code for url in [*of_changchun, *OF_PROVINCE]} == {404}
    html = page(own, ROUND)
    assert "长春市" in html and "吉林市" not in html
    assert "249,000.00" not in html and "2,490.00" in html


def test_the_round_shows_its_arithmetic(world: World, as_user: LogIn) -> None:
    html = page(as_user(world.prov_auditor), ROUND)

    for text in ("1,245.00", "2,490.00", "1,400.00", "核定基数 = 各基数月份之和 ÷ 1", "基数月份不全"):
        assert text in html
    assert 'href="/clearing/202610/sheets/11/220100/"' in html
    assert "提请批准</button>" not in html and "批准额度" not in html


def test_each_amount_is_explained_step_by_step(world: World, as_user: LogIn) -> None:
    html = page(as_user(world.prov_auditor), ITEM)

    for text in ("2026年10月清算金额", "（1,245.00）÷ 1，四舍五入到分", "1,245.00 × 2", "2,490.00 − 0.00"):
        assert text in html


def test_figures_of_the_forms_lead_to_what_they_rest_on(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_auditor)

    assert f'href="{ITEM}"' in page(client, f"{ROUND}6-1/")
    assert 'href="/clearing/202610/sheets/11/220100/"' in page(client, f"{ROUND}6-2/220100/")


@pytest.mark.parametrize(
    "url",
    [
        "/quotas/2026/",
        f"{ROUND}6-2/",
        f"{ROUND}6-1/220100/",
        f"{ROUND}6-2/210000/",
        f"{ROUND}6-3/",
        f"{ROUND}6-1/file.doc",
        f"{ROUND}items/210000/employee/",
        f"{ROUND}items/999999/employee/",
        f"{ROUND}items/220100/other/",
    ],
)
def test_what_does_not_exist_is_not_there(world: World, as_user: LogIn, url: str) -> None:
    assert as_user(world.prov_finance).get(url).status_code == 404


def test_drawn_up_changed_proposed_returned_approved(world: World, as_user: LogIn) -> None:
    """The round of 2027 goes back, is drawn up for March, gets another amount, and is approved."""
    finance, head = as_user(world.prov_finance), as_user(world.prov_supervisor)
    assert head.post(f"{ROUND}return/", {"reason": " "}).status_code == 422
    assert head.post(f"{ROUND}return/", {"reason": "推迟到三月"}).status_code == 302
    assert "已退回，改过再提请" in page(finance, ROUND)

    drawn = finance.post("/quotas/draw/", {"year": "2027", "effective_on": "2027-03-01"})
    assert drawn.headers["Location"] == ROUND
    changed = finance.post(f"{ITEM}change/", {"changed_fen": "3,000.00", "reason": "新增病区"})
    assert changed.headers["Location"] == ROUND
    assert finance.post(f"{ROUND}propose/").status_code == 302
    assert "您拟定或提请的，要由另一位有权限的同事批准" in page(finance, ROUND)
    seen = QuotaRound.objects.get().digest
    assert head.post(f"{ROUND}approve/", {"seen": "0" * 64}).status_code == 422
    assert head.post(f"{ROUND}approve/", {"seen": seen}).status_code == 302

    html = page(head, ROUND)
    assert "2027-03-01" in html and "新增病区" in html
    notice = Notice.objects.get(category="revolving_fund", region=world.changchun)
    assert notice.total_fen == 300_000
    assert f"/notices/{notice.key}/" in html
    assert "表 6-1、表 6-2" in page(head, f"/notices/{notice.key}/")
    paper = page(head, f"/notices/{notice.key}/print/")
    assert "根据已批准的2027年异地医保业务周转金额度（表 6-1、表 6-2，批准摘要" in paper
    assert "应补缴 <u>3,000.00</u> 元，轧差后应付款" in paper


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"year": "", "effective_on": ""}, "请填年度"),
        ({"year": "二七", "effective_on": ""}, "请填四位年份"),
        ({"year": "27", "effective_on": ""}, "请填四位年份"),
        ({"year": "2030", "effective_on": ""}, "都还没有签发"),
        ({"year": "2027", "effective_on": ""}, "已提请批准"),
        ({"year": "2027", "effective_on": "三月"}, "不是日期"),
        ({"year": "2027", "effective_on": "2026-12-31"}, "2027 年之内"),
    ],
)
def test_what_cannot_be_drawn_up_is_told(
    world: World, as_user: LogIn, said: dict[str, str], told: str
) -> None:
    answer = as_user(world.prov_finance).post("/quotas/draw/", said)

    assert answer.status_code == 422
    assert told in answer.content.decode()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"changed_fen": "", "reason": "x"}, "请填金额"),
        ({"changed_fen": "1.234", "reason": "x"}, "小数超过两位"),
        ({"changed_fen": "-1", "reason": "x"}, "额度不能小于零"),
        ({"changed_fen": "1", "reason": ""}, "请写明原因"),
        ({"changed_fen": "1", "reason": "x"}, "现在是“待批”，不能改"),
    ],
)
def test_a_change_that_is_refused_says_why(
    world: World, as_user: LogIn, said: dict[str, str], told: str
) -> None:
    answer = as_user(world.prov_finance).post(f"{ITEM}change/", said)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not QuotaItem.objects.exclude(reason="").exists()


def test_who_proposed_finds_no_button_and_is_refused(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)

    assert "批准额度" not in page(client, ROUND)
    assert client.post(f"{ROUND}approve/", {"seen": ""}).status_code == 403
    assert not Quota.objects.exists()


def test_quotas_in_force_are_listed_for_each(approved: QuotaRound, world: World, as_user: LogIn) -> None:
    """They begin on 2027-01-01, so that on the world's day there are none yet."""
    client = as_user(world.prov_auditor)
    assert "现在的额度" not in page(client, "/quotas/")
    assert "3,890.00" in page(client, "/quotas/")


def test_home_tells_whose_turn_it_is(drawn: QuotaRound, world: World, as_user: LogIn) -> None:
    assert "等您批准" in page(as_user(world.prov_supervisor), "/")
    assert "2027年度周转金额度" not in page(as_user(world.prov_finance), "/")


def test_the_list_of_forms_leads_to_both(world: World, as_user: LogIn) -> None:
    html = page(as_user(world.prov_finance), "/forms/")

    assert html.count('href="/quotas/"') >= 3  # the side bar, 6-1, 6-2
