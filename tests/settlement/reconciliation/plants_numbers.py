"""Causes of numbers that differ, or stand twice, each planted in a case, with the right answer."""

from __future__ import annotations

from agency.identity import is_resident_number
from tests.settlement.reconciliation.planted import Month, Plant, Planted, Row
from tests.settlement.reconciliation.planting import (
    ACCOUNT,
    CERT,
    FUND,
    HOSPITAL,
    NUMBER,
    SETTLED,
    C,
    K,
    both,
    changed,
    moved,
    only,
    planter,
    swapped,
)

CAUSES: list[Plant] = []
plant = planter(CAUSES)


# --- 编号数字颠倒 ------------------------------------------------------------


@plant
def number_swapped(month: Month, row: Row) -> Planted:
    number = swapped(month, row[NUMBER], lambda other: not month.is_taken(other))
    return only(month, [row], [changed(row, 结算编号=number)], C.DIGITS_SWAPPED)


@plant
def number_swapped_far_apart(month: Month, row: Row) -> Planted:
    number = swapped(month, row[NUMBER], lambda other: not month.is_taken(other), far=True)
    return only(month, [row], [changed(row, 结算编号=number)], C.DIGITS_SWAPPED)


@plant
def identity_swapped_far_apart(month: Month, row: Row) -> Planted:
    """Ten places apart the check digit does not find it: then they may be two people."""
    cert_no = swapped(month, row[CERT], lambda other: not is_resident_number(other), far=True)
    return both(month, row, changed(row, 证件号码=cert_no), K.OWNER_DIFFERS, C.DIGITS_SWAPPED)


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
def number_without_its_last_digit(month: Month, row: Row) -> Planted:
    while row[NUMBER][:-1] in month.answers:
        row = month.case(month.new_number())
    return only(month, [row], [changed(row, 结算编号=row[NUMBER][:-1])], C.OTHER_NUMBER)


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
