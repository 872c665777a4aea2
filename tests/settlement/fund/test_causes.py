"""签发、重开、核销、撤回: the worked month. 长春 pays 545.00, 四平 5.00, 吉林 receives 600.00."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settlement.clearing.models import ClearingPeriod
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.fund.models import FundMovement
from settlement.fund.of_months import month_follow
from settlement.fund.of_payments import payments_post
from settlement.fund.selectors import balances
from settlement.notices.models import Notice, Payment
from settlement.notices.services import payment_allocate, payment_withdraw
from tests.settlement.clearing.conftest import confirm_rest, sign
from tests.settlement.fund.conftest import bank, funds, platform
from tests.settlement.notices.statement import JILIN, PAYS, PROVINCE, finance_of, line, notice
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("month")


def test_a_signed_month_moves_the_net_of_its_notices() -> None:
    rows = Notice.objects.select_related("region")
    net = {one.region.code: one.total_fen if one.direction == "receipt" else -one.total_fen for one in rows}

    assert funds() == net
    assert sorted(net.values()) == [-54500, -500, 60000]
    assert (platform(), bank()) == (-5000, 0)


def test_what_is_owed_and_what_owes_are_apart_and_follow_the_type(world: World) -> None:
    found = FundMovement.objects.filter(part__startswith="220100/").order_by("pk")

    assert list(found.values_list("part", "amount_fen", "debit__code", "credit__code")) == [
        ("220100/employee/payable", 124500, "region_fund-220100-employee", "platform-employee"),
        ("220100/resident/receivable", 70000, "platform-resident", "region_fund-220100-resident"),
    ]
    assert set(found.values_list("by", "cause_no", "posted_on")) == {
        (world.prov_clearing.pk, "202610/1", world.today)
    }


def test_following_again_posts_nothing(month: ClearingPeriod, world: World) -> None:
    before = FundMovement.objects.count()

    month_follow(month, world.prov_clearing, world.now)

    assert FundMovement.objects.count() == before


def test_a_reopened_month_is_turned_round_and_signed_anew(month: ClearingPeriod, world: World) -> None:
    reopening_propose(period="202610", reason="更正", by=world.prov_clearing, at=world.now)
    reopening_approve(period="202610", by=world.prov_supervisor, at=world.now)

    assert (funds(), platform()) == ({}, 0)
    first = FundMovement.objects.filter(cause_kind="clearing")
    turned = FundMovement.objects.filter(cause_kind="reopening").order_by("corrects")
    assert [row.corrects for row in turned] == list(first.order_by("pk"))
    assert turned[0].note == f"冲正 {turned[0].corrects}"
    assert set(turned.values_list("by", "cause_no")) == {(world.prov_supervisor.pk, "202610/1")}

    month.refresh_from_db()
    confirm_rest(month, world)
    sign(month, world)
    assert sorted(funds().values()) == [-54500, -500, 60000]
    assert set(first.values_list("cause_no", flat=True)) == {"202610/1", "202610/2"}


def test_what_a_region_pays_raises_its_fund_and_the_bank(world: World) -> None:
    line(world, **PAYS)

    assert funds() == {"220200": 60000, "220300": -500}
    assert bank() == 54500
    assert set(FundMovement.objects.filter(cause_kind="payment").values_list("by", flat=True)) == {
        world.prov_finance.pk
    }


def test_a_type_that_goes_the_other_way_is_offset_within_the_region(world: World) -> None:
    """545.00 = 职工 1245.00 − 居民 700.00: the bank sees 545.00."""
    line(world, **PAYS)

    found = FundMovement.objects.filter(cause_kind="payment").order_by("pk")
    assert list(found.values_list("part", "amount_fen", "debit__code", "credit__code")) == [
        ("employee", 54500, "bank", "region_fund-220100-employee"),
        ("offset", 70000, "region_fund-220100-resident", "region_fund-220100-employee"),
    ]
    assert {str(account): fen for account, fen in balances().items() if "220100" in account.code} == {
        "region_fund-220100-employee": 0,
        "region_fund-220100-resident": 0,
    }


def test_what_a_region_receives_lowers_both(world: World) -> None:
    line(world, direction="out", amount_fen=20000, other_account=JILIN, note=notice(2).notice_no)

    assert funds()["220200"] == 40000
    assert bank() == -20000


def test_the_own_line_of_a_region_moves_nothing(world: World) -> None:
    own = {"direction": "out", "amount_fen": 54500, "other_account": PROVINCE}
    line(world, by=finance_of("220100"), **own)

    assert Payment.objects.count() == 1
    assert (funds()["220100"], bank()) == (-54500, 0)


def test_a_withdrawal_names_the_very_movements_that_it_takes_back(world: World) -> None:
    line(world, **PAYS)
    paid = Payment.objects.get()

    back = payment_withdraw(by=world.prov_finance, at=world.now, payment=paid, reason="核错了")

    assert (funds()["220100"], bank()) == (-54500, 0)
    turned = FundMovement.objects.filter(cause_kind="withdrawal").order_by("pk")
    assert list(turned.values_list("cause_no", "part", "corrects__cause_no", "corrects__part")) == [
        (back.payment_no, "employee", paid.payment_no, "employee"),
        (back.payment_no, "offset", paid.payment_no, "offset"),
    ]


def test_parts_of_a_notice_of_both_types_add_up_to_it(world: World, mixed: Notice) -> None:
    """1.00 of 3.00 is 职工's: of payments 0.01, 0.01, 1.00, 1.98 it gets 0.00, 0.01, 0.33, 0.66."""
    for number, fen in enumerate((1, 1, 100, 198)):
        came = line(world, f"M{number}", amount_fen=fen, booked_on=world.today)
        payment_allocate(by=world.prov_finance, at=world.now, line=came, notice=mixed, reason="财政代付")

    parts = FundMovement.objects.filter(cause_kind="payment").order_by("pk")
    assert list(parts.values_list("part", "amount_fen")) == [
        ("resident", 1),
        ("employee", 1),
        ("employee", 33),
        ("resident", 67),
        ("employee", 66),
        ("resident", 132),
    ]


def test_payments_of_a_file_ask_a_fixed_number_of_questions(
    world: World, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """All accounts at once, all movements at once, however many payments there are."""
    line(world, **PAYS)
    paid = list(Payment.objects.select_related("line", "notice"))
    with django_assert_max_num_queries(2):  # type: ignore[attr-defined]
        payments_post(paid, world.now)
