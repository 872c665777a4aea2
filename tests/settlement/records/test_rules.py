"""The arithmetic of one case, without a database."""

import pytest

from settlement.records import rules

#         total  parts               fund  deductible  funds                        account cash hospital
RIGHT = [100000, 10000, 5000, 3000, 82000, 56000, 20000, 50000, 0, 6000, 0, 0, 0, 0, 14000, 30000, 0]


def changed(index: int, by: int) -> list[int]:
    amounts = list(RIGHT)
    amounts[index] += by
    return amounts


def test_a_right_case_has_no_gaps() -> None:
    gaps = (rules.parts_gap(RIGHT), rules.funds_gap(RIGHT, False), rules.payers_gap(RIGHT, False))
    assert gaps == (0, 0, 0)


@pytest.mark.parametrize("index", [1, 2, 3, 4])
def test_each_part_counts_to_the_cent(index: int) -> None:
    assert rules.parts_gap(changed(index, 1)) == -1


@pytest.mark.parametrize("index", range(7, 14))
def test_each_fund_counts_to_the_cent(index: int) -> None:
    assert rules.funds_gap(changed(index, 1), False) == -1


@pytest.mark.parametrize("index", [5, 14, 15, 16])
def test_each_payer_counts_to_the_cent(index: int) -> None:
    assert rules.payers_gap(changed(index, -1), False) == 1


def test_the_deductible_is_not_added() -> None:
    amounts = changed(6, 12345)
    assert (rules.parts_gap(amounts), rules.payers_gap(amounts, False)) == (0, 0)


def test_an_account_inside_the_fund_is_not_added_twice() -> None:
    amounts = changed(5, 14000)
    assert (rules.funds_gap(amounts, True), rules.payers_gap(amounts, True)) == (0, 0)
    assert (rules.funds_gap(amounts, False), rules.payers_gap(amounts, False)) == (14000, -14000)


def test_the_difference_is_named_in_yuan() -> None:
    assert rules.funds_message(changed(7, 123), False) == (
        "七项基金之和是 561.23 元，相差 -1.23 元。请向平台或医疗机构核对后改正。"
    )


@pytest.mark.parametrize(
    ("is_reversal", "total", "contradicts"),
    [
        (False, 1, False),
        (False, -1, True),
        (True, -1, False),
        (True, 1, True),
        (True, 0, False),
        (False, 0, False),
    ],
)
def test_the_flag_and_the_sign_agree(is_reversal: bool, total: int, contradicts: bool) -> None:
    assert rules.flag_contradicts(is_reversal, total) is contradicts


def test_a_reversal_negates_every_amount() -> None:
    who = dict.fromkeys(rules.SAME_IN_REVERSAL, "same")
    negative = [-fen for fen in RIGHT]

    assert rules.reversal_mismatch(who, negative, who, RIGHT) == ""
    assert (
        rules.reversal_mismatch({**who, "cert_no": "other"}, negative, who, RIGHT) == "证件号码与原结算不同"
    )
    for index, name in enumerate(rules.AMOUNT_NAMES):
        partial = list(negative)
        partial[index] += 1
        assert rules.reversal_mismatch(who, partial, who, RIGHT).startswith(f"{name}应为")
