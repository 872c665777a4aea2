"""Twenty people at the same moment: every payment has one effect in the ledger, no movement stands twice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db.models import Count

from agency.journal.books import check_all
from agency.organisation.models import PoolingRegion
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.fund.accounts import BANK, PLATFORMS
from settlement.fund.adjusting import Said, adjustment_approve, adjustment_propose
from settlement.fund.models import FundMovement
from settlement.notices.models import BankLine, Payment
from settlement.notices.services import payment_allocate, payment_withdraw
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.fund.conftest import bank, funds
from tests.settlement.notices.statement import PAYS, lay_notices, line, notice
from tests.settlement.records import files
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
TWENTY = 20


def laid(folder: Path) -> World:
    world = the_world()
    lay_notices(world, folder)
    return world


def require_each_once() -> None:
    """One effect of each payment, nothing twice, the numbers without a gap, and the books hold."""
    twice = FundMovement.objects.values("cause_kind", "cause_no", "part").annotate(n=Count("pk"))
    assert not twice.filter(n__gt=1).exists()
    numbers = FundMovement.objects.order_by("movement_no").values_list("movement_no", flat=True)
    assert [int(number[7:]) for number in numbers] == [*range(1, len(numbers) + 1)]
    assert check_all(None).broken == []


def test_twenty_payments_at_once_move_the_money_once_each(tmp_path: Path) -> None:
    """545.00 by twenty lines of 27.25; each takes its turn, the parts add up to the notice's two amounts."""
    world = laid(tmp_path)
    lines = [line(world, f"T{number}", amount_fen=2725) for number in range(TWENTY)]

    def pay(of: BankLine) -> None:
        payment_allocate(by=world.prov_finance, at=world.now, line=of, notice=notice(1), reason="财政代付")

    outcome = all_at_once([lambda of=of: pay(of) for of in lines])

    assert outcome == {"done": TWENTY}
    moved = FundMovement.objects.filter(cause_kind="payment")
    assert set(moved.values_list("cause_no", flat=True)) == set(
        Payment.objects.values_list("payment_no", flat=True)
    )
    by_part = {
        part: sum(moved.filter(part=part).values_list("amount_fen", flat=True))
        for part in ("employee", "offset")
    }
    assert by_part == {"employee": 54500, "offset": 70000}
    assert (funds().get("220100", 0), bank()) == (0, 54500)
    require_each_once()


def test_twenty_of_one_line_move_it_once(tmp_path: Path) -> None:
    world = laid(tmp_path)
    came = line(world)

    def pay() -> None:
        payment_allocate(by=world.prov_finance, at=world.now, line=came, notice=notice(1), reason="财政代付")

    all_at_once([pay] * TWENTY)

    assert (funds()["220200"], funds().get("220100", 0), bank()) == (60000, 0, 54500)
    require_each_once()


def test_a_line_is_adjusted_or_pays_a_notice_but_not_both(tmp_path: Path) -> None:
    world = laid(tmp_path)
    came = line(world)
    said = Said(BANK, PLATFORMS["employee"], 54500, "利息", came)
    made = adjustment_propose(said=said, by=world.prov_finance, at=world.now)

    def approve() -> None:
        adjustment_approve(adjustment=made, by=world.prov_supervisor, at=world.now)

    def pay() -> None:
        payment_allocate(
            by=world.prov_finance,
            at=world.now,
            line=came,
            notice=notice(1),
            amount_fen=54500,
            reason="财政代付",
        )

    outcome = all_at_once([approve, pay] * 10)

    assert outcome["done"] == 1
    assert set(outcome) <= {"done", "more_than_line", "someone_else_was_first"}
    assert bank() == 54500
    require_each_once()


def test_payments_withdrawals_new_lines_and_a_signature_wait_for_each_other(tmp_path: Path) -> None:
    """Nobody waits in a circle: the ledger's series is held before the log by everybody."""
    world = laid(tmp_path)
    line(world, **PAYS)
    paid = Payment.objects.get()
    row = files.row("N1", 结算时间="2026-11-02 09:00:00", 出院日期="2026-11-02")
    load_rows(world, tmp_path / "n.csv", [row], "settlements")
    following = period_compute(period="202611", by=world.prov_clearing, at=world.now)
    for party in unconfirmed(following):
        region = PoolingRegion.objects.get(pk=party.id)
        region_confirm(period="202611", region=region, by=world.system, at=world.now)
    lines = [line(world, f"U{number}", amount_fen=100) for number in range(5)]

    def pay(of: BankLine) -> None:
        payment_allocate(by=world.prov_finance, at=world.now, line=of, notice=notice(3), reason="财政代付")

    def back() -> None:
        payment_withdraw(by=world.prov_finance, at=world.now, payment=paid, reason="核错了")

    def enter(number: int) -> None:
        line(world, f"E{number}", amount_fen=100, note=notice(2).notice_no, direction="out")

    def sign() -> None:
        period_sign(period="202611", by=world.prov_clearing, at=world.now + dt.timedelta(hours=2))

    acts = [lambda of=of: pay(of) for of in lines]
    acts += [back, back, sign]
    acts += [lambda number=number: enter(number) for number in range(12)]
    outcome = all_at_once(acts)

    assert outcome["someone_else_was_first"] == 1
    assert outcome["done"] == TWENTY - 1
    assert FundMovement.objects.filter(cause_no="202611/1").exists()
    require_each_once()
