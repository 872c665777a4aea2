"""Damage done by hand to a signed month, and what the checks say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from agency.journal import guards
from settlement.clearing import checks

RECORD, LINE = "settlement_settlementrecord", "settlement_clearingline"
DEDUCTION, PERIOD, SHEET = "settlement_deduction", "settlement_clearingperiod", "settlement_signedsheet"
CONFIRMATION = "settlement_regionconfirmation"

S4 = "长春市→北京市 职工 住院"
OF_S4 = f"id = (SELECT min(own.id) FROM {LINE} AS own WHERE own.cases = 1 AND own.due_fen = 65000)"
YANBIAN = "(SELECT id FROM agency_poolingregion WHERE short_name = '延边')"
COLUMNS_OF_LINE = (
    "cases, records, total_fee_fen, in_scope_fen, pooling_pay_fen, critical_illness_pay_fen, "
    "large_expense_pay_fen, civil_servant_pay_fen, enterprise_pay_fen, medical_assistance_pay_fen, "
    "other_pay_fen, fund_total_fen, personal_account_pay_fen, deduction_fen, carried_in_fen, "
    "carried_out_fen, due_fen, period_id, insured_region_id, care_region_id, insurance_type"
)

# damage → the check that finds it, and what it names
DAMAGES = {
    "a part of a record": (
        f"UPDATE {RECORD} SET in_scope_fen = in_scope_fen + 5, prior_self_pay_fen = prior_self_pay_fen - 5 "
        "WHERE settlement_no = 'S4'",
        (checks.BEHIND, S4, "第一笔明细 S4"),
    ),
    "a fund of a record": (
        f"UPDATE {RECORD} SET pooling_pay_fen = pooling_pay_fen + 5, fund_total_fen = fund_total_fen + 5, "
        "cash_pay_fen = cash_pay_fen - 5 WHERE settlement_no = 'S4'",
        (checks.BEHIND, S4, "基金支付合计记为 560.00，明细合计 560.05"),
    ),
    "the region of a record": (
        f"UPDATE {RECORD} SET insured_region_id = {YANBIAN} WHERE settlement_no = 'S4'",
        (checks.BEHIND, "延边州→北京市 职工 住院", "缺这一行；第一笔明细 S4"),
    ),
    "a record that became local": (
        f"UPDATE {RECORD} SET care_region_id = insured_region_id WHERE settlement_no = 'S4'",
        (checks.TOTALS, "202610", "本地明细记为 1 笔，实有 2 笔"),
    ),
    "a lost record": (
        f"DELETE FROM {RECORD} WHERE settlement_no = 'R2'",
        (checks.BEHIND, "长春市→吉林市 职工 住院", "人次记为 1，明细合计 2"),
    ),
    "a doubled record": (None, (checks.BEHIND, S4, "明细数记为 1，明细合计 2")),
    "a record moved to another month": (
        f"UPDATE {RECORD} SET period = '202611' WHERE settlement_no = 'S4'",
        (checks.BEHIND, S4, "医疗总费用记为 1,000.00，明细合计 0.00"),
    ),
    "a figure of a line": (
        f"UPDATE {LINE} SET pooling_pay_fen = pooling_pay_fen + 1, fund_total_fen = fund_total_fen + 1, "
        f"due_fen = due_fen + 1 WHERE {OF_S4}",
        (checks.BEHIND, S4, "统筹基金记为 500.01，明细合计 500.00"),
    ),
    "what a line owes": (
        f"UPDATE {LINE} SET due_fen = due_fen + 1 WHERE {OF_S4}",
        (checks.ARITHMETIC, S4, "应收付金额 650.01，应为 650.00"),
    ),
    "a fund of a line": (
        f"UPDATE {LINE} SET other_pay_fen = 3 WHERE {OF_S4}",
        (checks.ARITHMETIC, S4, "基金支付合计 560.00，七项之和是 560.03"),
    ),
    "a carry of no held case": (
        f"UPDATE {LINE} SET carried_in_fen = 1, due_fen = due_fen + 1 WHERE {OF_S4}",
        (checks.BEHIND, S4, "上期挂账转入记为 0.01，明细合计 0.00"),
    ),
    "a missing line": (f"DELETE FROM {LINE} WHERE {OF_S4}", (checks.BEHIND, S4, "缺这一行；第一笔明细 S4")),
    "an extra line": (
        f"INSERT INTO {LINE} ({COLUMNS_OF_LINE}, care_kind) "
        f"SELECT {COLUMNS_OF_LINE}, 'maternity' FROM {LINE} WHERE {OF_S4}",
        (checks.BEHIND, "长春市→北京市 职工 生育", "多出这一行，没有明细或扣款"),
    ),
    "the total of the month": (
        f"UPDATE {PERIOD} SET receivable_fen = receivable_fen + 1, payable_fen = payable_fen + 1",
        (checks.TOTALS, "202610", "应收合计记为 2,645.01，各行之和是 2,645.00"),
    ),
    "one side of the month": (
        f"UPDATE {PERIOD} SET payable_fen = payable_fen + 1",
        (checks.BALANCE, "202610", "应收合计 2,645.00，应付合计 2,645.01"),
    ),
    "the number of cases": (
        f"UPDATE {PERIOD} SET cases = 9",
        (checks.TOTALS, "202610", "明细数记为 9，各行之和是 8"),
    ),
    "the digest of the lines": (
        f"UPDATE {PERIOD} SET lines_digest = '{'0' * 64}'",
        (checks.LINES_DIGEST, "202610", "记的是 000000000000"),
    ),
    "the digest of the month": (
        f"UPDATE {PERIOD} SET digest = '{'0' * 64}'",
        (checks.SHEETS_DIGEST, "202610", "签发摘要 000000000000 与各表摘要不合"),
    ),
    "the digest of a sheet": (
        f"UPDATE {SHEET} SET digest = '{'0' * 64}' WHERE form_no = '9'",
        (checks.SHEETS_DIGEST, "202610 表 9", "签发时摘要 000000000000"),
    ),
    "a lost sheet": (
        f"DELETE FROM {SHEET} WHERE form_no = '9'",
        (checks.SHEETS_DIGEST, "202610 表 9", "没有签发时的摘要"),
    ),
    "a name on the sheets": (
        f"UPDATE {PERIOD} SET names = replace(CAST(names AS text), '{{old}}', '{{new}}'){{cast}}",
        (checks.SHEETS_DIGEST, "202610 表 10 吉林市", "签发时摘要"),
    ),
    "the amount of a deduction": (
        f"UPDATE {DEDUCTION} SET amount_fen = amount_fen + 1 WHERE reason = '重复收费'",
        (checks.BEHIND, "长春市→吉林市 职工 住院", "扣款记为 100.00，明细合计 100.01"),
    ),
    "a deduction moved to another month": (
        f"UPDATE {DEDUCTION} SET period = '202611' WHERE reason = '年度考核'",
        (checks.BEHIND, "长春市→四平市 职工 生育", "多出这一行，没有明细或扣款"),
    ),
    "a deduction moved to another case": (
        f"UPDATE {DEDUCTION} SET record_id = (SELECT id FROM {RECORD} WHERE settlement_no = 'S4') "
        "WHERE reason = '重复收费'",
        (checks.DEDUCTION_FITS, "扣款 D", "与所扣明细不同"),
    ),
    "the reason of a deduction": (
        f"UPDATE {DEDUCTION} SET reason = '没有原因' WHERE reason = '重复收费'",
        (checks.SHEETS_DIGEST, "202610 表 14", "签发时摘要"),
    ),
    "a lost confirmation": (
        f"DELETE FROM {CONFIRMATION} WHERE region_id = {YANBIAN}",
        (checks.CONFIRMED, "202610 延边州", "没有确认"),
    ),
    "what was confirmed": (
        f"UPDATE {CONFIRMATION} SET digest = 'x' WHERE region_id = {YANBIAN}",
        (checks.CONFIRMED, "202610 延边州", "确认时所见与签发的表不同"),
    ),
    "a state without history": (
        f"UPDATE {PERIOD} SET state = 'computed'",
        ("状态都有经过", "202610", "状态是“待确认”，经过记的是“已签发”"),
    ),
    "an entry of the log": (
        "UPDATE agency_auditentry SET detail = '{}' WHERE action = 'period_signed'",
        ("日志连续未改", "日志", "内容被改"),
    ),
    "a lost entry of the log": (
        "DELETE FROM agency_auditentry WHERE action = 'period_computed'",
        ("日志连续未改", "日志", "缺号"),
    ),
}


@contextmanager
def unguarded(tables: Sequence[str] = (LINE, PERIOD, RECORD, DEDUCTION)) -> Iterator[None]:
    """No constraint of these tables and no trigger stands in the way; afterwards the guards are back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for item in guards.GUARDS.values():
                for name in guards.trigger_names(item):
                    cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            guards.install()
            return
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
        for table in tables:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table]
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute("SET session_replication_role = replica")  # no trigger fires
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def do(sql: str | None) -> None:
    """The damage, by raw SQL."""
    with unguarded(), connection.cursor() as cursor:
        if sql is None:
            copy_record(cursor)
            return
        is_json = "{old}" in sql
        old = "长春市" if connection.vendor == "postgresql" else "\\u957f\\u6625\\u5e02"
        cast = "::jsonb" if connection.vendor == "postgresql" else ""
        cursor.execute(sql.format(old=old, new="长安市", cast=cast) if is_json else sql)


def copy_record(cursor: object) -> None:
    """The same case once more, under another correction number."""
    cursor.execute(f"SELECT * FROM {RECORD} LIMIT 0")  # type: ignore[attr-defined]
    names = [column[0] for column in cursor.description]  # type: ignore[attr-defined]
    kept = ", ".join(name for name in names if name not in ("id", "correction_no"))
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO {RECORD} ({kept}, correction_no) "
        f"SELECT {kept}, 1 FROM {RECORD} WHERE settlement_no = 'S4'"
    )
