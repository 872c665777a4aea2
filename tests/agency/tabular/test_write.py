"""Tables out: inert, exact, and the same bytes for the same data."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agency.tabular import write
from agency.tabular.read import TableError, open_table
from agency.tabular.values import to_date, to_fen, to_moment, to_text
from agency.tabular.write import TableColumn, inert, write_csv, write_xlsx

AT = datetime(2026, 11, 5, 9, 30, tzinfo=timezone(timedelta(hours=8)))
COLUMNS = [
    TableColumn("证件号码", width=22),
    TableColumn("金额", "money"),
    TableColumn("人次", "int"),
    TableColumn("日期", "date"),
    TableColumn("结算时间", "moment", 20),
]
DAY = datetime(2026, 10, 5)  # noqa: DTZ001
MOMENT = datetime(2026, 10, 23, 8, 52, 14)  # noqa: DTZ001
ROWS = [
    ["22010219541010651X", 1234, 3, date(2026, 10, 5), MOMENT],
    ["=1+1", -1230, -1, None, None],
    ["欧阳𬍡䶮", 0, 0, "未定", ""],
]
DANGEROUS = ["=1+1", "+86", "-1+2", "@SUM(A1)", "\tx", "\rx", "＝1+1", '=HYPERLINK("http://x")']


def csv_bytes(columns: list[TableColumn], rows: list, **options: str) -> bytes:
    buffer = io.BytesIO()
    write_csv(buffer, columns, rows, **options)
    return buffer.getvalue()


def xlsx_bytes(columns: list[TableColumn], rows: list, at: datetime = AT) -> bytes:
    buffer = io.BytesIO()
    write_xlsx(buffer, "结算明细", columns, rows, at=at)
    return buffer.getvalue()


def test_csv_is_a_header_and_rows_in_utf_8_with_a_mark() -> None:
    assert csv_bytes(COLUMNS, ROWS).decode("utf-8") == (
        "\ufeff证件号码,金额,人次,日期,结算时间\r\n"
        "22010219541010651X,12.34,3,2026-10-05,2026-10-23 08:52:14\r\n"
        "'=1+1,-12.30,-1,,\r\n"
        "欧阳𬍡䶮,0.00,0,未定,\r\n"
    )


def test_csv_comes_in_another_encoding_when_asked_for() -> None:
    content = csv_bytes(COLUMNS, ROWS, encoding="gb18030")

    assert open_table(content, filename="x", expected=["证件号码", "金额"]).encoding == "gb18030"
    assert "欧阳𬍡䶮" in content.decode("gb18030")


def test_the_number_of_rows_is_told(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "x.csv", COLUMNS, iter(ROWS)) == 3
    assert write_xlsx(tmp_path / "x.xlsx", "表", COLUMNS, iter(ROWS), at=AT) == 3
    assert write_xlsx(str(tmp_path / "y.xlsx"), "表", COLUMNS, [], at=AT) == 0
    assert open_table(tmp_path / "y.xlsx", filename="y").header == [column.title for column in COLUMNS]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(text: str) -> None:
    column = [TableColumn("原因"), TableColumn("金额", "money")]

    (_, (in_csv, _)) = csv.reader(io.StringIO(csv_bytes(column, [[text, 1]]).decode("utf-8-sig"), newline=""))
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(column, [[text, 1]]))).active

    assert in_csv == "'" + text == inert(text)
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.replace("_x000D_", "\r") == text
    assert sheet["A2"].hyperlink is None


def test_a_heading_is_as_inert_as_a_cell() -> None:
    assert csv_bytes([TableColumn("=1+1")], []).decode("utf-8-sig") == "'=1+1\r\n"


def test_ordinary_text_and_numbers_of_any_kind_stay_as_they_are() -> None:
    plain = ["张三", "", "1-2", "'甲", "a=b", "-119.20", "-5"]
    assert [inert(text) for text in plain] == plain
    assert [inert(text) for text in ("-1+2", "-1.", "--1", "-１")] == ["'-1+2", "'-1.", "'--1", "'-１"]
    assert csv_bytes([TableColumn("我方")], [[Decimal("-12.30")], [-5], [Decimal("1E+3")]]).endswith(
        b"\r\n-12.30\r\n-5\r\n1000\r\n"
    )


def test_xlsx_holds_text_ids_real_numbers_and_dates() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(COLUMNS, ROWS))).active

    assert sheet.title == "结算明细"
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[2]] == ["22010219541010651X", 12.34, 3, DAY, MOMENT]
    assert [cell.number_format for cell in sheet[2]] == [
        *("@", "#,##0.00", "0"),
        *("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"),
    ]
    assert [cell.value for cell in sheet[4]] == ["欧阳𬍡䶮", 0, 0, "未定", None]


@pytest.mark.parametrize("as_bytes", [csv_bytes, xlsx_bytes])
def test_what_is_written_is_read_back_the_same(as_bytes) -> None:
    table = open_table(as_bytes(COLUMNS, ROWS), filename="x", expected=["证件号码", "金额"])
    first, second, third = (row.cells for row in table.rows())

    assert [to_text(row[0]) for row in (first, second, third)] == ["22010219541010651X", "=1+1", "欧阳𬍡䶮"]
    assert [to_fen(row[1]) for row in (first, second, third)] == [1234, -1230, 0]
    assert [to_text(row[2]) for row in (first, second, third)] == ["3", "-1", "0"]
    assert (to_date(first[3]), to_moment(first[4])) == (date(2026, 10, 5), MOMENT)
    assert (to_text(second[3]), to_text(third[3])) == ("", "未定")


@given(st.lists(st.integers(-(10**16) + 1, 10**16 - 1), min_size=1, max_size=20))
@settings(max_examples=25)
def test_amounts_of_any_size_come_back_to_the_cent(amounts: list[int]) -> None:
    columns = [TableColumn("金额", "money"), TableColumn("序号", "int")]
    rows = [[fen, index] for index, fen in enumerate(amounts)]

    for content in (csv_bytes(columns, rows), xlsx_bytes(columns, rows)):
        table = open_table(content, filename="x", expected=["金额", "序号"])
        assert [to_fen(row.cells[0]) for row in table.rows()] == amounts


def test_the_same_data_gives_the_same_bytes() -> None:
    content = xlsx_bytes(COLUMNS, ROWS)

    assert xlsx_bytes(COLUMNS, ROWS, AT.astimezone(UTC)) == content
    assert xlsx_bytes(COLUMNS, ROWS, AT + timedelta(seconds=1)) != content
    assert csv_bytes(COLUMNS, ROWS) == csv_bytes(COLUMNS, iter(ROWS))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}
        assert {member.external_attr >> 16 & 0o777 for member in archive.infolist()} == {0o600}
        assert b"2026-11-05T01:30:00Z" in archive.read("docProps/core.xml")


def test_markup_in_a_text_is_a_text() -> None:
    text = '<r></t></is></c><c r="Z1"><f>1+1</f></c></r>'
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([TableColumn("原因")], [[text]]))).active

    assert sheet["A2"].value.strip() == text
    assert sheet.dimensions == "A1:A2"


def test_a_day_before_excel_is_a_text() -> None:
    content = xlsx_bytes([TableColumn("出生日期", "date")], [[date(1899, 12, 31)]])

    assert openpyxl.load_workbook(io.BytesIO(content)).active["A2"].value == "1899-12-31"


@pytest.mark.parametrize("rows", [[["x", 1.5]], [["x", True]], [["x"]], [["x", 1, 2]]])
def test_a_float_or_a_row_of_another_width_is_a_mistake_of_the_caller(rows: list) -> None:
    for as_bytes in (csv_bytes, xlsx_bytes):
        with pytest.raises((TypeError, ValueError)):
            as_bytes([TableColumn("甲"), TableColumn("金额", "money")], rows)


def test_more_rows_than_a_sheet_has_are_refused_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(write, "MAX_SHEET_ROWS", 4)
    buffer = io.BytesIO()

    assert write_xlsx(buffer, "表", [TableColumn("甲")], [["1"]] * 3, at=AT) == 3
    size = len(buffer.getvalue())
    with pytest.raises(TableError, match="导出 CSV") as refusal:
        write_xlsx(buffer, "表", [TableColumn("甲")], [["1"]] * 4, at=AT)

    assert refusal.value.code == "too_large"
    assert len(buffer.getvalue()) == size


def test_what_one_sheet_cannot_hold_goes_on_on_further_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "MAX_SHEET_ROWS", 4)
    buffer = io.BytesIO()
    rows = [[str(number)] for number in range(7)]

    count = write_xlsx(buffer, "结算明细", [TableColumn("甲")], iter(rows), at=AT, most_rows=7)
    book = openpyxl.load_workbook(buffer)

    assert count == 7
    assert book.sheetnames == ["结算明细", "结算明细 2", "结算明细 3"]
    assert [[cell.value for cell in sheet["A"]] for sheet in book] == [
        ["甲", "0", "1", "2"],
        ["甲", "3", "4", "5"],
        ["甲", "6"],
    ]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}


def test_a_title_that_stands_twice_keeps_both_columns() -> None:
    content = xlsx_bytes([TableColumn("列"), TableColumn(""), TableColumn("列")], [["1", "2", "3"]])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    assert [cell.value for cell in sheet[2]] == ["1", "2", "3"]
    assert [(cell.value or "").strip() for cell in sheet[1]] == ["列", "", "列"]


def test_a_text_too_long_for_a_cell_is_refused_and_never_cut() -> None:
    with pytest.raises(TableError, match="32,767"):
        xlsx_bytes([TableColumn("甲")], [["字" * 32_768]])


def test_an_inner_date_needs_its_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        xlsx_bytes(COLUMNS, ROWS, DAY)
