"""Twenty people at the same moment: money is used once, files load once, numbers run without a gap."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest
from django.db.models import Sum

from agency.journal.books import check_all
from agency.organisation.models import PoolingRegion
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.notices.models import BankLine, Notice, Payment
from settlement.notices.services import open_lines_match, payment_allocate, payment_withdraw
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.notices.statement import PAYS, lay_notices, line, load, notice, row
from tests.settlement.records import files
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
TWENTY = 20


def laid(folder: Path) -> World:
    world = the_world()
    lay_notices(world, folder)
    return world


def test_twenty_allocations_of_one_line_are_one(tmp_path: Path) -> None:
    world = laid(tmp_path)
    came = line(world)

    def pay() -> None:
        payment_allocate(
            by=world.prov_finance,
            at=world.now,
            line=came,
            notice=notice(1),
            amount_fen=54500,
            reason="财政代付",
        )

    outcome = all_at_once([pay] * TWENTY)

    assert outcome == {"done": 1, "more_than_line": TWENTY - 1}
    assert Payment.objects.count() == 1
    assert check_all(None).broken == []


def test_twenty_lines_for_one_notice_pay_it_once(tmp_path: Path) -> None:
    world = laid(tmp_path)
    lines = [line(world, f"T{number}", amount_fen=300) for number in range(TWENTY)]

    def pay(of: BankLine) -> None:
        payment_allocate(by=world.prov_finance, at=world.now, line=of, notice=notice(3), reason="财政代付")

    all_at_once([lambda of=of: pay(of) for of in lines])

    assert Payment.objects.aggregate(fen=Sum("amount_fen"))["fen"] == 500
    assert Payment.objects.count() == 2
    assert check_all(None).broken == []


def test_taking_back_happens_once_and_matching_beside_it_uses_nothing_twice(tmp_path: Path) -> None:
    world = laid(tmp_path)
    line(world, **PAYS)
    first = Payment.objects.get()

    def back() -> None:
        payment_withdraw(by=world.prov_finance, at=world.now, payment=first, reason="核错了")

    def match() -> None:
        open_lines_match(by=world.prov_finance, at=world.now)

    outcome = all_at_once([back] * 10 + [match] * 10)

    assert outcome == {"done": 11, "someone_else_was_first": 9}
    assert Payment.objects.filter(withdraws=first).count() == 1
    assert check_all(None).broken == []


def test_two_imports_of_one_statement_register_it_once(tmp_path: Path) -> None:
    world = laid(tmp_path)
    rows = [row("T1"), *(row(f"F{number}", 金额="1.00") for number in range(200))]

    files_of_it = [tmp_path / f"bank-{number}.csv" for number in range(4)]
    outcome = all_at_once([partial(load, world, path, rows) for path in files_of_it])

    assert set(outcome) <= {"done", "preview_outdated"} and outcome["done"] >= 1
    assert BankLine.objects.count() == 201
    assert Payment.objects.count() == 1
    assert check_all(None).broken == []


def test_signing_at_once_leaves_no_gap_in_the_numbers(tmp_path: Path) -> None:
    world = laid(tmp_path)
    for period in ("202611", "202612"):
        day = f"{period[:4]}-{period[4:]}-02"
        rows = [files.row(f"N{period}", 结算时间=f"{day} 09:00:00", 出院日期=day)]
        load_rows(world, tmp_path / f"{period}.csv", rows, "settlements")
        month = period_compute(period=period, by=world.prov_clearing, at=world.now)
        for party in unconfirmed(month):
            region = PoolingRegion.objects.get(pk=party.id)
            region_confirm(period=period, region=region, by=world.system, at=world.now)

    def sign(period: str) -> None:
        at = world.now + dt.timedelta(hours=2)
        period_sign(period=period, by=world.prov_clearing, at=at)

    outcome = all_at_once([lambda: sign("202611"), lambda: sign("202612")] * 5)
    if not ClearingPeriod.objects.get(period="202612").is_signed:
        sign("202612")

    assert outcome["done"] in (1, 2)
    assert list(Notice.objects.order_by("serial").values_list("serial", flat=True)) == [*range(1, 8)]
    assert check_all(None).broken == []
