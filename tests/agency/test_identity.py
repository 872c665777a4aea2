"""ID numbers: what they must be, and what they say."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agency.identity import IdentityError, age_on, area_name, check_digit, id_warnings, read_id_number

OLD_STANDARD_EXAMPLE = "11010519491231002X"


@pytest.mark.parametrize(
    ("cert_type", "typed", "number", "birth_date", "sex", "area"),
    [
        ("01", OLD_STANDARD_EXAMPLE, OLD_STANDARD_EXAMPLE, date(1949, 12, 31), "female", "110105"),
        ("01", "11010519491231002x", OLD_STANDARD_EXAMPLE, date(1949, 12, 31), "female", "110105"),
        (
            "01",
            "１１０１０５１９４９１２３１００２Ｘ",
            OLD_STANDARD_EXAMPLE,
            date(1949, 12, 31),
            "female",
            "110105",
        ),
        ("01", " 110105 19491231 002X\u3000", OLD_STANDARD_EXAMPLE, date(1949, 12, 31), "female", "110105"),
        ("1", OLD_STANDARD_EXAMPLE, OLD_STANDARD_EXAMPLE, date(1949, 12, 31), "female", "110105"),
        ("01", "440524188001010014", "440524188001010014", date(1880, 1, 1), "male", "440524"),
        ("01", "220199195410106504", "220199195410106504", date(1954, 10, 10), "female", "220199"),
        ("17", "810000199408230021", "810000199408230021", date(1994, 8, 23), "female", "810000"),
        ("17", "830000199201300022", "830000199201300022", date(1992, 1, 30), "female", "830000"),
        ("07", "810000199408230021", "810000199408230021", date(1994, 8, 23), "female", "810000"),
    ],
)
def test_a_resident_number_says_birth_date_sex_and_area(
    cert_type: str, typed: str, number: str, birth_date: date, sex: str, area: str
) -> None:
    read = read_id_number(cert_type, typed)

    assert (read.number, read.birth_date, read.sex, read.area_code) == (number, birth_date, sex, area)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" \u3000", "empty"),
        ("110105491231002", "fifteen_digits"),
        ("110105194912310021", "check_digit"),
        ("110105194912310029", "check_digit"),
        ("11010519491231022X", "check_digit"),
        ("11010519490230002X", "birth_date"),
        ("11010519491331002X", "birth_date"),
        ("11010500001231002X", "birth_date"),
        ("11010517991231002X", "birth_date"),
        ("1101051949123100X2", "shape"),
        ("11010519491231002", "shape"),
        ("11010519491231002X1", "shape"),
        ("１１０１０５张三", "shape"),
        ("²10105194912310021", "shape"),
        ("1.1010519491231e+17", "shape"),
    ],
)
@pytest.mark.parametrize("cert_type", ["01", "17"])
def test_a_wrong_resident_number_is_refused_with_its_reason(cert_type: str, typed: str, reason: str) -> None:
    with pytest.raises(IdentityError) as refusal:
        read_id_number(cert_type, typed)

    assert refusal.value.code == "bad_id_number"
    assert refusal.value.facts["reason"] == reason
    assert not typed.strip() or typed not in refusal.value.message


def test_fifteen_digits_are_told_what_to_do() -> None:
    with pytest.raises(IdentityError, match="15 位.*18 位"):
        read_id_number("01", "110105491231002")


def test_a_birth_after_the_day_asked_for_is_refused_and_otherwise_not_judged() -> None:
    number = "22010220990101" + "123"
    number += check_digit(number)

    assert read_id_number("01", number).birth_date == date(2099, 1, 1)
    assert read_id_number("01", number, on=date(2099, 1, 1)).birth_date == date(2099, 1, 1)
    with pytest.raises(IdentityError) as refusal:
        read_id_number("01", number, on=date(2098, 12, 31))
    assert refusal.value.facts["reason"] == "birth_date_in_future"


@pytest.mark.parametrize(
    ("cert_type", "typed", "number"),
    [
        ("02", " E12345678 ", "E12345678"),
        ("03", "Ｇ１２３４５６７８", "G12345678"),
        ("07", "H1234567890", "H1234567890"),
        ("07", "110105491231002", "110105491231002"),
        ("99", "军字第0012345号", "军字第0012345号"),
        ("02", "a" * 30, "a" * 30),
    ],
)
def test_other_documents_are_text(cert_type: str, typed: str, number: str) -> None:
    read = read_id_number(cert_type, typed)

    assert (read.number, read.birth_date, read.sex, read.area_code) == (number, None, None, None)


@pytest.mark.parametrize(
    ("cert_type", "typed"), [("02", ""), ("02", "   "), ("02", "a" * 31), ("07", "810000199408230022")]
)
def test_other_documents_have_limits_too(cert_type: str, typed: str) -> None:
    with pytest.raises(IdentityError):
        read_id_number(cert_type, typed)


@given(
    st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.integers(0, 999), st.integers(0, 17), st.integers(1, 9)
)
@settings(max_examples=200)
def test_any_single_wrong_digit_is_found(birth: date, order: int, place: int, shift: int) -> None:
    body = f"220102{birth:%Y%m%d}{order:03d}"
    number = body + check_digit(body)
    assert read_id_number("01", number).birth_date == birth

    digit = 10 if number[place] == "X" else int(number[place])
    wrong = number[:place] + str((digit + shift) % 10) + number[place + 1 :]
    if wrong != number:
        with pytest.raises(IdentityError):
            read_id_number("01", wrong)


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.integers(0, 999))
@settings(max_examples=100)
def test_the_check_digit_satisfies_mod_11_2(birth: date, order: int) -> None:
    body = f"220102{birth:%Y%m%d}{order:03d}"
    digits = [10 if char == "X" else int(char) for char in body + check_digit(body)]

    assert sum(digit * pow(2, 17 - place, 11) for place, digit in enumerate(digits)) % 11 == 1


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("220102", "长春市南关区"),
        ("220581", "通化市梅河口市"),
        ("222401", "延边朝鲜族自治州延吉市"),
        ("110101", "北京市东城区"),
        ("330113", "杭州市临平区"),
        ("653228", "和田地区和康县"),
        ("810000", "香港特别行政区"),
        ("830000", "台湾省"),
        ("999999", None),
        ("220199", None),
    ],
)
def test_area_codes_have_names(code: str, name: str | None) -> None:
    assert area_name(code) == name


def test_an_unknown_area_is_a_warning_and_no_refusal() -> None:
    assert id_warnings("220102195410106504") == []
    assert id_warnings("E12345678") == []
    assert id_warnings("220199195410106504") == [
        "证件号码前六位 220199 不在现行行政区划表中（可能是旧区划），请与原件核对。"
    ]


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(1966, 10, 5), date(2026, 10, 4), 59),
        (date(1966, 10, 5), date(2026, 10, 5), 60),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2026, 10, 5), date(2026, 10, 5), 0),
    ],
)
def test_age_is_in_completed_years(birth: date, on: date, age: int) -> None:
    assert age_on(birth, on) == age
