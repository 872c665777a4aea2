"""记账: once per cause, turned round only as a whole, never changed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from settlement.fund.models import AccountKind, FundMovement
from settlement.fund.posting import Entry, account_of, balance_of, post, reversal_of
from settlement.fund.rules import employee_share
from tests.support.world import World

pytestmark = pytest.mark.django_db


def posted(world: World) -> FundMovement:
    bank, platform = account_of(AccountKind.BANK), account_of(AccountKind.PLATFORM, "employee")
    entries = [Entry("employee", bank, platform, 54500), Entry("nil", bank, platform, 0)]
    for _ in range(2):
        post(entries, cause_kind="payment", cause_no="Z20261100001", by=world.prov_finance, at=world.now)
    return FundMovement.objects.get()


def test_a_cause_is_posted_once_and_its_reversal_brings_the_balance_back(world: World) -> None:
    movement = posted(world)
    assert (balance_of(movement.credit), balance_of(movement.debit)) == (54500, -54500)
    undo = [reversal_of(movement)]
    post(undo, cause_kind="withdrawal", cause_no="Z20261100002", by=world.prov_finance, at=world.now)
    assert balance_of(movement.credit) == 0
    assert movement.corrected_by.movement_no == "F202611000002"


def test_a_movement_cannot_be_changed_deleted_or_half_reversed(world: World) -> None:
    movement = posted(world)
    half = Entry("half", movement.credit, movement.debit, 100, corrects=movement)
    tries = [
        lambda: FundMovement.objects.filter(pk=movement.pk).update(amount_fen=1),
        lambda: movement.delete(),
        lambda: post([half], cause_kind="withdrawal", cause_no="Z1", by=world.prov_finance, at=world.now),
    ]
    for attempt in tries:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert balance_of(movement.credit) == 54500


def test_the_last_payment_takes_the_rest() -> None:
    assert [employee_share(paid, 100, 300) for paid in (0, 1, 2, 100, 300)] == [0, 0, 1, 33, 100]
    assert [employee_share(paid, -50, 100) for paid in (1, 100)] == [0, -50]
