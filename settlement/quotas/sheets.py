"""周转金额度调整明细表 6-1 and 6-2, each declared once."""

from __future__ import annotations

from dataclasses import replace

from agency.sheets.declare import Column, Kind, Sheet, Total
from settlement.clearing.sheets import INSURANCE, SEQ, money

FACTOR = Column("factor", "倍数", Kind.FACTOR)
BY_TYPE = (Total(("insurance_type",)),)

FORM_6_1 = Sheet(
    form="6-1",
    title="吉林省省平台异地医保业务周转金额度调整明细表",
    columns=(
        SEQ,
        Column("region", "统筹区", width=6),
        INSURANCE,
        *money(current="现有额度", average="核定基数"),
        FACTOR,
        *money(quota="核定额度", adjustment="调整额", changed="调整后额度"),
        *money(receivable="应收", payable="应付"),
        Column("reason", "备注", width=8),
    ),
    subtotals=BY_TYPE,
)

# Figures of the whole type stand once, in the row 月均 below its months, and are in no sum.
OF_TYPE = tuple(
    replace(column, totalled=False)
    for column in (FACTOR, *money(quota="核定额度", current="现有额度", adjustment="调整额"))
)
FORM_6_2 = Sheet(
    form="6-2",
    title="吉林省{region}统筹区异地医保业务周转金额度调整明细表",
    columns=(
        *(SEQ, INSURANCE),
        Column("month", "月份", Kind.MARK, width=5),
        Column("cases", "清算人次", Kind.COUNT),
        *money(amount="清算金额"),
        *OF_TYPE,
    ),
    subtotals=BY_TYPE,
)
SHEETS = {sheet.form: sheet for sheet in (FORM_6_1, FORM_6_2)}
OF_PROVINCE, OF_REGION = ("6-1",), ("6-2",)
SHORT_TITLES = {"6-1": "额度调整明细表（全省）", "6-2": "额度调整明细表"}
AVERAGE = "月均"
