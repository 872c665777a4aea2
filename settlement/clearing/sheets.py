"""清算表 9–14, each declared once: screen, print, PDF, XLSX and CSV are made from these."""

from __future__ import annotations

from dataclasses import replace

from agency.sheets.declare import Column, Group, Kind, Sheet, Total

SEQ = Column("seq", "序号", Kind.SEQ)
DIRECTION = Column("direction", "方向", Kind.MARK)
COUNTERPART = Column("counterpart", "对方统筹区", width=7)
INSURANCE = Column("insurance_type", "险种", Kind.MARK)
CARE = Column("care_kind", "医疗类别", width=6)
CASES = Column("cases", "人次", Kind.COUNT)

RECEIVABLE, PAYABLE = "应收", "应付"
DIRECTIONS = {"in": RECEIVABLE, "out": PAYABLE}


def money(**titles: str) -> tuple[Column, ...]:
    """Columns of amounts, `key=title`."""
    return tuple(Column(key, title, Kind.MONEY) for key, title in titles.items())


def side(title: str, prefix: str) -> Group:
    """One side of form 9."""
    count, amount = Kind.COUNT, Kind.MONEY
    columns = (
        Column(f"{prefix}_employee_cases", "职工人次", count),
        Column(f"{prefix}_employee", "职工金额", amount),
        Column(f"{prefix}_resident_cases", "居民人次", count),
        Column(f"{prefix}_resident", "居民金额", amount),
        Column(f"{prefix}_sum", "小计", amount),
    )
    return Group(title, columns)


FORM_9 = Sheet(
    form="9",
    title="吉林省异地医保业务费用清算表",
    columns=(
        SEQ,
        Column("region", "统筹区", width=8),
        side(RECEIVABLE, "in"),
        side(PAYABLE, "out"),
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
    carried_in="上期挂账转入",
    carried_out="本期挂账转出",
)
FORM_10 = Sheet(
    form="10",
    title="吉林省{region}统筹区异地医保费用收款清算表",
    columns=(SEQ, COUNTERPART, INSURANCE, CARE, CASES, *CLEARED, *money(due="应收金额")),
    subtotals=(Total(("insurance_type",)),),
)
FORM_11 = replace(
    FORM_10,
    form="11",
    title="吉林省{region}统筹区异地医保费用付款清算表",
    columns=(SEQ, COUNTERPART, INSURANCE, CARE, CASES, *CLEARED, *money(due="应付金额")),
)

PAID_AND_DUE = money(
    account="个人账户",
    paid="合计",
    deducted="扣款",
    carried_in="上期挂账转入",
    carried_out="本期挂账转出",
    due="应收付金额",
)
FORM_12 = Sheet(
    form="12",
    title="吉林省{region}统筹区异地职工医保基金明细表",
    columns=(
        *(SEQ, DIRECTION, COUNTERPART, CARE, CASES),
        *money(pooling="统筹基金", large="大额医疗费用补助"),
        Column("servant", "公务员医疗补助", Kind.MONEY, break_at=3),
        *money(enterprise="企业补充", assistance="医疗救助", other="其他"),
        *PAID_AND_DUE,
    ),
    subtotals=(Total(("direction",)),),
)
FORM_13 = replace(
    FORM_12,
    form="13",
    title="吉林省{region}统筹区异地居民医保基金明细表",
    columns=(
        *(SEQ, DIRECTION, COUNTERPART, CARE, CASES),
        *money(pooling="统筹基金", critical="大病保险", assistance="医疗救助", other="其他"),
        *PAID_AND_DUE,
    ),
)
FORM_14 = Sheet(
    form="14",
    title="吉林省{region}统筹区异地费用扣款分项明细表",
    columns=(
        *(SEQ, DIRECTION, COUNTERPART),
        Column("institution_code", "医药机构编号", Kind.CODE, width=8),
        Column("institution", "医药机构名称", width=14),
        *(INSURANCE, CARE),
        Column("settlement_no", "结算编号", Kind.CODE, width=11),
        Column("kind", "扣款类别", width=5),
        Column("reason", "原因", width=16),
        *money(amount="金额"),
    ),
    subtotals=(Total(("direction", "kind")),),
)

SHEETS = {sheet.form: sheet for sheet in (FORM_9, FORM_10, FORM_11, FORM_12, FORM_13, FORM_14)}
OF_PROVINCE = ("9",)
OF_REGION = ("10", "11", "12", "13", "14")
SHORT_TITLES = {
    "9": "清算表",
    "10": "收款清算表",
    "11": "付款清算表",
    "12": "职工基金明细表",
    "13": "居民基金明细表",
    "14": "扣款分项明细表",
}

# What each column of 10–13 adds up, as fields of a line.
LINE_COLUMNS: dict[str, tuple[str, ...]] = {
    "cases": ("cases",),
    "total_fee": ("total_fee_fen",),
    "in_scope": ("in_scope_fen",),
    "fund": ("fund_total_fen",),
    "account": ("personal_account_pay_fen",),
    "deducted": ("deduction_fen",),
    "carried_in": ("carried_in_fen",),
    "carried_out": ("carried_out_fen",),
    "due": ("due_fen",),
    "pooling": ("pooling_pay_fen",),
    "critical": ("critical_illness_pay_fen",),
    "large": ("large_expense_pay_fen",),
    "servant": ("civil_servant_pay_fen",),
    "enterprise": ("enterprise_pay_fen",),
    "assistance": ("medical_assistance_pay_fen",),
    "paid": ("fund_total_fen", "personal_account_pay_fen"),
}
# 其他 takes every fund without a column of its own, so that each row adds up.
OTHER_FUNDS = {
    "12": ("critical_illness_pay_fen", "other_pay_fen"),
    "13": (
        "large_expense_pay_fen",
        "civil_servant_pay_fen",
        "enterprise_pay_fen",
        "other_pay_fen",
    ),
}


def fields_of(form: str, column: str) -> tuple[str, ...]:
    """The fields of a line that a column of forms 10–13 adds up; empty for a column that is no figure."""
    return OTHER_FUNDS[form] if column == "other" else LINE_COLUMNS.get(column, ())
