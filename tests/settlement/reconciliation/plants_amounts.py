"""Causes of amounts that differ, each planted in a case: what both sides have of it, and the right answer."""

from __future__ import annotations

from tests.settlement.reconciliation.planted import Month, Plant, Planted, Row
from tests.settlement.reconciliation.planting import (
    ACCOUNT,
    CASH,
    FUND,
    NUMBER,
    C,
    K,
    both,
    moved,
    only,
    planter,
    with_account,
)

CAUSES: list[Plant] = []
plant = planter(CAUSES)


# --- 差额等于扣款 ------------------------------------------------------------


def _deducted(part: float, *columns: str, sign: int = -1) -> Plant:
    def make(month: Month, row: Row) -> Planted:
        while row[FUND] < 5_000:
            row = month.case(row[NUMBER])
        fen = int(row[FUND] * part) + 13
        gaps = dict.fromkeys(columns, sign * fen)
        if "医疗费总额" not in columns:
            gaps["个人现金"] = -sign * fen
        planted = both(month, row, moved(row, **gaps), K.AMOUNT_DIFFERS, C.DEDUCTION)
        planted.deductions.append((row[NUMBER], fen))
        return planted

    return make


CAUSES += [
    _deducted(0.1, "统筹基金", "基金支付总额"),
    _deducted(0.3, "统筹基金", "基金支付总额", sign=1),
    _deducted(0.2, "医疗费总额", "符合政策范围", "统筹基金", "基金支付总额"),
]


@plant
def two_deductions(month: Month, row: Row) -> Planted:
    while row[FUND] < 5_000:
        row = month.case(row[NUMBER])
    one, other = row[FUND] // 7 + 11, row[FUND] // 9 + 23
    theirs = moved(row, 统筹基金=-one - other, 基金支付总额=-one - other)
    planted = both(month, row, theirs, K.AMOUNT_DIFFERS, C.DEDUCTION)
    planted.deductions += [(row[NUMBER], one), (row[NUMBER], other)]
    return planted


@plant
def deducted_whole(month: Month, row: Row) -> Planted:
    while row[FUND] < 5_000:
        row = month.case(row[NUMBER], plain=True)
    planted = only(month, [row], [], C.DEDUCTION)
    planted.deductions.append((row[NUMBER], row[FUND]))
    return planted


# --- 差额等于个人账户 ------------------------------------------------------------


@plant
def account_in_the_fund_total(month: Month, row: Row) -> Planted:
    row = with_account(month, row)
    theirs = moved(row, 基金支付总额=row[ACCOUNT])
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.ACCOUNT_SHARE)


@plant
def account_as_fund(month: Month, row: Row) -> Planted:
    row = with_account(month, row)
    share = row[ACCOUNT]
    theirs = moved(row, 统筹基金=share, 基金支付总额=share, 个人账户=-share)
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.ACCOUNT_SHARE)


@plant
def account_as_cash(month: Month, row: Row) -> Planted:
    row = with_account(month, row)
    theirs = moved(row, 个人账户=-row[ACCOUNT], 个人现金=row[ACCOUNT])
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.ACCOUNT_SHARE)


@plant
def account_taken_out_of_the_fund_twice(month: Month, row: Row) -> Planted:
    while row[ACCOUNT] < 500 or row[FUND] < row[ACCOUNT] or row[CASH] < 0:
        row = month.case(row[NUMBER])
    theirs = moved(row, 基金支付总额=-row[ACCOUNT])
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.ACCOUNT_SHARE)


# --- 尾差 ------------------------------------------------------------


@plant
def a_few_fen(month: Month, row: Row) -> Planted:
    fen = month.chance.choice([-1, 1]) * month.chance.randrange(1, 11)
    theirs = moved(row, 统筹基金=fen, 基金支付总额=fen, 个人现金=-fen)
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.ROUNDING)


@plant
def a_few_fen_in_the_fee(month: Month, row: Row) -> Planted:
    theirs = moved(row, 医疗费总额=2, 符合政策范围=2, 个人现金=1, 基金支付总额=1)
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.ROUNDING)


@plant
def fund_in_whole_yuan(month: Month, row: Row) -> Planted:
    while row[FUND] % 100 < 15 or row[FUND] % 100 > 85 or row[FUND] % 100 == 50:
        row = month.case(row[NUMBER])
    gap = (row[FUND] + 50) // 100 * 100 - row[FUND]
    theirs = moved(row, 统筹基金=gap, 基金支付总额=gap, 个人现金=-gap)
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.ROUNDING)
