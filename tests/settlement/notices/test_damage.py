"""核对账目: damage to notices, bank lines and payments is found and named by its first record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.notices import checks
from settlement.notices.models import Payment
from settlement.notices.services import payment_withdraw
from tests.settlement.clearing.damages import unguarded
from tests.settlement.notices.statement import PAYS, finance_of, lay_notices, line, load, row
from tests.support.ground import Ground
from tests.support.world import World

NOTICE, LINE, PAYMENT = (f"settlement_{name}" for name in ("notice", "bankline", "payment"))
FIRST, SECOND, THIRD = (f"吉医保异清〔2026〕{serial}号" for serial in (1, 2, 3))
COPIED = "line_id, notice_id, amount_fen, basis, reason, by_id, at, content_digest"
DOUBLED = (
    f"INSERT INTO {PAYMENT} (payment_no, {COPIED}) "
    f"SELECT 'Z20261100004', {COPIED} FROM {PAYMENT} WHERE payment_no = 'Z20261100001'"
)

# damage → the check that finds it, and what it names
DAMAGES = {
    "the amount of a notice": (
        f"UPDATE {NOTICE} SET total_fen = 54600, employee_fen = 124600, payable_fen = 124600 "
        "WHERE serial = 1",
        (checks.RIGHT, FIRST, "记的是付款 546.00，按签发的清算应为付款 545.00"),
    ),
    "the direction of a notice": (
        f"UPDATE {NOTICE} SET direction = 'receipt' WHERE serial = 3",
        (checks.RIGHT, THIRD, "记的是收款 5.00，按签发的清算应为付款 5.00"),
    ),
    "a lost notice": (
        f"DELETE FROM {NOTICE} WHERE serial = 2",
        (checks.RIGHT, "202610 吉林市", "轧差 600.00，却没有通知书"),
    ),
    "a lost number": (
        f"DELETE FROM {NOTICE} WHERE serial = 2",
        (checks.NUMBERS, "2026 年第 2 号", f"缺号，下一份是 {THIRD}"),
    ),
    "a lost last number": (
        f"DELETE FROM {NOTICE} WHERE serial = 3",
        (checks.NUMBERS, "2026 年第 3 号", "已给到 3 号，只有到 2 号"),
    ),
    "another number on the paper": (
        f"UPDATE {NOTICE} SET notice_no = '吉医保异清〔2026〕9号' WHERE serial = 3",
        (checks.NUMBERS, "吉医保异清〔2026〕9号", "文号与序号 2026-3 不符"),
    ),
    "a notice moved to another region": (
        f"UPDATE {NOTICE} SET region_id = (SELECT id FROM agency_poolingregion WHERE short_name = '延边') "
        "WHERE serial = 3",
        (checks.RIGHT, THIRD, "轧差为零，不该有通知书"),
    ),
    "a notice of a month that is not signed": (
        f"UPDATE {NOTICE} SET period = '202612' WHERE serial = 3",
        (checks.RIGHT, THIRD, "所依据的 202612 没有签发"),
    ),
    "what a notice rests on": (
        f"UPDATE {NOTICE} SET basis_digest = 'x' WHERE serial = 2",
        (checks.RIGHT, SECOND, "依据的不是 202610 现在的签发"),
    ),
    "the account on a notice": (
        f"UPDATE {NOTICE} SET account_no = '6600000000' WHERE serial = 2",
        (checks.UNCHANGED, SECOND, "内容与写入时的摘要不符"),
    ),
    "the last day of a notice": (
        f"UPDATE {NOTICE} SET pay_by = '2027-12-11' WHERE serial = 1",
        (checks.UNCHANGED, FIRST, "内容与写入时的摘要不符"),
    ),
    "a notice voided while it is paid": (
        f"UPDATE {NOTICE} SET state = 'voided', voided_at = issued_at WHERE serial = 1",
        (checks.WITHIN_NOTICE, FIRST, "已作废，却核销着 545.00"),
    ),
    "a state without history": (
        f"UPDATE {NOTICE} SET state = 'voided', voided_at = issued_at WHERE serial = 1",
        ("状态都有经过", FIRST, "状态是“已作废”，经过记的是“已签发”"),
    ),
    "the day of a bank line": (
        f"UPDATE {LINE} SET booked_on = '2026-11-01' WHERE reference = 'T1'",
        (checks.LINES, "流水 L20261100001", "内容与写入时的摘要不符"),
    ),
    "the amount of a bank line": (
        f"UPDATE {LINE} SET amount_fen = 54400 WHERE reference = 'T1'",
        (checks.WITHIN_LINE, "流水 L20261100001", "金额 544.00，核销了 545.00"),
    ),
    "a lost bank line": (
        f"DELETE FROM {LINE} WHERE reference = 'F2'",
        (checks.BATCHES, "批次 B20261100003", "应有 2 行 13.35 元，实有 1 行 1.00 元"),
    ),
    "a bank line without its file": (
        f"UPDATE {LINE} SET batch_id = NULL WHERE reference = 'F2'",
        (checks.BATCHES, "流水 L20261100004", "是从文件导入的，却不属于任何批次"),
    ),
    "a line of an undone file": (
        "UPDATE agency_batch SET state = 'undone' WHERE kind = 'bank'",
        (checks.BATCHES, "流水 L20261100003", "应有 0 行 0.00 元，实有 2 行 13.35 元"),
    ),
    "the amount of a payment": (
        f"UPDATE {PAYMENT} SET amount_fen = 54499 WHERE payment_no = 'Z20261100001'",
        (checks.PAYMENTS, "核销 Z20261100001", "内容与写入时的摘要不符"),
    ),
    "a lost payment": (
        f"DELETE FROM {PAYMENT} WHERE payment_no = 'Z20261100001'",
        (checks.PAYMENTS, "核销 Z20261100001", "缺号，下一笔是 Z20261100002"),
    ),
    "a lost last payment": (
        f"DELETE FROM {PAYMENT} WHERE payment_no = 'Z20261100003'",
        (checks.PAYMENTS, "核销 Z20261100003", "已给到 3 号，只有到 2 号"),
    ),
    "a doubled payment": (
        DOUBLED,
        (checks.WITHIN_NOTICE, FIRST, "金额 545.00，核销了 1,090.00"),
    ),
    "a line used twice": (
        DOUBLED,
        (checks.WITHIN_LINE, "流水 L20261100001", "金额 545.00，核销了 1,090.00"),
    ),
    "a payment moved to another notice": (
        f"UPDATE {PAYMENT} SET notice_id = (SELECT id FROM {NOTICE} WHERE serial = 2) "
        "WHERE payment_no = 'Z20261100001'",
        (checks.FITTING, "核销 Z20261100001", "的方向或统筹区不符"),
    ),
    "a region's line for another region": (
        f"UPDATE {LINE} SET region_id = (SELECT id FROM agency_poolingregion WHERE short_name = '延边') "
        "WHERE reference = 'OWN'",
        (checks.FITTING, "核销 Z20261100002", "的方向或统筹区不符"),
    ),
    "a withdrawal of another amount": (
        f"UPDATE {PAYMENT} SET amount_fen = -1 WHERE payment_no = 'Z20261100003'",
        (checks.WITHDRAWALS, "核销 Z20261100003", "-0.01 元与 Z20261100002 不相抵"),
    ),
}


@pytest.fixture(scope="module")
def laid_payments(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The notices; 长春 paid, what its own account says taken back, a file of two other lines."""

    def lay(world: World) -> None:
        folder = tmp_path_factory.mktemp("payments")
        lay_notices(world, folder)
        line(world, **PAYS)
        own = {"direction": "out", "amount_fen": 54500, "note": FIRST}
        line(world, "OWN", by=finance_of("220100"), other_account="9900000000000220000", **own)
        load(world, folder / "bank.csv", [row("F1", 金额="1.00"), row("F2", 金额="12.35")])
        taken = Payment.objects.get(line__reference="OWN")
        payment_withdraw(by=taken.by, at=world.now, payment=taken, reason="核错了")

    with ground(lay):
        yield


def test_nothing_is_broken_before(laid_payments: None, world: World) -> None:
    report = check_all(None)

    assert report.broken == []
    own = {value for name, value in vars(checks).items() if name.isupper() and isinstance(value, str)}
    assert {found[0] for _, found in DAMAGES.values()} >= own - {checks.KIND}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(laid_payments: None, world: World, damage: str) -> None:
    sql, (name, subject, message) = DAMAGES[damage]

    with unguarded((NOTICE, LINE, PAYMENT, "agency_batch")), connection.cursor() as cursor:
        cursor.execute(sql)

    report = check_all(None)
    assert report.checks[name] is False
    named = [(item.subject, item.message) for item in report.broken if item.check == name]
    assert [pair for pair in named if subject in pair[0] and message in pair[1]], named
