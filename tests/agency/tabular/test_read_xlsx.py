"""XLSX files as clerks make them: titles, several sheets, numbers where text belongs, error values."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from agency.tabular.read import Table, TableError, open_table
from agency.tabular.values import lost_digits, to_date, to_fen, to_moment, to_text

COLUMNS = ("结算编号", "姓名", "医疗费总额", "入院日期", "setl_id", "psn_name", "medfee_sumamt", "begndate")
HEADER = ["结算编号", "姓名", "医疗费总额", "入院日期"]


def workbook(*rows: list, title: str = "结算明细") -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book, sheet


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def opened(content: bytes, **limits: Any) -> Table:
    return open_table(content, filename="十月.xlsx", expected=COLUMNS, **limits)


def repacked(content: bytes, member: str, change) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == member else data)
    return buffer.getvalue()


def test_cells_come_as_text_numbers_and_dates() -> None:
    at = datetime(2026, 10, 5, 14, 3, 7)  # noqa: DTZ001
    book, _ = workbook(
        HEADER, ["202610000000000001", "欧阳𬍡䶮", 12.34, date(2026, 10, 5)], ["2", "乙", 0.1 + 0.2, at]
    )

    table = opened(saved(book))
    first, second = table.rows()

    assert (table.encoding, table.sheet, table.header) == ("xlsx", "结算明细", HEADER)
    assert first.cells[:2] == ["202610000000000001", "欧阳𬍡䶮"]
    assert (to_fen(first.cells[2]), to_fen(second.cells[2])) == (1234, 30)
    assert (to_date(first.cells[3]), to_moment(second.cells[3])) == (date(2026, 10, 5), at)


def test_a_numeric_id_has_lost_its_digits_and_is_found_by_sheet_and_cell() -> None:
    book, sheet = workbook()
    for column, name in enumerate(HEADER):
        sheet.cell(5, 3 + column, name)
    sheet["C17"], sheet["E17"] = 202610000000000001, 20261021

    (row,) = opened(saved(book)).rows()

    assert lost_digits(row.cells[0])
    assert row.address(0) == "结算明细!C17"
    assert row.address(2) == "结算明细!E17"
    assert to_text(row.cells[2]) == "20261021"
    assert row.line_no == 17


def test_titles_blank_rows_and_hidden_rows_do_no_harm() -> None:
    book, sheet = workbook(["吉林省跨统筹区结算明细"], [], ["单位：元", None, 2026, "姓名"], HEADER)
    sheet.append(["1", "甲", 1.5, "2026-10-05"])
    sheet.append([])
    sheet.append(["2", "乙", 0, "2026-10-06", None, "多"])
    sheet.append([None, " ", "\u3000"])
    sheet.append([None, None, 0])
    sheet.row_dimensions[5].hidden = True

    table = opened(saved(book))
    rows = list(table.rows())

    assert (table.header, table.header_line) == (HEADER, 4)
    assert [row.line_no for row in rows] == [5, 7, 9]
    assert [row.extra for row in rows] == [False, True, False]
    assert rows[0].cells == ["1", "甲", 1.5, "2026-10-05"]
    assert [row.cells for row in table.rows()] == [row.cells for row in rows]


def test_the_sheet_with_the_header_is_chosen_and_a_hidden_one_never() -> None:
    book, hidden = workbook(HEADER, ["旧", "旧", 1, "2026-01-01"], title="存档")
    hidden.sheet_state = "hidden"
    notes = book.create_sheet("填表说明")
    for pair in (["列名", "平台字段"], ["结算编号", "setl_id"], ["姓名", "psn_name"]):
        notes.append(pair)
    data = book.create_sheet("数据")
    data.append(HEADER)
    data.append(["1", "甲", 2, "2026-10-05"])
    book.active = 2

    table = opened(saved(book))

    assert table.sheet == "数据"
    assert [row.address(1) for row in table.rows()] == ["数据!B2"]


def test_an_unknown_header_is_the_first_filled_row_of_the_first_filled_sheet() -> None:
    book, _ = workbook(title="空")
    sheet = book.create_sheet("别的")
    sheet.append(["甲", "乙"])
    sheet.append([1, 2])

    table = opened(saved(book))

    assert (table.sheet, table.header, len(list(table.rows()))) == ("别的", ["甲", "乙"], 1)


def test_an_empty_workbook_has_no_rows() -> None:
    table = opened(saved(workbook()[0]))

    assert (table.header, list(table.rows())) == ([], [])


def test_error_values_and_formulas_without_a_result_are_no_empty_cells() -> None:
    book, sheet = workbook(HEADER, ["1", "甲", "#N/A", "2026-10-05"], ["2", "乙", "=1+1", "#REF!"])
    for address in ("C2", "D3"):
        sheet[address].data_type = "e"

    first, second = opened(saved(book)).rows()

    assert first.cells == ["1", "甲", "#N/A", "2026-10-05"]
    assert second.cells == ["2", "乙", "=1+1", "#REF!"]


def test_a_formula_with_a_result_is_its_result() -> None:
    content = saved(workbook(HEADER, ["1", "甲", "=1+1", "x"])[0])
    computed = repacked(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v />", b"<v>2</v>"))

    (row,) = opened(computed).rows()

    assert row.cells[2] == 2


def test_duplicate_columns_are_refused() -> None:
    with pytest.raises(TableError, match="姓名") as refusal:
        opened(saved(workbook([*HEADER, "姓 名"], ["1"])[0]))

    assert refusal.value.code == "duplicate_column"


def test_a_file_that_unpacks_too_large_is_refused() -> None:
    with pytest.raises(TableError, match="展开后") as refusal:
        opened(saved(workbook(HEADER)[0]), max_unpacked_bytes=1000)

    assert refusal.value.code == "too_large"


def test_a_stray_cell_far_away_is_refused_before_room_is_made_for_it() -> None:
    book, sheet = workbook(HEADER, ["1", "甲", 1, "2026-10-05"])
    sheet["XFD1048576"] = "零星"

    with pytest.raises(TableError, match="XFD1048576") as refusal:
        opened(saved(book))

    assert refusal.value.code == "too_large"


def test_a_cell_that_claims_a_row_far_away_is_refused_too() -> None:
    good = saved(workbook(HEADER, ["1", "甲", 1, "2026-10-05"])[0])
    far = repacked(good, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="A2"', b'r="A99999999"'))

    with pytest.raises(TableError, match="太大"):
        opened(far)


def test_other_zip_files_and_damaged_ones_are_refused() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    good = saved(workbook(HEADER, ["1", "甲", 1, "2026-10-05"])[0])
    flipped = bytearray(good)
    flipped[len(good) // 3] ^= 0xFF
    no_book = repacked(good, "xl/workbook.xml", lambda xml: xml[:50])

    for content, words in (
        (other.getvalue(), "不是 XLSX"),
        (good[:2000], "已损坏"),
        (bytes(flipped), "已损坏|打不开"),
    ):
        with pytest.raises(TableError, match=words):
            opened(content)
    with pytest.raises(TableError, match="已损坏"):
        opened(no_book)


def test_a_size_that_lies_is_found_by_unpacking() -> None:
    good = saved(workbook(HEADER, *[["1", "甲", 1, "2026-10-05"]] * 500)[0])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size

    lying = good.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))

    assert lying != good
    with pytest.raises(TableError, match="已损坏"):
        opened(lying)
