"""Form 4's arithmetic: exact quantities, amounts rounded half up, and what a slip must be."""

from __future__ import annotations

import datetime as dt

import pytest

from filings.outside_care.rules import (
    Item,
    QuantityError,
    line_amount,
    parse_quantity,
    quantity_text,
    slip_reasons,
    total_of,
)


@pytest.mark.parametrize(
    ("text", "milli", "shown"),
    [("2", 2000, "2"), ("1.5", 1500, "1.5"), ("０．１２５", 125, "0.125"), ("1,000.50", 1000500, "1000.5")],
)
def test_a_quantity_is_exact(text: str, milli: int, shown: str) -> None:
    assert parse_quantity(text) == milli
    assert quantity_text(milli) == shown


@pytest.mark.parametrize(
    "text", ["", "0", "0.000", "-1", "1.2345", "1e3", "两盒", "99999999", "1000000.001", "1,5", "1,50"]
)
def test_what_is_no_quantity_is_refused_never_rounded(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [(1500, 6835, 10253), (333, 1000, 333), (1, 499, 0), (1, 500, 1), (2500, 1, 3), (4000, 38600, 154400)],
)
def test_an_amount_is_rounded_half_up_to_the_fen(quantity: int, price: int, amount: int) -> None:
    assert line_amount(quantity, price) == amount


def test_the_total_is_the_sum_of_the_rounded_lines() -> None:
    assert total_of([Item("甲", 1500, 1), Item("乙", 1500, 1)]) == 4


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"items": []}, ["items_missing"]),
        ({"is_same_institution": True}, ["same_institution"]),
        ({"prescribed_on": dt.date(2026, 11, 9)}, ["date_before_admission"]),
        ({"prescribed_on": dt.date(2026, 11, 16)}, ["date_after_discharge"]),
        ({"prescribed_on": dt.date(2026, 11, 21)}, ["date_ahead"]),
    ],
)
def test_a_slip_is_written_during_the_stay_for_somewhere_else(
    changes: dict[str, object], codes: list[str]
) -> None:
    values: dict[str, object] = {
        "items": [Item("甲", 1000, 1)],
        "prescribed_on": dt.date(2026, 11, 12),
        "admitted_on": dt.date(2026, 11, 10),
        "discharged_on": dt.date(2026, 11, 15),
        "is_same_institution": False,
        "on": dt.date(2026, 11, 20),
    }

    found = slip_reasons(**{**values, **changes})  # type: ignore[arg-type]

    assert [reason.code for reason in found] == codes
