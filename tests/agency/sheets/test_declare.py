"""The declarations of the sheets that other programs read have exactly the headers of the contract."""

import pytest

from agency.sheets.declare import Column, Group, Kind, Sheet, Total
from tests.agency.sheets import examples

HEADERS = {
    "9": "序号,统筹区,应收-职工人次,应收-职工金额,应收-居民人次,应收-居民金额,应收-小计,应付-职工人次,"
    "应付-职工金额,应付-居民人次,应付-居民金额,应付-小计,扣款-应收侧,扣款-应付侧,轧差,收付",
    "10": "序号,对方统筹区,险种,医疗类别,人次,医疗总费用,政策范围内费用,基金支付合计,个人账户,扣款,"
    "上期挂账转入,本期挂账转出,应收金额",
    "11": "序号,对方统筹区,险种,医疗类别,人次,医疗总费用,政策范围内费用,基金支付合计,个人账户,扣款,"
    "上期挂账转入,本期挂账转出,应付金额",
    "12": "序号,方向,对方统筹区,医疗类别,人次,统筹基金,大额医疗费用补助,公务员医疗补助,企业补充,医疗救助,"
    "其他,个人账户,合计,扣款,上期挂账转入,本期挂账转出,应收付金额",
    "13": "序号,方向,对方统筹区,医疗类别,人次,统筹基金,大病保险,医疗救助,其他,个人账户,合计,扣款,"
    "上期挂账转入,本期挂账转出,应收付金额",
    "14": "序号,方向,对方统筹区,医药机构编号,医药机构名称,险种,医疗类别,结算编号,扣款类别,原因,金额",
    "6-1": "序号,统筹区,险种,现有额度,核定基数,倍数,核定额度,调整额,调整后额度,应收,应付,备注",
}
SHEETS = [
    examples.FORM_9,
    examples.FORM_10,
    examples.FORM_11,
    examples.FORM_12,
    examples.FORM_13,
    examples.FORM_14,
    examples.FORM_6_1,
]
NAME, AMOUNT = Column("name", "名称"), Column("amount", "金额", Kind.MONEY)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.form)
def test_the_columns_are_those_of_the_contract(sheet: Sheet) -> None:
    assert ",".join(column.heading for column in sheet.leaves) == HEADERS[sheet.form]


@pytest.mark.parametrize(
    ("columns", "turned"), [(8, False), (9, True)], ids=["eight stay upright", "nine lie down"]
)
def test_more_than_eight_columns_turn_the_page(columns: int, turned: bool) -> None:
    names = tuple(Column(f"c{number}", "列") for number in range(columns))

    assert Sheet("1", "表", names).is_landscape is turned


def test_the_label_of_a_total_spans_what_stands_before_the_first_sum() -> None:
    assert examples.FORM_9.lead == 2
    assert examples.FORM_10.lead == 4
    assert examples.FORM_14.lead == 10


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("人次", ("人次",)),
        ("统筹区", ("统筹区",)),
        ("职工人次", ("职工", "人次")),
        ("对方统筹区", ("对方", "统筹区")),
        ("上期挂账转入", ("上期挂账", "转入")),
    ],
)
def test_a_long_heading_may_break_once(title: str, lines: tuple[str, ...]) -> None:
    assert Column("key", title).heading_lines == lines


def test_a_heading_breaks_where_the_declaration_says() -> None:
    assert Column("key", "公务员医疗补助", break_at=3).heading_lines == ("公务员", "医疗补助")


def test_figures_are_written_for_people_and_for_programs() -> None:
    assert (AMOUNT.text(123450), AMOUNT.plain(123450)) == ("1,234.50", "1234.50")
    assert (AMOUNT.text(-5), AMOUNT.plain(-5)) == ("-0.05", "-0.05")
    assert (AMOUNT.text(None), AMOUNT.plain(None)) == ("0.00", "0.00")
    count = Column("cases", "人次", Kind.COUNT)
    assert (count.text(12345), count.plain(12345), count.text(None)) == ("12,345", "12345", "0")


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": (NAME, AMOUNT)},
        {"columns": (NAME, NAME, AMOUNT)},
        {"columns": (AMOUNT, NAME, Column("b", "乙"))},
        {"columns": (NAME, Group("组", (AMOUNT, Column("b", "乙")))), "subtotals": (Total(("region",)),)},
        {"columns": (NAME, AMOUNT, Column("factor", "倍数", Kind.FACTOR, totalled=True))},
    ],
    ids=["two columns", "a key twice", "no room for 合计", "sub-total by nothing", "a factor summed"],
)
def test_a_declaration_that_cannot_be_printed_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="^form 99:"):
        Sheet(**{"form": "99", "title": "表", **wrong})
