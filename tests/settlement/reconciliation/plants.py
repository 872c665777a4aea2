"""What can be planted in a month: every cause in its forms, and what only looks like one."""

from __future__ import annotations

from tests.settlement.reconciliation import plants_amounts, plants_numbers
from tests.settlement.reconciliation.lookalikes import LOOKALIKES
from tests.settlement.reconciliation.nearly import NEARLY
from tests.settlement.reconciliation.planted import AMOUNTS, OUTSIDE, Month, Plant, Planted, Row
from tests.settlement.reconciliation.planting import (
    CASH,
    NUMBER,
    C,
    K,
    both,
    changed,
    in_month,
    moved,
    only,
    planter,
    refund,
    with_account,
)

CAUSES: list[Plant] = []
plant = planter(CAUSES)


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


@plant
def settled_a_month_earlier_at_other_amounts(month: Month, row: Row) -> Planted:
    theirs = moved(in_month(row, -1), 统筹基金=-1_703, 基金支付总额=-1_703, 个人现金=1_703)
    return both(month, row, theirs, K.PERIOD_DIFFERS, C.OTHER_MONTH)


@plant
def kept_in_the_month_before_at_other_amounts(month: Month, row: Row) -> Planted:
    theirs = month.case(month.new_number(), plain=True)
    ours = moved(in_month(theirs, -1), 医疗费总额=1_703, 全自费=1_703, 个人现金=1_703)
    planted = Planted([row], [row, theirs], other_months=[ours])
    planted.answer(theirs[NUMBER], K.ONLY_THEIRS, C.OTHER_MONTH)
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


@plant
def their_refund_alone_that_names_nothing(month: Month, row: Row) -> Planted:
    back = changed(refund(row, month.new_number()), 原结算编号="")
    planted = Planted([row], [row, back])
    planted.answer(back[NUMBER], K.ONLY_THEIRS, C.REVERSAL_PAIR)
    return planted


@plant
def our_refund_alone_of_a_case_of_the_month_before(month: Month, row: Row) -> Planted:
    original = in_month(month.case(month.new_number(), plain=True), -1)
    back = in_month(refund(original, month.new_number()), 1)
    planted = Planted([row, back], [row], other_months=[original])
    planted.answer(back[NUMBER], K.ONLY_OURS, C.REVERSAL_PAIR)
    return planted


@plant
def their_refund_alone_of_a_case_of_the_month_before(month: Month, row: Row) -> Planted:
    original = in_month(month.case(month.new_number(), plain=True), -1)
    back = in_month(refund(original, month.new_number()), 1)
    planted = Planted([row], [row, back], other_months=[original])
    planted.answer(back[NUMBER], K.ONLY_THEIRS, C.REVERSAL_PAIR)
    return planted


# --- 没有有效备案 ------------------------------------------------------------


@plant
def not_filed(month: Month, row: Row) -> Planted:
    who = month.chance.choice(month.unfiled)
    row = month.case(row[NUMBER], who, place=month.chance.choice(OUTSIDE))
    return only(month, [row], [], C.FILING_MISSING)


PLANTS = [*CAUSES, *plants_amounts.CAUSES, *plants_numbers.CAUSES, *LOOKALIKES, *NEARLY]
