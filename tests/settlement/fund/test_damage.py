"""核对账目: damage to the ledger is found and named; what a cause lacks, what has none, what was changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.fund import checks
from settlement.fund.accounts import BANK, PLATFORMS
from settlement.fund.adjusting import Said, adjustment_approve, adjustment_propose, adjustment_reverse
from settlement.fund.models import FundAdjustment
from settlement.notices.models import Payment
from settlement.notices.services import payment_withdraw
from tests.settlement.clearing.conftest import confirm_rest, sign
from tests.settlement.clearing.damages import unguarded
from tests.settlement.notices.statement import JILIN, PAYS, lay_notices, line, notice
from tests.support.ground import Ground
from tests.support.world import World

MOVEMENT, ADJUSTMENT, PAYMENT, PERIOD = (
    f"settlement_{name}" for name in ("fundmovement", "fundadjustment", "payment", "clearingperiod")
)
COPIED = "debit_id, credit_id, amount_fen, cause_kind, posted_on, at, by_id, note"


def of(kind: str, number: str, part: str = "") -> str:
    """Which movement: of a cause, and its part where it has several."""
    which = f"cause_kind = '{kind}' AND cause_no = '{number}'"
    return f"{which} AND part = '{part}'" if part else which


def gone(which: str) -> str:
    return f"DELETE FROM {MOVEMENT} WHERE {which}"


def changed(what: str, which: str) -> str:
    return f"UPDATE {MOVEMENT} SET {what} WHERE {which}"


def added(number: str, which: str) -> str:
    """A movement more, as one that is there but of another cause."""
    return (
        f"INSERT INTO {MOVEMENT} (movement_no, cause_no, part, {COPIED}) "
        f"SELECT 'F202611000099', '{number}', 'more', {COPIED} FROM {MOVEMENT} WHERE {which}"
    )


PAID = ("payment", "Z20261100001", "employee")
BACK = ("withdrawal", "Z20261100003", "employee")
SIGNED = ("clearing", "202610/2", "220100/employee/payable")
TURNED = ("reopening", "202610/1", "220100/employee/payable")
LAST = of("adjustment", "T2026110002")

# damage → the check that finds it, and what it names
DAMAGES = {
    "a month that is not posted": (
        gone(of("clearing", "202610/2")),
        (checks.MONTHS, "202610 第 2 次签发", "没有记账（220100/employee/payable 1,245.00）"),
    ),
    "a reopening that is not posted": (
        gone(of("reopening", "202610/1")),
        (checks.MONTHS, "202610 第 1 次签发的重开", "没有记账（220100/employee/payable 1,245.00）"),
    ),
    "the amount of a month's movement": (
        changed("amount_fen = amount_fen + 1", of(*SIGNED)),
        (checks.MONTHS, "周转金明细", "记的是 1,245.01（2026-11-20），202610 第 2 次签发应为 1,245.00"),
    ),
    "the day of a month's movement": (
        changed("posted_on = '2026-10-31'", of(*SIGNED)),
        (checks.MONTHS, "周转金明细", "记的是 1,245.00（2026-10-31）"),
    ),
    "a month's movement the other way round": (
        changed("debit_id = credit_id, credit_id = debit_id", of(*SIGNED)),
        (checks.MONTHS, "周转金明细", "或账户不符"),
    ),
    "a movement more in a month": (
        added("202610/2", of(*SIGNED)),
        (checks.MONTHS, "周转金明细 F202611000099", "月度清算签发 202610/2 没有这样的缘由"),
    ),
    "a movement of a signature that never was": (
        added("202610/9", of(*SIGNED)),
        (checks.MONTHS, "周转金明细 F202611000099", "月度清算签发 202610/9 没有这样的缘由"),
    ),
    "a payment that is not posted": (
        gone(of("payment", "Z20261100002")),
        (checks.PAYMENTS, "核销 Z20261100002", "没有记账（employee 300.00）"),
    ),
    "a withdrawal that is not posted": (
        gone(of("withdrawal", "Z20261100003")),
        (checks.PAYMENTS, "核销 Z20261100003", "没有记账（employee 545.00）"),
    ),
    "the parts of a payment": (
        changed("amount_fen = amount_fen - 1", of("payment", "Z20261100002")),
        (checks.PAYMENTS, "周转金明细", "记的是 299.99（2026-11-20），核销 Z20261100002应为 300.00"),
    ),
    "a movement of a payment that never was": (
        added("Z20261100009", of(*PAID)),
        (checks.PAYMENTS, "周转金明细 F202611000099", "核销 Z20261100009 没有这样的缘由"),
    ),
    "a payment that is gone": (
        f"DELETE FROM {PAYMENT} WHERE payment_no = 'Z20261100002'",
        (checks.PAYMENTS, "周转金明细", "核销 Z20261100002 没有这样的缘由"),
    ),
    "an adjustment that is not posted": (
        gone(LAST),
        (checks.ADJUSTMENTS, "调账 T2026110002", "没有记账（whole 88.00）"),
    ),
    "an adjustment that was posted and refused": (
        f"UPDATE {ADJUSTMENT} SET state = 'refused' WHERE adjustment_no = 'T2026110001'",
        (checks.ADJUSTMENTS, "周转金明细", "调账 T2026110001 没有这样的缘由"),
    ),
    "the amount of an adjustment": (
        f"UPDATE {ADJUSTMENT} SET amount_fen = 1 WHERE adjustment_no = 'T2026110001'",
        (checks.ADJUSTMENTS, "周转金明细", "记的是 88.00（2026-11-20），调账 T2026110001应为 0.01"),
    ),
    "a reversal that names nothing": (
        changed("corrects_id = NULL", of(*TURNED)),
        (checks.CORRECTIONS, "周转金明细", "没有写明冲正哪一笔"),
    ),
    "a withdrawal that names nothing": (
        changed("corrects_id = NULL", of(*BACK)),
        (checks.CORRECTIONS, "周转金明细", "没有写明冲正哪一笔"),
    ),
    "a reversed adjustment that names nothing": (
        changed("corrects_id = NULL", LAST),
        (checks.CORRECTIONS, "周转金明细", "没有写明冲正哪一笔"),
    ),
    "a reversal that names another": (
        changed(f"corrects_id = (SELECT id FROM {MOVEMENT} WHERE {of(*SIGNED)})", of(*TURNED)),
        (checks.CORRECTIONS, "周转金明细", "不相抵"),
    ),
    "a reversal of another amount": (
        changed("amount_fen = amount_fen - 5", of(*TURNED)),
        (checks.CORRECTIONS, "周转金明细", "不相抵"),
    ),
    "a lost number": (
        gone(of("payment", "Z20261100002")),
        (checks.NUMBERS, "周转金明细 F202611", "缺号，下一笔是 F202611"),
    ),
    "a lost last number": (
        gone(LAST),
        (checks.NUMBERS, "周转金明细 F202611", "已给到"),
    ),
    "the bank of a payment": (
        changed("amount_fen = amount_fen + 100", of("payment", "Z20261100002")),
        (checks.BALANCED, "省级账户", "账面 -301.00，核销与调账合计 -300.00"),
    ),
}


@pytest.fixture(scope="module")
def laid_ledger(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The month, signed twice; 长春 paid, which was taken back; 吉林 got a part; an adjustment and back."""

    def lay(world: World) -> None:
        month = lay_notices(world, tmp_path_factory.mktemp("ledger"))
        reopening_propose(period="202610", reason="更正", by=world.prov_clearing, at=world.now)
        reopening_approve(period="202610", by=world.prov_supervisor, at=world.now)
        month.refresh_from_db()
        confirm_rest(month, world)
        sign(month, world)
        line(world, **PAYS)
        line(world, "T2", direction="out", amount_fen=30000, other_account=JILIN, note=notice(5).notice_no)
        paid = Payment.objects.get(line__reference="T1")
        payment_withdraw(by=world.prov_finance, at=world.now, payment=paid, reason="核错了")
        adjust(world)

    with ground(lay):
        yield


