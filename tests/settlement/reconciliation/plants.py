"""Every cause in its forms, each planted in a case: what both sides have of it, and which answer is right."""

from __future__ import annotations

from tests.settlement.reconciliation.lookalikes import LOOKALIKES
from tests.settlement.reconciliation.planted import AMOUNTS, OUTSIDE, Month, Plant, Planted, Row
from tests.settlement.reconciliation.planting import (
    ACCOUNT,
    CASH,
    CERT,
    FUND,
    HOSPITAL,
    NUMBER,
    SETTLED,
    C,
    K,
    both,
    changed,
    in_month,
    moved,
    only,
    refund,
    swapped,
    with_account,
)

CAUSES: list[Plant] = []


def plant(make: Plant) -> Plant:
    CAUSES.append(make)
    return make


# --- 同一笔在前后月 ------------------------------------------------------------


@plant
def settled_a_month_earlier(month: Month, row: Row) -> Planted:
    return both(month, row, in_month(row, -1), K.PERIOD_DIFFERS, C.OTHER_MONTH)


@plant
def settled_a_month_later(month: Month, row: Row) -> Planted:
    return both(month, row, in_month(row, 1), K.PERIOD_DIFFERS, C.OTHER_MONTH)


def _kept_in(months: int) -> Plant:
    def make(month: Month, row: Row) -> Planted:
        """Their row of this month is a case of ours of a month beside; another case stays what it is."""
        theirs = month.case(month.new_number(), plain=True)
        planted = Planted([row], [row, theirs], other_months=[in_month(theirs, months)])
        planted.answer(theirs[NUMBER], K.ONLY_THEIRS, C.OTHER_MONTH)
        return planted

    return make


CAUSES += [_kept_in(-1), _kept_in(1)]


@plant
def settled_in_a_month_that_is_not_ours(month: Month, row: Row) -> Planted:
    """Nobody of ours has it in any month."""
    theirs = in_month(month.case(month.new_number()), -1)
    planted = only(month, [], [theirs], C.OTHER_MONTH)
    planted.ours.append(row)
    planted.theirs.append(row)
    return planted


# --- 符号或冲正对不上 ------------------------------------------------------------


@plant
def flag_alone(month: Month, row: Row) -> Planted:
    return both(month, row, changed(row, 退费标志="1"), K.REVERSAL_DIFFERS, C.REVERSAL_PAIR)


@plant
def their_whole_refund(month: Month, row: Row) -> Planted:
    theirs = changed(refund(row, row[NUMBER]), 原结算编号="")
    return both(month, row, theirs, K.REVERSAL_DIFFERS, C.REVERSAL_PAIR)


@plant
def signs_alone(month: Month, row: Row) -> Planted:
    theirs = list(row)
    theirs[AMOUNTS] = [-fen for fen in row[AMOUNTS]]
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.REVERSAL_PAIR)


@plant
def sign_of_cash(month: Month, row: Row) -> Planted:
    row = with_account(month, row) if not row[CASH] else row
    return both(month, row, changed(row, 个人现金=-row[CASH]), K.AMOUNT_DIFFERS, C.REVERSAL_PAIR)


@plant
def both_halves_ours(month: Month, row: Row) -> Planted:
    return only(month, [row, refund(row, month.new_number())], [], C.REVERSAL_PAIR)


@plant
def both_halves_theirs(month: Month, row: Row) -> Planted:
    other = month.case(month.new_number(), plain=True)
    planted = only(month, [], [other, refund(other, month.new_number())], C.REVERSAL_PAIR)
    planted.ours.append(row)
    planted.theirs.append(row)
    return planted


@plant
def our_refund_alone(month: Month, row: Row) -> Planted:
    back = refund(row, month.new_number())
    planted = Planted([row, back], [row])
    planted.answer(back[NUMBER], K.ONLY_OURS, C.REVERSAL_PAIR)
    return planted


@plant
def their_refund_alone(month: Month, row: Row) -> Planted:
    back = refund(row, month.new_number())
    planted = Planted([row], [row, back])
    planted.answer(back[NUMBER], K.ONLY_THEIRS, C.REVERSAL_PAIR)
    return planted


@plant
def our_original_alone(month: Month, row: Row) -> Planted:
    back = refund(row, month.new_number())
    planted = Planted([row, back], [back])
    planted.answer(row[NUMBER], K.ONLY_OURS, C.REVERSAL_PAIR)
    return planted


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


