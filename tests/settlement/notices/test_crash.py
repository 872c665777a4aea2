"""A crash at each write of notices and payments leaves nothing half-done, a second run finishes; what is
refused changes nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from agency.batches.services import file_keep
from agency.journal.books import check_all
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.clearing.services import period_sign
from settlement.notices.models import BankLine, Notice, Payment
from settlement.notices.selectors import with_payments
from settlement.notices.services import payment_allocate, payment_withdraw
from tests.settlement.clearing.conftest import confirm_rest
from tests.settlement.notices.statement import PAYS, line, load, notice, row, write
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


def numbered(state: str) -> list[int]:
    """The numbers of the notices in a state."""
    return list(Notice.objects.filter(state=state).order_by("serial").values_list("serial", flat=True))


def test_a_crash_while_a_reopening_voids_notices_and_a_signature_issues_new_ones(world: World) -> None:
    """No number is lost, none is given twice: whatever broke off before, the signature gives 4, 5, 6."""
    later = world.now + dt.timedelta(hours=2)
    reopening_propose(period="202610", reason="漏报", by=world.prov_clearing, at=world.now)

    writes = crash_at_each_write(
        lambda: reopening_approve(period="202610", by=world.prov_supervisor, at=later)
    )
    assert writes >= 8
    assert (numbered("voided"), numbered("issued")) == ([1, 2, 3], [])

    confirm_rest(ClearingPeriod.objects.get(period="202610"), world)
    writes = crash_at_each_write(lambda: period_sign(period="202610", by=world.prov_clearing, at=later))
    assert writes >= 8
    assert (numbered("voided"), numbered("issued")) == ([1, 2, 3], [4, 5, 6])
    assert check_all(None).broken == []


def test_a_crash_while_a_file_of_lines_is_loaded_and_pays(world: World, tmp_path: Path) -> None:
    rows = [row("F1"), row("F2", 金额="1.00")]
    path = write(tmp_path / "bank.csv", rows)
    with path.open("rb") as stream:  # what was uploaded stays, whatever becomes of it
        file_keep(stream, name="bank.csv", by=world.system, at=world.now)

    writes = crash_at_each_write(lambda: load(world, path, rows))

    assert writes >= 8
    assert (BankLine.objects.count(), Payment.objects.count(), paid(1)) == (2, 1, 54500)
    assert check_all(None).broken == []


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
