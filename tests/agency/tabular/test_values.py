"""One cell at a time: text, amounts, days and moments as files really hold them."""

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agency.money import MoneyError
from agency.tabular.values import (
    DigitsLost,
    as_shown,
    column_letters,
    column_number,
    is_number_cell,
    lost_digits,
    to_date,
    to_fen,
    to_moment,
    to_text,
    to_texts,
)

quick = settings(max_examples=200)
moment = datetime(2026, 10, 5, 14, 3)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  张三 ", "张三"),
        ("\u3000张三\u00a0", "张三"),
        ("张\u200b三\ufeff", "张三"),
        ("欧阳𬍡䶮", "欧阳𬍡䶮"),
        ("㈠㎡①Ⅳ鿍", "㈠㎡①Ⅳ鿍"),
        ("长春市Ａ座，２楼（东院）", "长春市A座，2楼（东院）"),
        ("跨省（省平台）", "跨省（省平台）"),
        ("Ｈ２２０１０２０００１４", "H22010200014"),
        ("２０２６－１０－０５", "2026-10-05"),
        ("１，２３４．５０", "1,234.50"),
        ("高血压\n糖尿病", "高血压 糖尿病"),
        ("甲\r\n乙\t丙", "甲 乙 丙"),
        ("a\x00b\x1fc", "ab c"),
        ("John  Smith", "John  Smith"),
        ("'=1+1", "=1+1"),
        ("'-5", "-5"),
        ("O'Neil", "O'Neil"),
        ("'甲'", "'甲'"),
        ("", ""),
        (None, ""),
        (20261021.0, "20261021"),
        (202610, "202610"),
        (12.34, "12.34"),
        (0.1 + 0.2, "0.3"),
        (2.9999999999999996, "3"),
        (1234567.8900000001, "1234567.89"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (1e5, "100000"),
        (12.345, "12.345"),
        (999999999999999.0, "999999999999999"),
        (True, "TRUE"),
        (date(2026, 10, 5), "2026-10-05"),
        (moment, "2026-10-05 14:03:00"),
        (time(14, 3), "14:03:00"),
    ],
)
def test_a_cell_becomes_one_line_of_clean_text(cell: object, text: str) -> None:
    assert to_text(cell) == text
    assert as_shown(cell) == text
    assert to_texts([cell, "甲"]) == [text, "甲"]
    assert to_text(text) == text


@pytest.mark.parametrize(
    "row",
    [
        ["202610000000000001", "林梅", "白城市第5医院", "2026-10-23 08:52:14", "0.00", ""],
        ["甲 ", " 乙", "丙"],
        [" 甲", "乙 "],
        ["", "", ""],
        ["甲|乙", "a | b", "（东院）", "𬍡"],
        ["甲\n乙", "'=1"],
        [1.0, "Ａ", None, date(2026, 10, 5)],
        [],
    ],
)
def test_a_row_at_once_reads_like_its_cells(row: list[object]) -> None:
    assert to_texts(row) == [to_text(cell) for cell in row]


@given(st.lists(st.text(alphabet=" \t\n|'=甲Ａ（，1.\u3000\u00a0\u200b\ufeff𬍡", max_size=6), max_size=5))
@quick
def test_rows_and_cells_agree_and_clean_text_stays_clean(row: list[str]) -> None:
    texts = to_texts(row)

    assert texts == [to_text(cell) for cell in row]
    assert [to_text(text) for text in texts] == texts


@pytest.mark.parametrize(
    ("cell", "lost"),
    [
        (1.1010519491231e17, True),
        (202610000000000001, True),
        (1e15, True),
        (999999999999999.0, False),
        (20261021103000.0, False),
        (12345678901234.56, True),
        (12345678901234.5, False),
        (123456789012.34, False),
        (0.1 + 0.2, False),
        (float("nan"), True),
        (float("inf"), True),
        ("202610000000000001", False),
        (True, False),
        (None, False),
    ],
)
def test_a_number_of_more_than_fifteen_digits_is_lost(cell: object, lost: bool) -> None:
    assert lost_digits(cell) is lost


def test_lost_digits_never_become_text_or_an_amount_but_can_be_shown() -> None:
    for read in (to_text, to_fen):
        with pytest.raises(DigitsLost, match="15 位"):
            read(1.1010519491231e17)
    assert as_shown(1.1010519491231e17) == "1.1010519491231e+17"