# --- 编号数字颠倒 ------------------------------------------------------------


@plant
def number_swapped(month: Month, row: Row) -> Planted:
    number = swapped(month, row[NUMBER], lambda other: not month.is_taken(other))
    return only(month, [row], [changed(row, 结算编号=number)], C.DIGITS_SWAPPED)


@plant
def identity_swapped(month: Month, row: Row) -> Planted:
    cert_no = swapped(month, row[CERT], lambda other: other != row[CERT])
    return both(month, row, changed(row, 证件号码=cert_no), K.OWNER_DIFFERS, C.DIGITS_SWAPPED)


@plant
def institution_swapped(month: Month, row: Row) -> Planted:
    code = swapped(month, row[HOSPITAL], lambda other: int(other[7:]) > 100)
    return both(month, row, changed(row, 定点医药机构编号=code), K.OWNER_DIFFERS, C.DIGITS_SWAPPED)


@plant
def fund_swapped(month: Month, row: Row) -> Planted:
    """By more than a 尾差 and not by the account."""
    gap = 0
    while abs(gap) < 100 or abs(gap) == row[ACCOUNT]:
        row = month.case(row[NUMBER])
        text = str(row[FUND])
        if len(text) > 4 and len(set(text)) > 2:
            gap = int(swapped(month, text, lambda other: other[0] != "0")) - row[FUND]
    theirs = moved(row, 统筹基金=gap, 基金支付总额=gap, 个人现金=-gap)
    return both(month, row, theirs, K.AMOUNT_DIFFERS, C.DIGITS_SWAPPED)


# --- 同人同日同机构另一编号 ------------------------------------------------------------


@plant
def another_number(month: Month, row: Row) -> Planted:
    return only(month, [row], [changed(row, 结算编号=month.new_number())], C.OTHER_NUMBER)


@plant
def another_number_and_time(month: Month, row: Row) -> Planted:
    theirs = changed(row, 结算编号=month.new_number(), 结算时间=f"{row[SETTLED][:10]} 19:41:07")
    return only(month, [row], [theirs], C.OTHER_NUMBER)


@plant
def listed_again_under_another_number(month: Month, row: Row) -> Planted:
    theirs = changed(row, 结算编号=month.new_number())
    planted = Planted([row], [row, theirs])
    planted.answer(theirs[NUMBER], K.ONLY_THEIRS, C.OTHER_NUMBER)
    return planted


@plant
def stored_again_under_another_number(month: Month, row: Row) -> Planted:
    ours = changed(row, 结算编号=month.new_number())
    planted = Planted([row, ours], [row])
    planted.answer(ours[NUMBER], K.ONLY_OURS, C.OTHER_NUMBER)
    return planted


@plant
def another_number_and_amounts(month: Month, row: Row) -> Planted:
    theirs = moved(row, 统筹基金=-731, 基金支付总额=-731, 个人现金=731)
    return only(month, [row], [changed(theirs, 结算编号=month.new_number())], C.OTHER_NUMBER)


@plant
def two_visits_of_one_day_renumbered(month: Month, row: Row) -> Planted:
    """Two cases of one person, day and institution, both under other numbers: by their amounts."""
    second = moved(changed(row, 结算编号=month.new_number()), 医疗费总额=900, 符合政策范围=900, 个人现金=900)
    theirs = [changed(one, 结算编号=month.new_number()) for one in (second, row)]
    return only(month, [row, second], theirs, C.OTHER_NUMBER)


# --- 同一行报了两次 ------------------------------------------------------------


@plant
def twins(month: Month, row: Row) -> Planted:
    planted = both(month, row, row, K.DUPLICATE, C.TWIN_ROW)
    planted.theirs.append(list(row))
    return planted


@plant
def triplets_with_other_names(month: Month, row: Row) -> Planted:
    planted = both(month, row, row, K.DUPLICATE, C.TWIN_ROW)
    planted.theirs += [changed(row, 定点医药机构名称=f"{name}医院") for name in "甲乙"]
    return planted


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


# --- 没有有效备案 ------------------------------------------------------------


@plant
def not_filed(month: Month, row: Row) -> Planted:
    who = month.chance.choice(month.unfiled)
    row = month.case(row[NUMBER], who, place=month.chance.choice(OUTSIDE))
    return only(month, [row], [], C.FILING_MISSING)


PLANTS = [*CAUSES, *LOOKALIKES]
