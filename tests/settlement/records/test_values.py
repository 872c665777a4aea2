"""Cells as they come: Excel's dates and numbers, full-width digits, separators, other certificates."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl.utils import get_column_letter

from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row

Run = Callable[..., Any]


@pytest.mark.parametrize(
    "settled",
    [
        "2026-10-09 10:30:00",
        "2026/10/9 10:30",
        "２０２６－１０－０９　１０：３０：００",
        " 2026-10-09 10:30:00 ",
        dt.datetime(2026, 10, 9, 10, 30),  # noqa: DTZ001 - a cell of Excel has no zone
        46304.4375,
    ],
)
def test_a_settlement_time_is_read_in_every_spelling(load: Run, check: Run, settled: object) -> None:
    load([row()])

    name = "cases.csv" if isinstance(settled, str) else "cases.xlsx"
    outcome = check([row(结算时间=settled)], name=name)

    assert (outcome.unchanged, outcome.accepted, outcome.refused) == (1, 0, [])


def test_a_settlement_time_without_a_time_of_day_is_midnight(load: Run) -> None:
    load([row(结算时间="20261009")])

    assert SettlementRecord.objects.get().settled_at.isoformat() == "2026-10-08T16:00:00+00:00"


@pytest.mark.parametrize("fee", ["1,000.00", "１０００．００", "1000", " 1000.0 ", "１，０００．００"])
def test_amounts_are_read_in_every_spelling(load: Run, check: Run, fee: str) -> None:
    load([row()])

    assert check([row(医疗费总额=fee)]).unchanged == 1


def test_numbers_of_excel_are_read_at_fifteen_digits(load: Run, check: Run) -> None:
    load([row(全自费="12.34", 符合政策范围="907.66")])

    outcome = check([row(全自费=12.34, 符合政策范围=907.66, 医疗费总额=1000, 险种=310)], name="cases.xlsx")

    assert outcome.unchanged == 1


@pytest.mark.parametrize("column", ["结算编号", "人员编号", "证件号码", "医疗费总额", "原结算编号"])
def test_a_number_that_excel_has_cut_refuses_its_row_with_its_cell(check: Run, column: str) -> None:
    outcome = check([row(), row("S2", **{column: 220102199001011281})], name="cases.xlsx")

    refused = outcome.refused[0]
    letter = get_column_letter(list(row()).index(column) + 1)
    assert (refused.code, refused.column, refused.place) == ("digits_lost", column, f"结算明细!{letter}3")
    assert outcome.accepted == 1


def test_digits_lost_in_a_column_that_is_ignored_do_not_matter(check: Run) -> None:
    outcome = check([row(流水=220102199001011281)], name="cases.xlsx")

    assert (outcome.accepted, outcome.ignored_columns) == (1, ["流水"])


def test_a_missing_value_comes_before_lost_digits(codes: Run) -> None:
    assert codes([row(姓名=None, 证件号码=220102199001011281)], name="cases.xlsx") == {1: "missing_value"}


@pytest.mark.parametrize(
    ("cert_type", "number", "stored"),
    [
        ("01", "22010219900101128x", "22010219900101128X"),
        ("01", "２２０１０２１９９００１０１１２８Ｘ", "22010219900101128X"),
        ("17", "830000199201300022", "830000199201300022"),
        ("07", "12345678", "12345678"),
        ("06", "H1234567890", "H1234567890"),
        ("03", "E12345678", "E12345678"),
    ],
)
def test_certificates_are_stored_in_one_form(load: Run, cert_type: str, number: str, stored: str) -> None:
    load([row(证件类型=cert_type, 证件号码=number)])

    record = SettlementRecord.objects.get()
    assert (record.cert_type, record.cert_no) == (cert_type, stored)


@pytest.mark.parametrize(
    ("cert_type", "number"), [("17", "830000199201300021"), ("07", "220102199001011281")]
)
def test_residence_permits_and_long_passes_need_their_check_digit(
    codes: Run, cert_type: str, number: str
) -> None:
    assert codes([row(证件类型=cert_type, 证件号码=number)]) == {1: "bad_id_number"}


def test_an_error_value_of_excel_is_no_amount(codes: Run) -> None:
    assert codes([row(医疗救助="#N/A")]) == {1: "bad_number"}