def test_only_numbers_are_number_cells() -> None:
    assert [is_number_cell(cell) for cell in (1, 1.5, True, "1", None, date(2026, 1, 1))] == [
        *(True, True),
        *(False, False, False, False),
    ]


@pytest.mark.parametrize(
    ("cell", "fen"),
    [(12.34, 1234), (0.1 + 0.2, 30), (-0.07, -7), (100.0, 10000), (5, 500), ("１２．３", 1230), ("0.00", 0)],
)
def test_amounts_come_from_text_and_from_excel_numbers(cell: object, fen: int) -> None:
    assert to_fen(cell) == fen


@pytest.mark.parametrize("cell", [12.345, 0.001, True, None, "", "#N/A", date(2026, 10, 5)])
def test_a_cell_without_an_amount_is_refused_and_never_0(cell: object) -> None:
    with pytest.raises(MoneyError):
        to_fen(cell)


@given(st.integers(-(10**13), 10**13))
@quick
def test_every_amount_survives_as_excel_number(fen: int) -> None:
    assert to_fen(fen / 100) == fen


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-10-05", "2026/10/5", "20261005", "2026-10-5", " 2026-10-05\u3000", "２０２６－１０－０５"),
        *("2026-10-05 14:03:00", "2026/10/5 8:52", "20261005 08:00"),
        *(date(2026, 10, 5), moment, 46300, 46300.0, 46300.5855, 20261005, 20261005.0),
    ],
)
def test_a_day_is_read_in_every_spelling(cell: object) -> None:
    assert to_date(cell) == date(2026, 10, 5)
    assert type(to_date(cell)) is date


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-10-05 14:03:00", moment),
        ("2026-10-05T14:03:00", moment),
        ("2026-10-05 14:03", moment),
        ("2026/10/5 14:03", moment),
        ("2026-10-05  14:03:00", moment),
        ("2026-10-05 14:03:00.0", moment),
        ("２０２６－１０－０５　１４：０３", moment),
        ("２０２６-１０-０５ １４:０３:００", moment),
        (moment, moment),
        (datetime(2026, 10, 5, 14, 2, 59, 999700), moment),  # noqa: DTZ001
        (46300.585416666666, moment),
        ("2026-10-05", datetime(2026, 10, 5)),  # noqa: DTZ001
        (date(2026, 10, 5), datetime(2026, 10, 5)),  # noqa: DTZ001
        (20261005.0, datetime(2026, 10, 5)),  # noqa: DTZ001
        ("9999-12-31", datetime(9999, 12, 31)),  # noqa: DTZ001
    ],
)
def test_a_moment_is_read_in_every_spelling(cell: object, expected: datetime) -> None:
    assert to_moment(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        *("", "昨天", "2026-13-01", "2026-02-30", "2026105", "202610", "26-10-05", "10/5/2026", "2026-10/05"),
        *("2026-10-05 24:00:00", "2026-10-05 14:60", "2026-10-05 14:03+08", "2026-10-05 14:03:00.5"),
        *("2026-10-05 14:03:0x", "2026-W41-1 14:03:00", "0001-01-01", "0001-01-01 00:00:00", "2026-10-05 8"),
        *(
            None,
            True,
            time(14, 3),
            0,
            202610,
            2026.0,
            9999.0,
            99999999,
            1.5e9,
            1e300,
            float("nan"),
            "1" * 100,
        ),
    ],
)
def test_what_is_no_date_is_refused(cell: object) -> None:
    for read in (to_date, to_moment):
        with pytest.raises(ValueError, match="2026-10-05|15 位") as refusal:
            read(cell)
        assert len(str(refusal.value)) < 90


@given(st.datetimes(datetime(1927, 6, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0)))  # noqa: DTZ001
@quick
def test_excel_serials_and_text_give_the_same_moment(at: datetime) -> None:
    since = at - datetime(1899, 12, 30)  # noqa: DTZ001
    serial = since.days + since.seconds / 86400

    assert to_moment(serial) == at
    assert to_moment(at.isoformat()) == at
    assert to_moment(f"{at:%Y/%m/%d %H:%M:%S}") == at
    assert to_date(serial) == at.date()


def test_columns_have_letters() -> None:
    pairs = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]

    assert [column_letters(index) for index, _ in pairs] == [letters for _, letters in pairs]
    assert [column_number(letters) for _, letters in pairs] == [index for index, _ in pairs]
