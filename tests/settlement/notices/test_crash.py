"""A crash at each write of a payment leaves nothing half-done, a second run finishes; what is refused changes
nothing."""

from __future__ import annotations

from typing import Any

import pytest

from agency.journal.books import check_all
from settlement.notices.models import BankLine, Notice, Payment
from settlement.notices.selectors import with_payments
from settlement.notices.services import payment_allocate, payment_withdraw
from tests.settlement.notices.statement import PAYS, line, notice
from tests.support.crashes import crash_at_each_write
from tests.support.snapshots import refused
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_notices")
ELSEWHERE = {**PAYS, "other_account": "6222000000000000001", "note": ""}


def paid(serial: int) -> int:
    return with_payments(Notice.objects.filter(serial=serial)).get().paid_fen


def allocate(world: World, of: BankLine, **said: Any) -> Payment:
    said = {"by": world.prov_finance, "reason": "财政代付", **said}
    return payment_allocate(at=world.now, line=of, notice=notice(1), **said)


def test_a_crash_while_a_line_is_entered_and_pays_by_itself(world: World) -> None:
    writes = crash_at_each_write(lambda: line(world, **PAYS))

    assert writes >= 4
    assert (BankLine.objects.count(), Payment.objects.count(), paid(1)) == (1, 1, 54500)
    assert check_all(None).broken == []


def test_a_crash_in_a_payment_by_hand_and_in_taking_it_back(world: World) -> None:
    came = line(world, **ELSEWHERE)
    assert paid(1) == 0

    assert crash_at_each_write(lambda: allocate(world, came, amount_fen=10_000)) >= 3
    assert paid(1) == 10_000

    def back() -> Payment:
        first = Payment.objects.get(withdraws__isnull=True)
        return payment_withdraw(by=world.prov_finance, at=world.now, payment=first, reason="记错")

    assert crash_at_each_write(back) >= 3
    assert (paid(1), Payment.objects.count()) == (0, 2)
    assert check_all(None).broken == []


def test_what_is_refused_changes_nothing(world: World) -> None:
    came = line(world, **ELSEWHERE)

    with refused():
        allocate(world, came, amount_fen=0)
    with refused():
        allocate(world, came, amount_fen=came.amount_fen + 1)
    with refused():
        allocate(world, came, reason="")
    with refused():
        allocate(world, came, by=world.prov_auditor)
    with refused():
        line(world, **ELSEWHERE)  # the same line again

    payment = allocate(world, came)
    with refused("reason_missing"):
        payment_withdraw(by=world.prov_finance, at=world.now, payment=payment, reason=" ")
    with refused():
        allocate(world, came)  # nothing is left on the line
