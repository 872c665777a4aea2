"""What is nearly a cause and none: differences that a doctor in a hurry would explain."""

from __future__ import annotations

from collections.abc import Callable

from tests.settlement.reconciliation.planted import AT, Month, Plant, Planted, Row
from tests.settlement.reconciliation.planting import (
    ACCOUNT,
    CERT,
    FUND,
    NUMBER,
    SETTLED,
    C,
    K,
    both,
    changed,
    moved,
    only,
    planter,
    refund,
    swapped,
    with_account,
)

WHOSE = ("结算编号", "人员编号", "证件号码", "姓名", "险种", "参保地区划")
NEARLY: list[Plant] = []
plant = planter(NEARLY)


@plant
def two_people_with_equal_amounts(month: Month, row: Row) -> Planted:
    """In one hospital, within the same second: ours of one, theirs of the other."""
    row = month.case(row[NUMBER], plain=True)
    other = month.case(month.new_number(), plain=True)
    while other[CERT] == row[CERT]:
        other = month.case(other[NUMBER], plain=True)
    whose = {name: other[AT[name]] for name in WHOSE}
    return only(month, [row], [changed(row, **whose)])


@plant
def like_numbers_of_other_days(month: Month, row: Row) -> Planted:
    """Somebody who comes every few days for the same: two of the visits, whose numbers look swapped."""
    row = month.case(row[NUMBER], plain=True)
    number = swapped(month, row[NUMBER], lambda other: not month.is_taken(other))
    day = f"{row[SETTLED][:8]}{(int(row[SETTLED][8:10]) + 1) % 28 + 1:02d}"
    theirs = changed(row, 结算编号=number, 结算时间=f"{day} 10:00:00", 入院日期=day, 出院日期=day)
    return only(month, [row], [theirs])


@plant
def another_visit_of_the_day(month: Month, row: Row) -> Planted:
    """Two visits of one person, day and hospital which have nothing else in common."""
    row = month.case(row[NUMBER], plain=True)
    theirs = moved(
        row, 医疗费总额=90_001, 符合政策范围=90_001, 统筹基金=50_003, 基金支付总额=50_003, 个人现金=39_998
    )
    return only(month, [row], [changed(theirs, 结算编号=month.new_number())])


@plant
def listed_again_at_other_amounts(month: Month, row: Row) -> Planted:
    """One row agrees; the other has another number, and amounts that are nearly the same."""
    row = month.case(row[NUMBER], plain=True)
    theirs = moved(row, 统筹基金=-731, 基金支付总额=-731, 个人现金=731)
    planted = only(month, [], [changed(theirs, 结算编号=month.new_number())])
    planted.ours.append(row)
    planted.theirs.append(row)
    return planted


@plant
def three_rows_of_which_two_are_alike(month: Month, row: Row) -> Planted:
    planted = both(month, row, row, K.DUPLICATE)
    planted.theirs += [
        row,
        changed(row, 出院日期=f"{row[SETTLED][:8]}{int(row[SETTLED][8:10]) % 28 + 1:02d}"),
    ]
    return planted


@plant
def refund_of_nothing(month: Month, row: Row) -> Planted:
    """Nobody has what it refunds."""
    back = refund(month.case(month.new_number(), plain=True), month.new_number())
    planted = only(month, [], [back])
    planted.ours.append(row)
    planted.theirs.append(row)
    return planted


@plant
def refund_of_nothing_that_names_nothing(month: Month, row: Row) -> Planted:
    back = refund(month.case(month.new_number(), plain=True), month.new_number())
    planted = only(month, [], [changed(back, 原结算编号="")])
    planted.ours.append(row)
    planted.theirs.append(row)
    return planted


def _settled_again(side: str) -> Plant:
    def make(month: Month, row: Row) -> Planted:
        """Both have the case; its refund one of them, and the case settled again, which is no copy."""
        row = month.case(row[NUMBER], plain=True)
        back = refund(row, month.new_number())
        again = changed(row, 结算编号=month.new_number(), 结算时间=f"{row[SETTLED][:10]} 20:15:00")
        planted = Planted([row], [row])
        getattr(planted, side).extend([back, again])
        kind = K.ONLY_OURS if side == "ours" else K.ONLY_THEIRS
        planted.answer(back[NUMBER], kind, C.REVERSAL_PAIR)
        planted.answer(again[NUMBER], kind)
        return planted

    return make


NEARLY += [_settled_again("ours"), _settled_again("theirs")]


@plant
def deduction_of_another_case(month: Month, row: Row) -> Planted:
    """What the fund is off by was deducted from somebody else's case."""
    while row[FUND] < 5_000 or abs(row[FUND] // 3 - row[ACCOUNT]) < 20:
        row = month.case(row[NUMBER])
    fen = row[FUND] // 3
    other = month.case(month.new_number())
    while other[FUND] < fen:
        other = month.case(other[NUMBER])
    planted = both(month, row, moved(row, 统筹基金=-fen, 基金支付总额=-fen, 个人现金=fen), K.AMOUNT_DIFFERS)
    planted.ours.append(other)
    planted.theirs.append(other)
    planted.deductions.append((other[NUMBER], fen))
    return planted


def _identity(change: Callable[[str], str]) -> Plant:
    def make(month: Month, row: Row) -> Planted:
        return both(month, row, changed(row, 证件号码=change(row[CERT])), K.OWNER_DIFFERS)

    return make


def _one_digit(text: str) -> str:
    return f"{text[:9]}{(int(text[9]) + 3) % 10}{text[10:]}"


def _three_turned(text: str) -> str:
    """Three different digits, each in the next one's place."""
    at = next(at for at in range(len(text) - 3) if len({*text[at : at + 3]}) == 3)
    return text[:at] + text[at + 1 : at + 3] + text[at] + text[at + 3 :]


NEARLY += [_identity(_one_digit), _identity(_three_turned), _identity(lambda text: text[:-1])]


@plant
def fund_without_its_last_digit(month: Month, row: Row) -> Planted:
    gap = 0
    while abs(gap) < 1_000 or -gap == row[ACCOUNT]:
        row = month.case(row[NUMBER])
        gap = row[FUND] // 10 - row[FUND]
    return both(month, row, moved(row, 统筹基金=gap, 基金支付总额=gap, 个人现金=-gap), K.AMOUNT_DIFFERS)


@plant
def account_in_fen(month: Month, row: Row) -> Planted:
    """Their column of 个人账户 is in fen, read as yuan."""
    row = with_account(month, row)
    return both(month, row, changed(row, 个人账户=100 * row[ACCOUNT]), K.AMOUNT_DIFFERS)
