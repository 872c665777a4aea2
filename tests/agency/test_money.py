"""Amounts in, amounts out: never rounded, never guessed."""

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agency.money import MoneyError, capitals, parse_yuan, plain_yuan, yuan

fen = st.integers(-(10**16) + 1, 10**16 - 1)
quick = settings(max_examples=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.50", 123450),
        ("1234.5", 123450),
        ("1234", 123400),
        ("0.00", 0),
        ("0", 0),
        ("0.07", 7),
        ("-0.00", 0),
        ("-12.30", -1230),
        ("-0.01", -1),
        ("1,234.50", 123450),
        ("12,345,678.9", 1234567890),
        ("-1,234", -123400),
        ("１２３４．５０", 123450),
        ("１，２３４．５０", 123450),
        ("－１２．３０", -1230),
        ("−12.30", -1230),
        ("  1234.50 ", 123450),
        ("\u3000１２．５\u00a0", 1250),
        ("\ufeff12.50\u200b", 1250),
        ("007.00", 700),
        ("99999999999999.99", 9999999999999999),
    ],
)
def test_an_amount_is_read_to_the_cent(text: str, expected: int) -> None:
    assert parse_yuan(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\u3000", "-", ".", "--1.00", "1-", "+5"),
        *("12.345", "12.300", "0.001", "1.2.3", ".50", "5."),
        *("1e5", "1E5", "1.5e3", "NaN", "Infinity", "一千", "12.30元", "￥12.30", "(12.30)", "12,50"),
        *("1,23.4", "1,2345.00", ",123.00", "1,,234.00", "1234,567.00", "1,234,56", "1,234.5,0"),
        *("1 234.50", "12 34", "1_000", "0x10", "١٢٫٥٠", "²3.00", "#N/A", "=1+1", "None"),
        *("100000000000000.00", "1" * 5000),
    ],
)
def test_what_is_no_amount_is_refused_and_never_0(text: str) -> None:
    with pytest.raises(MoneyError) as refusal:
        parse_yuan(text)

    assert refusal.value.code == "bad_number"
    assert len(refusal.value.message) < 100


def test_the_refusal_says_what_is_wrong() -> None:
    for text, words in (("12.345", "超过两位"), ("一千", "不是金额"), ("", "空"), ("9" * 20, "16 位")):
        with pytest.raises(MoneyError, match=words):
            parse_yuan(text)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (5, 500),
        (-5, -500),
        (Decimal("12.34"), 1234),
        (Decimal("-12.3"), -1230),
        (Decimal("1.500"), 150),
        (Decimal("1E+3"), 100000),
        (Decimal("0E-30"), 0),
    ],
)
def test_whole_yuan_and_decimals_are_exact(number: int | Decimal, expected: int) -> None:
    assert parse_yuan(number) == expected


@pytest.mark.parametrize(
    "number",
    [
        "12.345",
        "NaN",
        "Infinity",
        "1E+20",
        "1E-40",
        "1.0000000000000000000000000000000000000001",
        "1E+999999",
    ],
)
def test_a_decimal_finer_than_fen_or_without_value_is_refused(number: str) -> None:
    with pytest.raises(MoneyError):
        parse_yuan(Decimal(number))


def test_a_whole_number_of_more_than_sixteen_digits_is_refused() -> None:
    assert parse_yuan(99_999_999_999_999) == 9_999_999_999_999_900
    with pytest.raises(MoneyError):
        parse_yuan(100_000_000_000_000)


@pytest.mark.parametrize("value", [12.34, True, None, b"12"])
def test_other_types_are_a_mistake_of_the_caller(value: object) -> None:
    with pytest.raises(TypeError):
        parse_yuan(value)  # type: ignore[arg-type]


@given(fen)
@quick
def test_both_spellings_are_read_back_to_the_same_amount(amount: int) -> None:
    assert parse_yuan(yuan(amount)) == amount
    assert parse_yuan(plain_yuan(amount)) == amount
    assert parse_yuan(Decimal(plain_yuan(amount))) == amount


@given(st.text(alphabet="0123456789.,-eE ０１．，", max_size=12))
@quick
def test_whatever_is_read_is_what_the_characters_say(text: str) -> None:
    try:
        amount = parse_yuan(text)
    except MoneyError:
        return
    plain = text.translate(str.maketrans("０１．，", "01.,")).replace(",", "")
    assert Decimal(amount) / 100 == Decimal(plain.strip())


@pytest.mark.parametrize(
    ("amount", "pretty", "plain"),
    [
        (123450, "1,234.50", "1234.50"),
        (0, "0.00", "0.00"),
        (-1230, "-12.30", "-12.30"),
        (-5, "-0.05", "-0.05"),
        (9999999999999999, "99,999,999,999,999.99", "99999999999999.99"),
    ],
)
def test_amounts_are_written_with_two_decimals(amount: int, pretty: str, plain: str) -> None:
    assert yuan(amount) == pretty
    assert plain_yuan(amount) == plain


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (55, "伍角伍分"),
        (100, "壹元整"),
        (105, "壹元零伍分"),
        (1000, "壹拾元整"),
        (100500, "壹仟零伍元整"),
        (101010, "壹仟零壹拾元壹角"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (1000000, "壹万元整"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (100010000, "壹佰万零壹佰元整"),
        (10000000005, "壹亿元零伍分"),
        (10000000100, "壹亿零壹元整"),
        (1000100000000000, "壹拾万零壹拾亿元整"),
        (-1230, "负壹拾贰元叁角"),
    ],
)
def test_capitals_as_a_cashier_writes_them(amount: int, words: str) -> None:
    assert capitals(amount) == words


@given(
    st.one_of(
        fen,
        st.integers(-(10**7), 10**7),
        st.builds(lambda n, z: n * 10**z, st.integers(1, 999), st.integers(0, 12)),
    )
)
@settings(max_examples=500)
def test_capitals_agree_with_cn2an(amount: int) -> None:
    assert capitals(amount) == cn2an.an2cn(plain_yuan(amount), "rmb")


def test_capitals_of_more_than_sixteen_digits_are_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        capitals(10**16)
