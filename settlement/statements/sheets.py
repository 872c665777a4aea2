"""医药机构对账的三张表: a statement, the statements of a month, the payments; each declared once."""

from __future__ import annotations

from agency.sheets.declare import Column, Kind, Sheet, Total
from settlement.clearing.sheets import CARE, CASES, INSURANCE, SEQ, money

LIST_KIND = "statement_list"  # how the log names a printed list
FUND_COLUMNS = money(
    pooling="统筹基金",
    critical="大病保险",
    large="大额补助",
    servant="公务员补助",
    enterprise="企业补充",
    assistance="医疗救助",
    other="其他",
)
OWED = money(fund="基金支付合计", account="个人账户", deducted="扣款", payable="应付金额")
INSTITUTION = (
    Column("institution_code", "医药机构编号", Kind.CODE, width=8),
    Column("institution", "医药机构名称", width=14),
)

STATEMENT = Sheet(
    form="对账单",
    title="{region}异地就医费用对账单",
    columns=(
        SEQ,
        INSURANCE,
        CARE,
        CASES,
        *money(total_fee="医疗总费用"),
        *FUND_COLUMNS,
        *OWED,
    ),
    subtotals=(Total(("insurance_type",)),),
    signatories=("经办确认", "机构确认", "编制日期", "经办盖章", "机构盖章"),
)
SUMMARY = Sheet(
    form="对账汇总",
    title="{region}医药机构异地就医费用对账汇总表",
    columns=(
        SEQ,
        *INSTITUTION,
        CASES,
        *money(total_fee="医疗总费用"),
        *OWED,
        Column("state", "状态", width=6),
        Column("answered", "机构答复", Kind.MARK, width=6),
    ),
)
PAYMENTS = Sheet(
    form="付款清单",
    title="{region}医药机构异地就医费用付款清单",
    columns=(
        SEQ,
        *INSTITUTION,
        Column("account_name", "户名", width=12),
        Column("bank", "开户行", width=12),
        Column("account_no", "账号", Kind.CODE, width=11),
        *money(payable="付款金额", owed="另有待追回"),
        Column("paid_on", "付款日期", Kind.CODE, width=6),
        Column("voucher", "凭证号", Kind.CODE, width=8),
    ),
)

# What each column takes from a statement or a line.
FIELDS = {
    "cases": "cases",
    "total_fee": "total_fee_fen",
    "pooling": "pooling_pay_fen",
    "critical": "critical_illness_pay_fen",
    "large": "large_expense_pay_fen",
    "servant": "civil_servant_pay_fen",
    "enterprise": "enterprise_pay_fen",
    "assistance": "medical_assistance_pay_fen",
    "other": "other_pay_fen",
    "fund": "fund_total_fen",
    "account": "personal_account_pay_fen",
    "deducted": "deduction_fen",
    "payable": "payable_fen",
}
