"""What only looks like a cause: differences that have none, and cases on which both sides agree."""

from __future__ import annotations

from agency.identity import check_digit
from tests.settlement.reconciliation.planted import AT, OUTSIDE, Month, Person, Plant, Planted, Row
from tests.settlement.reconciliation.planting import (
    ACCOUNT,
    CERT,
    FUND,
    HOSPITAL,
    INSURANCE,
    NAME,
    NUMBER,
    SETTLED,
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

LOOKALIKES: list[Plant] = []
plant = planter(LOOKALIKES)


@plant
def ours_alone(month: Month, row: Row) -> Planted:
    return only(month, [month.case(row[NUMBER], plain=True)], [])


@plant
def ours_alone_though_filed(month: Month, row: Row) -> Planted:
    who = month.chance.choice(month.filed)
    return only(month, [month.case(row[NUMBER], who, place=month.chance.choice(OUTSIDE))], [])


@plant
def theirs_alone(month: Month, row: Row) -> Planted:
    planted = only(month, [], [month.case(month.new_number(), plain=True)])
    planted.ours.append(row)
    planted.theirs.append(row)
    return planted


def _amount_apart(**gaps: int) -> Plant:
    def make(month: Month, row: Row) -> Planted:
        sizes = {abs(gap) for gap in gaps.values()}
        while row[ACCOUNT] in sizes or (row[FUND] + gaps.get("基金支付总额", 0)) % 100 == 0:
            row = month.case(row[NUMBER])
        return both(month, row, moved(row, **gaps), K.AMOUNT_DIFFERS)

    return make


LOOKALIKES += [
    _amount_apart(统筹基金=500, 基金支付总额=500, 个人现金=-500),
    _amount_apart(统筹基金=-11, 基金支付总额=-11, 个人现金=11),
    _amount_apart(医疗费总额=12_345, 全自费=12_345, 个人现金=12_345),
]


@plant
def account_and_a_little(month: Month, row: Row) -> Planted:
    row = with_account(month, row)
    return both(month, row, moved(row, 基金支付总额=row[ACCOUNT] + 101), K.AMOUNT_DIFFERS)


@plant
def nearly_its_deduction(month: Month, row: Row) -> Planted:
    while row[FUND] < 5_000 or abs(row[FUND] // 3 + 37 - row[ACCOUNT]) < 20:
        row = month.case(row[NUMBER])
    fen = row[FUND] // 3
    theirs = moved(row, 统筹基金=-fen - 37, 基金支付总额=-fen - 37, 个人现金=fen + 37)
    planted = both(month, row, theirs, K.AMOUNT_DIFFERS)
    planted.deductions.append((row[NUMBER], fen))
    return planted


@plant
def other_insurance(month: Month, row: Row) -> Planted:
    other = "390" if row[INSURANCE] == "310" else "310"
    return both(month, row, changed(row, 险种=other), K.OWNER_DIFFERS)


def relative_of(month: Month, row: Row) -> Person:
    """Somebody of the same name and birthday, with a right number of their own."""
    serial = f"{(int(row[CERT][14:17]) + 11) % 1000:03d}"
    digits = row[CERT][:14] + serial
    return Person(
        digits + check_digit(digits), row[NAME], f"T{row[NUMBER]}", row[AT["参保地区划"]], row[INSURANCE]
    )


@plant
def namesake(month: Month, row: Row) -> Planted:
    theirs = changed(row, 证件号码=relative_of(month, row).cert_no)
    return both(month, row, theirs, K.OWNER_DIFFERS)


@plant
def other_hospital(month: Month, row: Row) -> Planted:
    return both(month, row, changed(row, 定点医药机构编号=f"{row[HOSPITAL][:7]}00031"), K.OWNER_DIFFERS)


@plant
def a_family_on_one_day(month: Month, row: Row) -> Planted:
    """Two of one name in one hospital on one day, with equal amounts: ours of one, theirs of the other."""
    row = month.case(row[NUMBER], plain=True)
    theirs = changed(row, 结算编号=month.new_number(), 证件号码=relative_of(month, row).cert_no)
    return only(month, [row], [theirs])


@plant
def a_family_with_like_numbers(month: Month, row: Row) -> Planted:
    row = month.case(row[NUMBER], plain=True)
    number = swapped(month, row[NUMBER], lambda other: not month.is_taken(other))
    theirs = changed(row, 结算编号=number, 证件号码=relative_of(month, row).cert_no)
    return only(month, [row], [theirs])


@plant
def the_next_day(month: Month, row: Row) -> Planted:
    """The same person, institution and amounts, on another day."""
    row = month.case(row[NUMBER], plain=True)
    day = f"{row[SETTLED][:8]}{int(row[SETTLED][8:10]) % 28 + 1:02d}"
    theirs = changed(row, 结算编号=month.new_number(), 结算时间=f"{day} 10:00:00", 入院日期=day, 出院日期=day)
    return only(month, [row], [theirs])


@plant
def another_hospital_that_day(month: Month, row: Row) -> Planted:
    row = month.case(row[NUMBER], plain=True)
    theirs = changed(row, 结算编号=month.new_number(), 定点医药机构编号=f"{row[HOSPITAL][:7]}00032")
    return only(month, [row], [theirs])


@plant
def one_number_of_two_rows(month: Month, row: Row) -> Planted:
    planted = both(month, row, row, K.DUPLICATE)
    planted.theirs.append(moved(row, 统筹基金=700, 基金支付总额=700, 个人现金=-700))
    return planted


@plant
def refunded_and_settled_again(month: Month, row: Row) -> Planted:
    """What both have alike: a case, its refund and the case again."""
    rows = [row, refund(row, month.new_number()), changed(row, 结算编号=month.new_number())]
    return Planted(rows, [list(one) for one in reversed(rows)])


@plant
def two_visits_alike(month: Month, row: Row) -> Planted:
    rows = [row, changed(row, 结算编号=month.new_number(), 结算时间=f"{row[SETTLED][:10]} 19:30:00")]
    return Planted(rows, rows)
