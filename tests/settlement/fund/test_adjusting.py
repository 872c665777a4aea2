"""调账: with a reason, by two people, once; taken back as a whole; of a bank line no more than is left."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal.books import check_all
from settlement.fund.accounts import BANK, PLATFORMS, fund_of
from settlement.fund.adjusting import (
    Said,
    adjustment_approve,
    adjustment_propose,
    adjustment_refuse,
    adjustment_reverse,
)
from settlement.fund.models import FundAdjustment, FundMovement
from settlement.notices.models import BankLine
from settlement.notices.selectors import with_rest
from settlement.notices.services import payment_allocate
from tests.settlement.fund.conftest import bank, platform
from tests.settlement.notices.statement import finance_of, line, notice
from tests.support.world import World

pytestmark = pytest.mark.django_db
INTEREST = Said(BANK, PLATFORMS["employee"], 8800, "利息")


def proposed(world: World, **changes: Any) -> FundAdjustment:
    said = Said(**{**vars(INTEREST), **changes})
    return adjustment_propose(said=said, by=world.prov_finance, at=world.now)


def approved(world: World, **changes: Any) -> FundAdjustment:
    made = proposed(world, **changes)
    return adjustment_approve(adjustment=made, by=world.prov_supervisor, at=world.now)


def rest_of(of: BankLine) -> int:
    return with_rest(BankLine.objects.filter(pk=of.pk)).get().rest_fen


def test_nothing_moves_until_another_person_approves(world: World) -> None:
    made = proposed(world)
    assert (bank(), made.state, made.adjustment_no) == (0, "proposed", "T2026110001")

    with pytest.raises(NotAllowed, match="不能自己批准|权限"):
        adjustment_approve(adjustment=made, by=world.prov_finance, at=world.now)
    adjustment_approve(adjustment=made, by=world.prov_supervisor, at=world.now)

    assert (bank(), platform()) == (8800, 8800)
    moved = FundMovement.objects.get()
    assert (moved.cause_no, moved.note, moved.by) == ("T2026110001", "利息", world.prov_supervisor)
    assert check_all(None).broken == []


def test_not_even_the_system_account_is_both(world: World) -> None:
    made = adjustment_propose(said=INTEREST, by=world.system, at=world.now)

    with pytest.raises(NotAllowed, match="不能自己批准"):
        adjustment_approve(adjustment=made, by=world.system, at=world.now)


def test_it_is_decided_once(world: World) -> None:
    made = approved(world)

    for _ in range(2):
        with pytest.raises(SomeoneElseWasFirst):
            adjustment_approve(adjustment=made, by=world.prov_supervisor, at=world.now)
    assert bank() == 8800


def test_what_is_refused_moves_nothing(world: World) -> None:
    made = proposed(world)

    adjustment_refuse(adjustment=made, reason="没有凭证", by=world.prov_supervisor, at=world.now)

    assert not FundMovement.objects.exists()
    assert FundAdjustment.objects.get().state == "refused"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"amount_fen": 0}, "bad_amount"),
        ({"credit": BANK}, "same_account"),
    ],
)
def test_what_cannot_be_adjusted_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as caught:
        proposed(world, **changes)

    assert caught.value.code == code
    assert not FundAdjustment.objects.exists()


@pytest.mark.parametrize("name", ["prov_clearing", "prov_supervisor", "changchun_clearing"])
def test_only_the_province_s_finance_proposes(world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        adjustment_propose(said=INTEREST, by=getattr(world, name), at=world.now)


def test_a_reversal_is_a_new_pair_that_names_the_old(world: World) -> None:
    first = approved(world)
    back = adjustment_reverse(adjustment=first, reason="记错了", by=world.prov_finance, at=world.now)
    with pytest.raises(SomeoneElseWasFirst, match="冲正"):
        adjustment_reverse(adjustment=first, reason="再来", by=world.prov_finance, at=world.now)

    back = adjustment_approve(adjustment=back, by=world.prov_supervisor, at=world.now)

    assert (bank(), platform()) == (0, 0)
    old, new = FundMovement.objects.order_by("pk")
    assert (new.corrects, new.debit, new.credit) == (old, old.credit, old.debit)
    with pytest.raises(DomainError, match="不能"):
        adjustment_reverse(adjustment=back, reason="再来", by=world.prov_finance, at=world.now)
    assert check_all(None).broken == []


@pytest.mark.parametrize("what", ["amount", "reason", "decided", "gone", "born", "reversal"])
def test_the_database_keeps_it_as_it_was_proposed(world: World, what: str) -> None:
    made = approved(world) if what != "amount" else proposed(world)
    rows = FundAdjustment.objects.filter(pk=made.pk)
    copy = {name: getattr(made, name) for name in ("debit", "credit", "reason", "proposed_by", "proposed_at")}
    acts = {
        "amount": lambda: rows.update(amount_fen=1),
        "reason": lambda: rows.update(reason="x"),
        "decided": lambda: rows.update(state="proposed", decided_by=None, decided_at=None),
        "gone": lambda: rows.delete(),
        "born": lambda: FundAdjustment.objects.create(
            adjustment_no="T9",
            amount_fen=1,
            state="approved",
            decided_by=world.prov_supervisor,
            decided_at=world.now,
            **copy,
        ),
        "reversal": lambda: FundAdjustment.objects.create(
            adjustment_no="T9", amount_fen=8800, reverses=made, **copy
        ),
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        acts[what]()


# --- of a bank line -----------------------------------------------------------------------------------------


def test_a_line_that_was_adjusted_is_used(world: World, month: object) -> None:
    came = line(world, amount_fen=8800)
    made = approved(world, line=came)
    assert rest_of(came) == 0

    with pytest.raises(DomainError, match="只剩 0.00"):
        payment_allocate(
            by=world.prov_finance,
            at=world.now,
            line=came,
            notice=notice(1),
            amount_fen=100,
            reason="财政代付",
        )

    back = adjustment_reverse(adjustment=made, reason="记错了", by=world.prov_finance, at=world.now)
    adjustment_approve(adjustment=back, by=world.prov_supervisor, at=world.now)
    assert rest_of(came) == 8800
    assert check_all(None).broken == []


def test_a_line_that_paid_a_notice_is_not_adjusted_too(world: World, month: object) -> None:
    came = line(world, amount_fen=8800)
    made = proposed(world, line=came)
    payment_allocate(by=world.prov_finance, at=world.now, line=came, notice=notice(1), reason="财政代付")

    with pytest.raises(DomainError) as caught:
        adjustment_approve(adjustment=made, by=world.prov_supervisor, at=world.now)

    assert caught.value.code == "more_than_line"
    assert bank() == 8800
    with pytest.raises(DatabaseError), transaction.atomic():
        FundAdjustment.objects.filter(pk=made.pk).update(
            state="approved", decided_by=world.prov_supervisor, decided_at=world.now
        )


def test_the_line_is_the_province_s_and_of_this_direction(world: World) -> None:
    out = line(world, direction="out", amount_fen=8800)
    own = line(world, "OWN", by=finance_of("220100"), amount_fen=8800)
    fund = fund_of(world.changchun.pk, "employee")

    for which, changes in ((out, {}), (own, {}), (out, {"debit": fund})):
        with pytest.raises(DomainError) as caught:
            proposed(world, line=which, **changes)
        assert caught.value.code == "wrong_direction"
    assert proposed(world, line=out, debit=PLATFORMS["employee"], credit=BANK).line == out
