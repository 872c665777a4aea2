"""核对账目: damage done by hand to statements is found and named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.statements import checks
from tests.settlement.clearing.damages import unguarded
from tests.settlement.records.files import row
from tests.settlement.statements.conftest import HOSPITAL, PHARMACY, Load, Office

TABLE, LINE = "settlement_institutionstatement", "settlement_statementline"
OF_PHARMACY, OF_HOSPITAL = (f"WHERE statement_no = '{number}'" for number in (PHARMACY, HOSPITAL))
LINE_OF_PHARMACY = f"WHERE institution_id = (SELECT institution_id FROM {TABLE} {OF_PHARMACY})"
DAMAGES = {
    "a figure": (
        f"UPDATE {TABLE} SET pooling_pay_fen = 50001, fund_total_fen = 56001, payable_fen = 70001 "
        f"{OF_PHARMACY}",
        {
            checks.BEHIND: (PHARMACY, "应付金额记为 700.01，明细合计 700.00"),
            checks.LINES: (PHARMACY, "统筹基金记为 500.01，分项之和 500.00"),
            checks.SHEET: ("202610 吉林市", "基金支付合计记为 1,120.01，表 10 是 1,120.00"),
        },
    ),
    "what is payable": (
        f"UPDATE {TABLE} SET payable_fen = 69999 {OF_PHARMACY}",
        {checks.BEHIND: (PHARMACY, "应付金额记为 699.99，明细合计 700.00")},
    ),
    "a lost statement": (
        f"DELETE FROM {TABLE} {OF_PHARMACY}",
        {
            checks.BEHIND: ("202610 吉林市 机构", "缺对账单，却有明细或扣款"),
            checks.LINES: ("机构", "有分项，却没有对账单"),
            checks.SHEET: ("202610 吉林市", "个人账户记为 140.00，表 10 是 280.00"),
        },
    ),
    "a lost case": (
        "DELETE FROM settlement_settlementrecord WHERE settlement_no = 'S5'",
        {checks.BEHIND: (PHARMACY, "有对账单，却没有明细和扣款")},
    ),
    "a line": (
        f"UPDATE {LINE} SET records = 7 {LINE_OF_PHARMACY}",
        {checks.LINES: (PHARMACY, "明细数记为 1，分项之和 7")},
    ),
    "paid, confirmed by one": (
        f"UPDATE {TABLE} SET institution_by_id = agency_by_id {OF_HOSPITAL}",
        {checks.PAID: (HOSPITAL, "经办确认与机构答复是同一人记的")},
    ),
    "paid without the agency": (
        f"UPDATE {TABLE} SET agency_by_id = NULL {OF_HOSPITAL}",
        {checks.PAID: (HOSPITAL, "没有经办确认")},
    ),
    "paid without the institution": (
        f"UPDATE {TABLE} SET institution_contact = '' {OF_HOSPITAL}",
        {checks.PAID: (HOSPITAL, "没有机构的确认")},
    ),
    "paid before the signature": (
        f"UPDATE {TABLE} SET is_final = FALSE {OF_HOSPITAL}",
        {checks.PAID: (HOSPITAL, "月份没有签发")},
    ),
    "paid without a voucher": (
        f"UPDATE {TABLE} SET voucher_no = '' {OF_HOSPITAL}",
        {checks.PAID: (HOSPITAL, "没有日期或凭证号")},
    ),
    "a state without history": (
        f"UPDATE {TABLE} SET state = 'sent' {OF_PHARMACY}",
        {"状态都有经过": (PHARMACY, "状态是“待机构确认”，经过记的是“双方已确认”")},
    ),
}


def do(sql: str) -> None:
    """The damage, past constraints and triggers."""
    with unguarded(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in (TABLE, LINE):
                cursor.execute(
                    "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
                    [table],
                )
                for (name,) in cursor.fetchall():
                    cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(sql)


@pytest.mark.usefixtures("laid_paid", "world")
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(damage: str) -> None:
    sql, expected = DAMAGES[damage]

    do(sql)

    report = check_all("202610")
    for check, (subject, message) in expected.items():
        assert report.checks[check] is False
        named = [(item.subject, item.message) for item in report.broken if item.check == check]
        assert [pair for pair in named if subject in pair[0] and message in pair[1]], named


@pytest.mark.usefixtures("laid_paid", "world")
def test_nothing_is_broken_in_a_month_that_is_paid() -> None:
    report = check_all(None)

    assert report.broken == []
    assert {checks.BEHIND, checks.LINES, checks.SHEET, checks.PAID} < set(report.checks)


@pytest.mark.usefixtures("laid_paid")
def test_what_arrives_after_the_drawing_is_no_damage(
    office: Office, load: Load, compute: Callable[[], object]
) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    from settlement.clearing.services import period_compute
    from settlement.statements.services import statements_draw

    by, now = office.world.prov_clearing, office.world.now
    period_compute(period="202611", by=by, at=now)
    statements_draw(period="202611", region=None, by=by, at=now)
    load([row("N2", 结算时间="2026-11-03 09:00:00")])
    assert check_all(None).broken == []

    period_compute(period="202611", by=by, at=now)
    assert check_all(None).broken == []