def adjust(world: World) -> FundAdjustment:
    """Interest of 88.00, and taken back."""
    said = Said(BANK, PLATFORMS["employee"], 8800, "利息")
    first = adjustment_propose(said=said, by=world.prov_finance, at=world.now)
    first = adjustment_approve(adjustment=first, by=world.prov_supervisor, at=world.now)
    back = adjustment_reverse(adjustment=first, reason="记错了", by=world.prov_finance, at=world.now)
    return adjustment_approve(adjustment=back, by=world.prov_supervisor, at=world.now)


def test_nothing_is_broken_before(laid_ledger: None, world: World) -> None:
    assert check_all(None).broken == []
    assert check_all("202610").broken == []
    own = {value for name, value in vars(checks).items() if name.isupper() and isinstance(value, str)}
    assert {found[0] for _, found in DAMAGES.values()} == own


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(laid_ledger: None, world: World, damage: str) -> None:
    sql, (name, subject, message) = DAMAGES[damage]

    with unguarded((MOVEMENT, ADJUSTMENT, PAYMENT)), connection.cursor() as cursor:
        if sql.startswith("DELETE"):  # what is turned round is named by what turns it
            cursor.execute(f"UPDATE {MOVEMENT} SET corrects_id = NULL")
        cursor.execute(sql)

    report = check_all(None)
    assert report.checks[name] is False
    named = [(item.subject, item.message) for item in report.broken if item.check == name]
    assert [pair for pair in named if subject in pair[0] and message in pair[1]], named
