"""记账: once per cause, turned round only as a whole, never changed, and never without a cause."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from settlement.fund.accounts import BANK, PLATFORMS
from settlement.fund.models import FundAccount, FundMovement
from settlement.fund.posting import Entry, Posting, post, reversal_of
from settlement.fund.rules import Paid, Parts, employee_share, split
from settlement.notices.models import Payment
from tests.settlement.fund.conftest import bank
from tests.settlement.notices.statement import PAYS, line
from tests.support.world import World


@pytest.fixture
def movement(month: object, world: World) -> FundMovement:
    """长春 paid its notice: 545.00 from the bank's debit to the fund's credit."""
    line(world, **PAYS)
    return FundMovement.objects.select_related("debit", "credit").get(cause_kind="payment", part="employee")


def posting(world: World, *entries: Entry, kind: str = "payment", number: str = "") -> Posting:
    number = number or Payment.objects.get().payment_no
    return Posting(kind, number, world.today, world.prov_finance.pk, entries)


def test_a_cause_is_posted_once(movement: FundMovement, world: World) -> None:
    again = Entry("employee", BANK, PLATFORMS["employee"], 54500)
    nil = Entry("nil", BANK, PLATFORMS["employee"], 0)

    assert post([posting(world, again, nil)], at=world.now) == []
    assert bank() == 54500
    assert list(FundMovement.objects.order_by("pk").values_list("movement_no", flat=True)) == [
        f"F202611{number:06d}" for number in range(1, 8)
    ]


def test_a_movement_below_nil_goes_the_other_way_round(movement: FundMovement, world: World) -> None:
    [other] = post([posting(world, Entry("back", BANK, PLATFORMS["employee"], -100))], at=world.now)

    assert (other.debit.code, other.credit.code, other.amount_fen) == ("platform-employee", "bank", 100)


def test_a_movement_cannot_be_changed_deleted_or_half_reversed(movement: FundMovement, world: World) -> None:
    turned = reversal_of(movement)
    half = Entry("half", turned.debit, turned.credit, 100, corrects_id=movement.pk)
    tries = [
        lambda: FundMovement.objects.filter(pk=movement.pk).update(amount_fen=1),
        lambda: FundMovement.objects.filter(pk=movement.pk).delete(),
        lambda: FundAccount.objects.filter(pk=movement.debit_id).update(code="x"),
        lambda: post([posting(world, half)], at=world.now),
    ]
    for attempt in tries:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert bank() == 54500


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("payment", "Z20991200001"),
        ("withdrawal", ""),
        ("clearing", "209912/1"),
        ("adjustment", "T2099120001"),
    ],
)
def test_nothing_moves_without_its_cause(
    movement: FundMovement, world: World, kind: str, number: str
) -> None:
    entry = Entry("employee", BANK, PLATFORMS["employee"], 100)

    with pytest.raises(DatabaseError), transaction.atomic():
        post([posting(world, entry, kind=kind, number=number)], at=world.now)
    assert bank() == 54500


def test_the_last_payment_takes_the_rest() -> None:
    assert [employee_share(paid, 100, 300) for paid in (0, 1, 2, 100, 300)] == [0, 0, 1, 33, 100]
    assert [employee_share(paid, -50, 100) for paid in (1, 100)] == [0, -50]


def test_what_comes_after_a_withdrawal_makes_the_sum_right_again() -> None:
    rows = [Paid("A", 1), Paid("B", 1), Paid("C", -1, "A"), Paid("D", 299)]

    assert split(rows, 100, 300) == {
        "A": Parts(0, 1),
        "B": Parts(1, 0),
        "C": Parts(0, -1),
        "D": Parts(99, 200),
    }
