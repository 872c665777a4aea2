"""Which other numbers and names may mean the same person: the rules, without a database."""

from __future__ import annotations

import datetime as dt

import pytest

from filings.people.twins import (
    Likeness,
    Record,
    likeness,
    meant_numbers,
    names_alike,
    near_numbers,
    new_numbers,
    old_number,
)

LI = "220102195604182784"  # the check digit is right
BORN = dt.date(1956, 4, 18)


@pytest.mark.parametrize(
    ("near", "how"),
    [
        ("220103195604182780", "the sixth digit"),
        ("220102195604182768", "the sixteenth"),
        ("220102195604182792", "the seventeenth"),
        ("220102195604187286", "15 and 16 swapped"),
        ("220102196504182781", "9 and 10 swapped"),
        ("220120195604182787", "5 and 6 swapped"),
    ],
)
def test_one_digit_or_two_neighbours_lead_to_a_number_with_its_own_check_digit(near: str, how: str) -> None:
    assert near in near_numbers(LI), how
    assert LI in near_numbers(near)


def test_neighbours_are_valid_numbers_and_never_the_number_itself() -> None:
    near = near_numbers(LI)

    assert LI not in near
    assert not any(number[10:14] in ("1304", "0431", "0438") for number in near)  # no such months or days
    assert 100 < len(near) < 170


@pytest.mark.parametrize("number", ["", "E1234567A", "22010219560418278", "220102195604182785", "2" * 18])
def test_what_is_no_valid_number_has_no_neighbours(number: str) -> None:
    assert near_numbers(number) == frozenset()


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("220102195604182785", "the check digit"),
        ("220102195604182783", "the check digit"),
        ("220103195604182784", "the sixth digit, the check digit as it is"),
        ("220102195604812784", "14 and 15 swapped"),
        ("220102195604182748", "the last two swapped"),
        ("22010219560418284", "one left out"),
        ("2201021956041827784", "one twice"),
        ("２２０１０２１９５６０４１８２７８５", "full-width"),
        ("2201 0219 5604 1827 85", "with spaces"),
    ],
)
def test_a_wrong_number_leads_to_those_that_may_have_been_meant(typed: str, slip: str) -> None:
    assert LI in meant_numbers(typed), slip


@pytest.mark.parametrize("typed", [LI, "", "E1234567A", "2201021956041", "张三", "2201021956041827A4"])
def test_a_right_number_and_what_is_no_number_mean_nothing_else(typed: str) -> None:
    assert meant_numbers(typed) == frozenset()


def test_an_old_number_and_the_new_one_lead_to_each_other() -> None:
    assert old_number(LI) == "220102560418278"
    assert LI in new_numbers("220102560418278")
    assert old_number("220102200401182782") == ""
    assert new_numbers("22010256041827A") == new_numbers(LI) == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("李桂芳", "李桂芳", True),
        ("李桂芳", "李桂芬", True),
        ("李桂芳", "李贵方", True),
        ("安娜·伊万诺娃", "安娜伊万诺娃", True),
        ("SMITH JOHN", "Smith John", True),
        ("李桂芳", "", True),
        ("李桂芳", "王建国", False),
        ("李桂芳", "李国强", False),
        ("李", "王", False),
    ],
)
def test_names_are_alike_when_one_may_be_the_other_misspelt(one: str, other: str, same: bool) -> None:
    assert names_alike(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (Record(LI, "李桂芳", BORN), Record("220102195604182792", "李桂芳", BORN), Likeness.NUMBER),
        (Record(LI, "", BORN), Record("220102195604182792", "李桂芳", BORN), Likeness.NUMBER),
        (Record(LI, "李桂芳", BORN), Record("220102195604182792", "王建国", BORN), None),
        (Record("220102195604182785", "", None), Record(LI, "李桂芳", BORN), Likeness.NUMBER),
        (Record(LI, "李桂芳", BORN), Record("220102560418278", "李桂芳", None), Likeness.OLD_NUMBER),
        (Record("220102560418278", "", None), Record(LI, "李桂芳", BORN), Likeness.OLD_NUMBER),
        (Record(LI, "李桂芳", BORN), Record("830000195604180025", "李桂芳", BORN), Likeness.NAME),
        (Record(LI, "李桂芳", BORN), Record("220102196604182786", "李桂芬", BORN), None),
        (Record(LI, "李桂芳", BORN), Record("E1234567A", "李桂芳", None), Likeness.NAME_ONLY),
        (Record("E1234567A", "李桂芳", None), Record(LI, "李桂芳", BORN), Likeness.NAME_ONLY),
        (Record(LI, "李桂芳", BORN), Record("220104195411023878", "李桂芳", dt.date(1954, 11, 2)), None),
        (Record(LI, "", BORN), Record("E1234567A", "", None), None),
    ],
)
def test_why_two_records_may_be_one_person(one: Record, other: Record, why: Likeness | None) -> None:
    assert likeness(one, other) is why
