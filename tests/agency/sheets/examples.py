"""Sheets to test the engine with: the columns of the clearing forms, and small worked copies of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from agency.sheets.declare import Column, Group, Kind, Sheet, Total
from agency.sheets.filled import Row, SheetData

SEQ = Column("seq", "序号", Kind.SEQ)
INSURANCE = Column("insurance_type", "险种", Kind.MARK)
CARE = Column("care_type", "医疗类别", width=6)
COUNTERPART = Column("counterpart", "对方统筹区", width=7)
DIRECTION = Column("direction", "方向", Kind.MARK)
CASES = Column("cases", "人次", Kind.COUNT)


def money(**titles: str) -> tuple[Column, ...]:
    return tuple(Column(key, title, Kind.MONEY) for key, title in titles.items())


def side(title: str, prefix: str) -> Group:
    count, amount = Kind.COUNT, Kind.MONEY
    parts = [("employee_cases", "职工人次", count), ("employee", "职工金额", amount)]
    parts += [
        ("resident_cases", "居民人次", count),
        ("resident", "居民金额", amount),
        ("sum", "小计", amount),
    ]
    return Group(title, tuple(Column(f"{prefix}_{key}", name, kind) for key, name, kind in parts))


FORM_9 = Sheet(
    form="9",
    title="吉林省异地医保业务费用清算表",
    columns=(
        SEQ,
        Column("region", "统筹区", width=8),
        side("应收", "in"),
        side("应付", "out"),
        Group("扣款", money(in_deducted="应收侧", out_deducted="应付侧")),
        *money(net="轧差"),
        Column("side", "收付", Kind.MARK),
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

AFTER_FUNDS = money(
    account="个人账户",
    paid="合计",
    deducted="扣款",
    carried_in="上期挂账转入",
    carried_out="本期挂账转出",
    due="应收付金额",
)
EMPLOYEE_FUNDS = money(
    pooling="统筹基金",
    large="大额医疗费用补助",
    servant="公务员医疗补助",
    enterprise="企业补充",
    assistance="医疗救助",
    other="其他",
)
FORM_12 = Sheet(
    form="12",
    title="吉林省{region}统筹区异地职工医保基金明细表",
    columns=(SEQ, DIRECTION, COUNTERPART, CARE, CASES, *EMPLOYEE_FUNDS, *AFTER_FUNDS),
    subtotals=(Total(("direction",)),),
)
RESIDENT_FUNDS = money(pooling="统筹基金", critical="大病保险", assistance="医疗救助", other="其他")
FORM_13 = replace(
    FORM_12,
    form="13",
    title="吉林省{region}统筹区异地居民医保基金明细表",
    columns=(SEQ, DIRECTION, COUNTERPART, CARE, CASES, *RESIDENT_FUNDS, *AFTER_FUNDS),
)
FORM_14 = Sheet(
    form="14",
    title="吉林省{region}统筹区异地费用扣款分项明细表",
    columns=(
        SEQ,
        DIRECTION,
        COUNTERPART,
        Column("institution_code", "医药机构编号", Kind.CODE, width=8),
        Column("institution", "医药机构名称", width=14),
        INSURANCE,
        CARE,
        Column("settlement_no", "结算编号", Kind.CODE, width=11),
        Column("kind", "扣款类别", width=5),
        Column("reason", "原因", width=16),
        *money(amount="金额"),
    ),
    subtotals=(Total(("kind",)),),
)
FORM_6_1 = Sheet(
    form="6-1",
    title="吉林省省平台异地医保业务周转金额度调整明细表",
    columns=(
        SEQ,
        Column("region", "统筹区", width=6),
        INSURANCE,
        *money(quota="现有额度", base="核定基数"),
        Column("factor", "倍数", Kind.FACTOR),
        *money(
            approved="核定额度", change="调整额", adjusted="调整后额度", receivable="应收", payable="应付"
        ),
        Column("note", "备注", width=8),
    ),
    subtotals=(Total(("insurance_type",)),),
)

SIGNED_AT = datetime(2026, 11, 20, 1, 30, 15, tzinfo=UTC)
CODE, URL = "7F3A-91C2-E04B", "https://ydjy.example.cn/verify/7F3A-91C2-E04B/"


def filled(sheet: Sheet, rows: tuple[Row, ...], **changes: Any) -> SheetData:
    """A signed October of Changchun."""
    facts: dict[str, Any] = {
        "organisation": "吉林省社会医疗保险管理局",
        "period": "202610",
        "period_label": "2026年10月",
        "region": "长春市",
        "as_of": SIGNED_AT,
        "prepared_on": date(2026, 11, 20),
        "state_label": "已签发",
        "code": CODE,
        "verify_url": URL,
        "names": {"制表人": "王秀兰", "复核人": "李䶮", "负责人": "欧阳𬍡"},
    }
    return SheetData(sheet=sheet, rows=rows, **{**facts, **changes})


def form_10_row(counterpart: str, insurance: str, care: str, cases: int, *fen: int, **more: Any) -> Row:
    """A row of form 10 from its amounts, left to right."""
    keys = ("total_fee", "in_scope", "fund", "account", "deducted", "carried_in", "carried_out", "due")
    values = {"counterpart": counterpart, "insurance_type": insurance, "care_type": care, "cases": cases}
    return Row(f"{counterpart}|{insurance}|{care}", {**values, **dict(zip(keys, fen, strict=True))}, **more)


LINKS = {"cases": "/clearing/202610/changchun/cases/1/"}
WORKED_10 = (
    form_10_row("省直", "职工", "普通门诊", 2, 113430, 96796, 62425, 346, 0, 0, 0, 62771, links=LINKS),
    form_10_row("吉林市", "职工", "住院", 1, 5370836, 4486918, 2688219, 0, 0, 0, 0, 2688219),
    form_10_row("省直", "居民", "住院", 3, 20410300, 18082919, 14405356, 0, 125602, 0, 0, 14279754),
    form_10_row("北京市", "居民", "住院", -1, -100000, -80000, -60000, 0, 0, 0, 0, -60000),
)


def worked_10(**changes: Any) -> SheetData:
    """Form 10 with two rows for each insurance type, one of them negative."""
    return filled(FORM_10, changes.pop("rows", WORKED_10), **changes)
