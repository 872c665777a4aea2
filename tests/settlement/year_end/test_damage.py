"""核对账目: damage to a closed year, its notices and applications is found and named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.notices.models import Notice
from settlement.year_end import checks
from tests.settlement.clearing.damages import unguarded
from tests.settlement.year_end.conftest import approved, close_year, compute_year, lay_late, lay_year
from tests.support.ground import Ground
from tests.support.world import World

YEAR, LINE, APPLICATION = (f"settlement_{name}" for name in ("yearend", "yearendline", "yearendapplication"))
PERIOD, CLEARED, NOTICE = (f"settlement_{name}" for name in ("clearingperiod", "clearingline", "notice"))
PAYMENT, RECORD = "settlement_payment", "settlement_settlementrecord"
DEDUCTION = "settlement_deduction"
ROW = "2026年 长春市→吉林市 职工 住院"
NUMBER = "申请 NQ2026-001"
PERSON = "(SELECT id FROM agency_user WHERE username = '{}')"

# damage → the check that finds it, and what it names
DAMAGES = {
    "a month of the year opened past the program": (
        f"UPDATE {PERIOD} SET state = 'computed', signed_at = NULL, signed_by_id = NULL "
        "WHERE period = '202611'",
        (checks.MONTHS, "2026年", "202611 没有签发"),
    ),
    "a late month opened past the program": (
        f"UPDATE {PERIOD} SET state = 'computed', signed_at = NULL, signed_by_id = NULL "
        "WHERE period = '202702'",
        (checks.MONTHS, "2026年", "202702 没有签发"),
    ),
    "what a line is assessed at": (
        f"UPDATE {LINE} SET pooling_pay_fen = pooling_pay_fen + 1, fund_total_fen = fund_total_fen + 1, "
        "due_fen = due_fen + 1",
        (checks.ADDS_UP, ROW, "月度合计 2,800.00、核定 3,450.01，应为 2,800.00、3,450.00"),
    ),
    "the sum of the months": (
        f"UPDATE {LINE} SET monthly_fen = monthly_fen - 100",
        (checks.ADDS_UP, ROW, "月度合计 2,799.00、核定 3,450.00，应为 2,800.00"),
    ),
    "a lost line": (f"DELETE FROM {LINE}", (checks.ADDS_UP, ROW, "没有这一行，应为 3,450.00")),
    "a late case moved to the next year": (
        f"UPDATE {RECORD} SET settlement_month = '202701' WHERE settlement_no = 'C2'",
        (checks.ADDS_UP, ROW, "核定 3,450.00，应为 2,800.00、2,750.00"),
    ),
    "a deduction moved to another year": (
        f"UPDATE {DEDUCTION} SET record_id = (SELECT id FROM {RECORD} WHERE settlement_no = 'F1')",
        (checks.ADDS_UP, ROW, "核定 3,450.00，应为 2,800.00、3,500.00"),
    ),
    "a figure of a signed month": (
        f"UPDATE {CLEARED} SET due_fen = due_fen + 1 WHERE period_id = "
        f"(SELECT id FROM {PERIOD} WHERE period = '202612')",
        (checks.ADDS_UP, ROW, "应为 2,800.01、3,450.01"),
    ),
    "the digest of the year": (
        f"UPDATE {YEAR} SET digest = '{'0' * 64}' WHERE state = 'closed'",
        (checks.ADDS_UP, "2026年", "清算行的摘要与关账时不同"),
    ),
    "the total of the year": (
        f"UPDATE {YEAR} SET assessed_fen = assessed_fen + 1 WHERE state = 'closed'",
        (checks.BALANCED, "2026年", "应收 3,450.00，应付 3,450.00，记为 3,450.01"),
    ),
    "the months' total of the year": (
        f"UPDATE {YEAR} SET monthly_fen = 0 WHERE state = 'closed'",
        (checks.BALANCED, "2026年", "应收 2,800.00，应付 2,800.00，记为 0.00"),
    ),
    "what was paid": (
        f"UPDATE {LINE} SET paid_fen = paid_fen + 100",
        (checks.PAID, ROW, "已收 650.00、已付 651.00，应为 650.00、650.00"),
    ),
    "what was received": (
        f"UPDATE {LINE} SET received_fen = 0",
        (checks.PAID, ROW, "已收 0.00、已付 650.00，应为 650.00、650.00"),
    ),
    "one person reviewed and approved": (
        f"UPDATE {APPLICATION} SET reviewed_by_id = approved_by_id",
        (checks.APPLICATIONS, NUMBER, "有两步是同一人办的"),
    ),
    "who applied reviewed": (
        f"UPDATE {APPLICATION} SET reviewed_by_id = applied_by_id",
        (checks.APPLICATIONS, NUMBER, "有两步是同一人办的"),
    ),
    "a figure of what was approved": (
        f"UPDATE {APPLICATION} SET payable_fen = payable_fen - 1",
        (checks.APPLIED, NUMBER, "全年应付批准的是 3,449.99，年终清算是 3,450.00"),
    ),
    "an application of another region": (
        f"UPDATE {APPLICATION} SET region_id = (SELECT id FROM agency_poolingregion WHERE code = '220200')",
        (checks.APPLIED, NUMBER, "全年应收批准的是 0.00，年终清算是 3,450.00"),
    ),
    "the amount of a year-end notice": (
        f"UPDATE {NOTICE} SET total_fen = 1, employee_fen = 1, payable_fen = 1 "
        "WHERE category = 'year_end' AND direction = 'payment'",
        (checks.NOTICED, "通知书", "记的是付款 0.01，应为 1,400.00"),
    ),
    "a lost year-end notice": (
        f"DELETE FROM {NOTICE} WHERE category = 'year_end' AND direction = 'receipt'",
        (checks.NOTICED, "2026年 吉林市", "应有 1,400.00 的通知书，没有"),
    ),
    "a year-end notice for nobody": (
        f"UPDATE {NOTICE} SET region_id = (SELECT id FROM agency_poolingregion WHERE code = '222400') "
        "WHERE category = 'year_end' AND direction = 'receipt'",
        (checks.NOTICED, "通知书", "记的是收款 1,400.00，应为 没有通知书"),
    ),
    "a state without history": (
        f"UPDATE {YEAR} SET state = 'computed', closed_at = NULL, closed_by_id = NULL WHERE state = 'closed'",
        ("状态都有经过", "2026", "状态是“已计算”，经过记的是“已关账”"),
    ),
    "an application approved past the program": (
        f"UPDATE {APPLICATION} SET state = 'returned'",
        ("状态都有经过", "NQ2026-001", "状态是“已退回”，经过记的是“已批准”"),
    ),
}


@pytest.fixture(scope="module")
def laid_closed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The year closed with 长春's application approved; October's notices were never kept (see test_year)."""

    def lay(world: World) -> None:
        folder = tmp_path_factory.mktemp("closed")
        lay_year(world, folder)
        lay_late(world, folder)
        with unguarded((NOTICE,)):
            Notice.objects.filter(period="202610")._raw_delete(using="default")
        compute_year(world)
        approved(world)
        close_year(world)

    with ground(lay):
        yield


