"""年终清算表 16–18, each declared once: as 9, 10 and 11, for a year."""

from __future__ import annotations

from dataclasses import replace

from agency.sheets.declare import Column, Group, Kind, Sheet
from settlement.clearing.sheets import (
    CARE,
    CASES,
    COUNTERPART,
    FORM_10,
    INSURANCE,
    PAYABLE,
    RECEIVABLE,
    SEQ,
    money,
)


def year_side(title: str, prefix: str) -> Group:
    """One side of form 16: cases and assessed amounts by insurance type, then the year's three sums."""
    count, amount = Kind.COUNT, Kind.MONEY
    columns = (
        Column(f"{prefix}_employee_cases", "职工人次", count),
        Column(f"{prefix}_employee", "职工金额", amount),
        Column(f"{prefix}_resident_cases", "居民人次", count),
        Column(f"{prefix}_resident", "居民金额", amount),
        Column(f"{prefix}_monthly", "月度合计", amount),
        Column(f"{prefix}_assessed", "年终核定", amount),
        Column(f"{prefix}_difference", "差额", amount),
    )
    return Group(title, columns)


FORM_16 = Sheet(
    form="16",
    title="吉林省异地医保费用年终清算表",
    columns=(
        SEQ,
        Column("region", "统筹区", width=6),
        year_side(RECEIVABLE, "in"),
        year_side(PAYABLE, "out"),
        Group("扣款", money(in_deducted="应收侧", out_deducted="应付侧")),
        *money(net="轧差"),
        Column("word", "收付", Kind.MARK),
    ),
)

CLEARED = money(
    total_fee="医疗总费用",
    in_scope="政策范围内费用",
    fund="基金支付合计",
    account="个人账户",
    deducted="扣款",
    carried_in="挂账转入",
    carried_out="挂账转出",
)
FORM_17 = replace(
    FORM_10,
    form="17",
    title="吉林省{region}统筹区异地医保费用年终收款清算表",
    columns=(
        *(SEQ, COUNTERPART, INSURANCE, CARE, CASES, *CLEARED),
        *money(monthly="月度合计", settled="已收", assessed="年终核定", open="应补（退）"),
    ),
)
FORM_18 = replace(
    FORM_17,
    form="18",
    title="吉林省{region}统筹区异地医保费用年终付款清算表",
    columns=(
        *(SEQ, COUNTERPART, INSURANCE, CARE, CASES, *CLEARED),
        *money(monthly="月度合计", settled="已付", assessed="年终核定", open="应补（退）"),
    ),
)
SHEETS = {sheet.form: sheet for sheet in (FORM_16, FORM_17, FORM_18)}
OF_PROVINCE, OF_REGION = ("16",), ("17", "18")
SHORT_TITLES = {"16": "年终清算表", "17": "年终收款清算表", "18": "年终付款清算表"}

# What the columns of 17 and 18 take from a year's line.
LINE_COLUMNS = {
    "cases": "cases",
    "total_fee": "total_fee_fen",
    "in_scope": "in_scope_fen",
    "fund": "fund_total_fen",
    "account": "personal_account_pay_fen",
    "deducted": "deduction_fen",
    "carried_in": "carried_in_fen",
    "carried_out": "carried_out_fen",
    "assessed": "due_fen",
}
