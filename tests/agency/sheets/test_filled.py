"""Totals and sub-totals come from the rows, in integers, and stand where an official looks for them."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from agency.sheets.declare import Column, Kind, Sheet, Total
from agency.sheets.filled import Row, SheetData
from tests.agency.sheets.examples import FORM_6_1, FORM_10, filled, worked_10

SMALL = Sheet(
    form="99",
    title="吉林省{region}统筹区{period}表",
    columns=(
        Column("seq", "序号", Kind.SEQ),
        Column("direction", "方向", Kind.MARK),
        Column("insurance", "险种", Kind.MARK),
        Column("amount", "金额", Kind.MONEY),
    ),
    subtotals=(Total(("direction",)), Total(("direction", "insurance"))),
)


def row(direction: str, insurance: str, fen: int, **more: bool) -> Row:
    values = {"direction": direction, "insurance": insurance, "amount": fen}
    return Row(f"{direction}{insurance}{fen}", values, **more)


def outline(data: SheetData) -> list[str]:
    """Each line in short: 1 应收 职工 500, 应收小计 800 …"""
    lines = []
    for line in data.lines():
        values = [line.values.get(key) for key in ("seq", "direction", "insurance", "amount")]
        lines.append(" ".join(str(value) for value in [line.label, *values] if value not in (None, "")))
    return lines


def test_the_total_is_the_sum_of_the_rows() -> None:
    total = worked_10().total()

    assert total["cases"] == 5
    assert total["total_fee"] == 113430 + 5370836 + 20410300 - 100000 == 25794566
    assert total["due"] == 62771 + 2688219 + 14279754 - 60000 == 16970744
    assert set(total) == {column.key for column in FORM_10.leaves[4:]}


def test_a_subtotal_per_insurance_type() -> None:
    employee, resident = worked_10().subtotals()

    assert (employee.label, employee.values["cases"], employee.values["due"]) == ("职工小计", 3, 2750990)
    assert (resident.label, resident.values["cases"], resident.values["due"]) == ("居民小计", 2, 14219754)
    assert 2750990 + 14219754 == 16970744


def test_inner_subtotals_stand_before_outer_ones() -> None:
    rows = (row("应收", "职工", 500), row("应收", "居民", 300), row("应付", "居民", -100))

    assert outline(filled(SMALL, rows)) == [
        "1 应收 职工 500",
        "应收职工小计 500",
        "2 应收 居民 300",
        "应收居民小计 300",
        "应收小计 800",
        "3 应付 居民 -100",
        "应付居民小计 -100",
        "应付小计 -100",
        "合计 700",
    ]


def test_subtotals_of_scattered_rows_stand_after_all_rows() -> None:
    sheet = replace(SMALL, subtotals=(Total(("insurance",), "{value}合计"),))
    rows = (row("应收", "职工", 500), row("应收", "居民", 300), row("应付", "职工", 20))

    assert outline(filled(sheet, rows)) == [
        "1 应收 职工 500",
        "2 应收 居民 300",
        "3 应付 职工 20",
        "职工合计 520",
        "居民合计 300",
        "合计 820",
    ]


def test_a_row_that_does_not_count_has_no_number_and_enters_no_sum() -> None:
    sheet = replace(SMALL, subtotals=(Total(("direction",)),))
    rows = (row("应收", "职工", 500), row("月均", "", 500, counted=False), row("应付", "职工", 20))

    assert outline(filled(sheet, rows)) == [
        "1 应收 职工 500",
        "应收小计 500",
        "月均 500",
        "2 应付 职工 20",
        "应付小计 20",
        "合计 520",
    ]


def test_two_equal_rows_both_count() -> None:
    sheet = replace(SMALL, subtotals=(Total(("direction",)),))
    twins = (row("应收", "职工", 500), row("应收", "职工", 500))

    assert outline(filled(sheet, twins))[-2:] == ["应收小计 1000", "合计 1000"]


def test_a_sheet_without_rows_has_a_total_of_nil() -> None:
    data = filled(SMALL, ())

    assert data.subtotals() == ()
    assert data.total() == {"amount": 0}


@pytest.mark.parametrize("value", [12.5, True, Decimal("12.50"), "12.50"], ids=str)
def test_only_whole_numbers_are_summed(value: object) -> None:
    with pytest.raises(TypeError, match="row r1, amount: .* is not a whole number"):
        filled(SMALL, (Row("r1", {"amount": value}),))


def test_a_factor_is_a_decimal() -> None:
    data = filled(FORM_6_1, (Row("r1", {"insurance_type": "职工", "factor": Decimal("1.50")}),))

    assert FORM_6_1.leaves[5].text(data.lines()[0].values["factor"]) == "1.50"


def test_the_rows_cannot_be_changed_afterwards() -> None:
    values = {"amount": 1}
    one = Row("r1", values)
    values["amount"] = 2

    assert one.values["amount"] == 1
    with pytest.raises(TypeError):
        one.values["amount"] = 3  # type: ignore[index]


def test_title_and_date_are_filled_in() -> None:
    signed, draft = filled(SMALL, ()), filled(SMALL, (), prepared_on=None)

    assert signed.title == "吉林省长春市统筹区2026年10月表"
    assert (signed.is_draft, signed.signature("编制日期")) == (False, "2026年11月20日")
    assert (draft.is_draft, draft.signature("编制日期")) == (True, "草稿")
    assert (signed.signature("制表人"), signed.signature("盖章")) == ("王秀兰", "")


def test_the_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        filled(SMALL, (), as_of=datetime(2026, 11, 20))  # noqa: DTZ001