def own_names() -> set[str]:
    return {value for name, value in vars(checks).items() if name.isupper() and isinstance(value, str)}


def test_nothing_is_broken_before(laid_closed: None, world: World) -> None:
    broken = check_all(None).broken

    assert [item for item in broken if item.check in own_names()] == []
    assert {item.message for item in broken} == {  # October's notices, which were taken away by hand
        "轧差 -1,400.00，却没有通知书",
        "轧差 1,400.00，却没有通知书",
        "缺号，下一份是 吉医保异清〔2026〕3号",
    }


def test_every_check_has_its_damage() -> None:
    assert {found[0] for _, found in DAMAGES.values()} >= own_names()


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(laid_closed: None, world: World, damage: str) -> None:
    sql, (name, subject, message) = DAMAGES[damage]
    tables = (YEAR, LINE, APPLICATION, PERIOD, CLEARED, NOTICE, RECORD, DEDUCTION)

    with unguarded(tables), connection.cursor() as cursor:
        cursor.execute(sql)

    report = check_all(None)
    assert report.checks[name] is False
    named = [(item.subject, item.message) for item in report.broken if item.check == name]
    assert [pair for pair in named if subject in pair[0] and message in pair[1]], named


def test_a_check_of_one_month_looks_at_its_year(laid_closed: None, world: World) -> None:
    with unguarded((LINE,)), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {LINE} SET monthly_fen = 0")

    assert check_all("202612").checks[checks.ADDS_UP] is False
    assert check_all("202501").checks[checks.ADDS_UP] is True
