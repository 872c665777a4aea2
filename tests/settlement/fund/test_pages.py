"""调账的页面: proposed, decided by another, seen by whoever may; from a bank line; in search and admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from settlement.fund.accounts import BANK, fund_of
from settlement.fund.adjusting import Said, adjustment_propose, adjustment_refuse
from settlement.fund.models import FundAdjustment, FundMovement
from tests.settlement.fund.conftest import bank
from tests.settlement.notices.statement import PAYS, line
from tests.support.world import World

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]
NEW = "/fund/adjustments/new/"
POSTED = {"debit": "bank--", "credit": "platform--employee", "amount_fen": "88.00", "reason": "利息"}


def made(world: World) -> FundAdjustment:
    said = Said(BANK, fund_of(world.changchun.pk, "employee"), 100000, "期初余额")
    return adjustment_propose(said=said, by=world.prov_finance, at=world.now)


def test_finance_proposes_and_the_supervisor_approves(world: World, as_user: LogIn) -> None:
    answer = as_user(world.prov_finance).post(NEW, POSTED, follow=True)
    assert "等另一位同事批准" in answer.content.decode()
    number = FundAdjustment.objects.get().adjustment_no
    assert "批准并记账" not in answer.content.decode()

    boss = as_user(world.prov_supervisor)
    assert number in boss.get("/").content.decode()
    page = boss.get(f"/fund/adjustments/{number}/").content.decode()
    assert "批准并记账" in page
    answer = boss.post(f"/fund/adjustments/{number}/approve/", follow=True)
    assert "已批准并记账" in answer.content.decode()
    assert number not in boss.get("/").content.decode()
    assert bank() == 8800

    answer = as_user(world.prov_finance).post(
        f"/fund/adjustments/{number}/reverse/", {"reason": "记错了"}, follow=True
    )
    assert "冲正" in answer.content.decode() and FundAdjustment.objects.count() == 2


def test_what_is_missing_is_said_beside_its_field(world: World, as_user: LogIn) -> None:
    answer = as_user(world.prov_finance).post(NEW, {"line": "L209912", "amount_fen": "0"})

    told = answer.content.decode()
    assert answer.status_code == 422
    assert all(word in told for word in ("请选借方账户", "请选贷方账户", "请写明原因", "没有流水 L209912"))
    answer = as_user(world.prov_finance).post(NEW, {**POSTED, "amount_fen": "-1"})
    assert answer.status_code == 422 and "金额应大于 0" in answer.content.decode()
    assert not FundAdjustment.objects.exists()


def test_it_is_refused_with_a_reason(world: World, as_user: LogIn) -> None:
    path = f"/fund/adjustments/{made(world)}/refuse/"
    boss = as_user(world.prov_supervisor)

    assert boss.post(path).status_code == 422
    assert "不予批准" in boss.post(path, {"reason": "没有凭证"}, follow=True).content.decode()
    assert not FundMovement.objects.exists()


def test_the_list_is_narrowed_to_a_state(world: World, as_user: LogIn) -> None:
    refused, waiting = made(world), made(world)
    adjustment_refuse(adjustment=refused, reason="没有凭证", by=world.prov_supervisor, at=world.now)
    client = as_user(world.prov_finance)

    def listed(query: str) -> list[str]:
        page = client.get(f"/fund/adjustments/{query}").context["page"]
        return [row.adjustment_no for row in page.rows]

    both = [waiting.adjustment_no, refused.adjustment_no]
    assert listed("") == listed("?state=") == listed("?state=nothing") == both
    assert listed("?state=proposed") == both[:1] and listed("?state=refused") == both[1:]
    empty = client.get("/fund/adjustments/?state=approved").content.decode()
    assert "没有这样的调账" in empty and 'href="?state=approved" aria-current="page"' in empty


def test_a_region_sees_those_that_touch_it(world: World, as_user: LogIn) -> None:
    number = made(world).adjustment_no

    own, other = as_user(world.changchun_clearing), as_user(world.jilin_clearing)
    assert number in own.get("/fund/adjustments/").content.decode()
    assert own.get(f"/fund/adjustments/{number}/").status_code == 200
    assert number not in other.get("/fund/adjustments/").content.decode()
    assert other.get(f"/fund/adjustments/{number}/").status_code == 404


def test_a_bank_line_that_is_no_payment_leads_to_an_adjustment(world: World, as_user: LogIn) -> None:
    came = line(world, amount_fen=8800, note="三季度利息")
    client = as_user(world.prov_finance)
    page = client.get(f"/bank-lines/{came}/").content.decode()
    assert f'href="{NEW}?line={came}"' in page

    form = client.get(NEW, {"line": came.line_no}).content.decode()
    assert f'value="{came}"' in form and 'value="88.00"' in form and "三季度利息" in form
    client.post(NEW, {**POSTED, "line": came.line_no})

    number = FundAdjustment.objects.get().adjustment_no
    page = client.get(f"/bank-lines/{came}/").content.decode()
    assert f"调账 {number}（待批准）" in page


def test_it_is_found_by_its_number(world: World, as_user: LogIn) -> None:
    number = made(world).adjustment_no

    answer = as_user(world.prov_finance).post(reverse("agency:search"), {"term": number}, follow=True)

    assert "期初余额" in answer.content.decode() or number in answer.content.decode()


@pytest.mark.parametrize("name", ["fundaccount", "fundmovement", "fundadjustment", "bankbalance"])
def test_the_admin_shows_and_changes_nothing(world: World, as_user: LogIn, month: object, name: str) -> None:
    line(world, **PAYS)
    client = as_user(world.prov_supervisor)

    assert client.get(f"/admin/settlement/{name}/").status_code == 200
    assert client.get(f"/admin/settlement/{name}/add/").status_code == 403
    own = as_user(world.supervisor).get(f"/admin/settlement/{name}/")
    if name == "bankbalance":
        assert own.status_code == 403
    else:
        assert "220200" not in own.content.decode()
