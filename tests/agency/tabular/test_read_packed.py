"""What a workbook hides, a ZIP that holds a text, files without a header, what would bring a reader down."""

from __future__ import annotations

import io
import resource
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agency.tabular import workbook as own_process
from agency.tabular.headerless import HeaderlessLayout
from agency.tabular.read import TableError, open_table
from agency.tabular.write import TableColumn, write_xlsx
from tests.agency.tabular.test_read_xlsx import COLUMNS, HEADER, opened, repacked, saved, workbook

ROW = ["1", "甲", 1.5, "2026-10-05"]
LAYOUT = HeaderlessLayout(
    title="明细", columns=("编号", "金额", "备注"), source="约定", signs={"金额": r"-?[0-9.]+"}
)


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def test_hidden_rows_and_columns_are_read_and_told() -> None:
    book, sheet = workbook(HEADER, *[ROW] * 8)
    for line in (2, 3, 4, 5, 6, 7, 8):
        sheet.row_dimensions[line].hidden = True
    sheet.column_dimensions["C"].hidden = True

    table = opened(saved(book))

    assert len(list(table.rows())) == 8
    assert table.notes == (
        "有 7 行是隐藏的（第 2、3、4、5、6 行等），也照样读了。",
        "隐藏的列“医疗费总额”（C 列）也照样读了。",
    )


def test_which_sheet_was_read_is_told_and_others_like_it_are_named() -> None:
    book, _ = workbook(HEADER, ROW, title="十月")
    book.create_sheet("说明").append(["请核对"])
    one = opened(saved(book))
    book.create_sheet("十一月").append(HEADER)
    two = opened(saved(book))
    book["十一月"].append(ROW)
    three = opened(saved(book))

    assert one.notes == ("读的是工作表“十月”；“说明”没有读。",)
    assert (two.sheet, two.notes) == ("十月", ("读的是工作表“十月”；“说明”、“十一月”没有读。",))
    assert three.sheet == "十月"
    assert three.notes[0].startswith("工作表“十月”、“十一月”的表头一样，只读了前面的“十月”")


NEEDED = [("结算编号", "setl_id"), ("医疗费总额", "medfee_sumamt")]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_sheet_that_fits_is_read_whichever_place_it_has(place: int) -> None:
    """A summary has but some of the columns, a blank form has more of them but no rows."""
    book, _ = workbook(["姓名", "入院日期", "医疗费总额"], ["甲", "2026-10-05", 1.5], title="汇总")
    book.create_sheet("空表").append(HEADER)
    cases = book.create_sheet("十月", place)
    cases.append(["SETL_ID", "医疗费总额"])
    cases.append(["1", 1.5])

    table = opened(saved(book), needed=NEEDED)

    assert (table.sheet, [row.cells for row in table.rows()]) == ("十月", [["1", 1.5]])
    assert table.notes == ("读的是工作表“十月”；“汇总”、“空表”没有读。",)


def test_a_second_sheet_of_rows_is_refused_and_named() -> None:
    book, _ = workbook(HEADER, ROW, title="十月")
    book.create_sheet("说明").append(["请核对"])
    other = book.create_sheet("十一月")
    other.append(["结算编号", "医疗费总额"])
    other.append(["2", 3])

    with pytest.raises(TableError) as refused:
        opened(saved(book), needed=NEEDED)

    assert refused.value.code == "several_sheets"
    assert "的工作表“十月”、“十一月”都有明细：一份文件只收一张，没有导入。" in refused.value.message


def test_a_form_whose_header_takes_two_rows_has_no_rows_of_its_own() -> None:
    """What stands beside a name that is merged over two rows belongs to the header."""
    book, _ = workbook(HEADER, ROW, title="十月")
    form = book.create_sheet("空表")
    form.append(HEADER)
    form["D2"] = "（年月日）"
    for letter in "ABC":
        form.merge_cells(f"{letter}1:{letter}2")

    table = opened(saved(book), needed=NEEDED)

    assert (table.sheet, len(list(table.rows()))) == ("十月", 1)
    assert table.notes == ("读的是工作表“十月”；“空表”没有读。",)


def test_of_sheets_none_of_which_fits_the_best_is_read_as_it_is() -> None:
    book, _ = workbook(["结算编号", "姓名"], ["1", "甲"], title="甲")
    other = book.create_sheet("乙")
    other.append(["结算编号", "姓名", "入院日期"])

    assert opened(saved(book), needed=NEEDED).sheet == "乙"


def test_formulas_without_a_result_are_told_wherever_they_stand() -> None:
    book, sheet = workbook(["", *HEADER], ["", *ROW])
    sheet["A2"] = "=ROW()"  # left of the table: no part of it
    for column, cell in enumerate(("=1", "=2", "=3", "=4"), 2):
        sheet.cell(4, column, cell)

    rows = list(opened(saved(book)).rows())

    assert [row.cells for row in rows] == [ROW, ["=1", "=2", "=3", "=4"]]


def test_names_merged_over_two_header_rows_are_one_header() -> None:
    book, sheet = workbook(
        ["标题"], ["结算编号", "姓名", "费用", None], [None, None, "医疗费总额", "入院日期"], ROW
    )
    for area in ("A1:D1", "A2:A3", "B2:B3", "C2:D2"):
        sheet.merge_cells(area)

    table = opened(saved(book))

    assert (table.header, table.header_line) == (HEADER, 3)
    assert [row.cells for row in table.rows()] == [ROW]
    assert table.notes == ("表头在第 3 行，它上面的内容没有读。",)


def test_a_header_merged_downwards_has_no_data_inside() -> None:
    book, sheet = workbook(HEADER, [None] * 4, ROW)
    for letter in "ABCD":
        sheet.merge_cells(f"{letter}1:{letter}2")

    assert [row.line_no for row in opened(saved(book)).rows()] == [3]


def test_a_cell_merged_over_rows_of_data_is_refused_by_its_place() -> None:
    book, sheet = workbook(HEADER, ROW, ROW, ["合计"])
    sheet.merge_cells("B2:B3")

    with pytest.raises(TableError, match="结算明细!B2:B3") as refusal:
        opened(saved(book))

    assert refusal.value.code == "merged_cells"


def test_a_note_merged_below_the_data_does_no_harm() -> None:
    book, sheet = workbook(HEADER, ROW, ["合计：一行"])
    sheet.merge_cells("A3:D5")

    assert [row.line_no for row in opened(saved(book)).rows()] == [2, 3]


def test_a_zip_of_one_text_is_read_as_that_text() -> None:
    for encoding in ("utf-8", "gb18030"):
        content = "结算编号,姓名\n1,甲\n".encode(encoding)
        table = open_table(zipped("导出/a.csv", content), filename="a.zip", expected=COLUMNS)

        assert (table.encoding, table.header) == (encoding, ["结算编号", "姓名"])
        assert [row.cells for row in table.rows()] == [row.cells for row in table.rows()] == [["1", "甲"]]


def test_a_file_without_a_header_is_read_by_the_layout_it_fits() -> None:
    content = b'A1\t12.30\t"x\nA2\tnull\tnull\t\n'
    for source in (content, zipped("a.txt", content)):
        table = open_table(source, filename="a", expected=COLUMNS, layouts=[LAYOUT])

        assert (table.layout, table.header, table.header_line) == (LAYOUT, ["编号", "金额", "备注"], 0)
        assert [row.cells for row in table.rows()] == [["A1", "12.30", '"x'], ["A2", "", ""]]
        assert "约定" in table.notes[0]


@pytest.mark.parametrize("content", [b"A1\tx\ty\n", b"A1\t1.00\n", "结算编号\t姓名\t金额\n".encode()])
def test_what_does_not_fit_a_layout_has_a_header(content: bytes) -> None:
    assert open_table(content, filename="a", expected=COLUMNS, layouts=[LAYOUT]).layout is None


def test_a_reader_that_wants_too_much_memory_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    lines = ([f"{number}", "甲", number, None] for number in range(60_000))
    write_xlsx(buffer, "表", [TableColumn(name) for name in HEADER], lines, at=datetime.now(UTC))
    content = buffer.getvalue()
    monkeypatch.setattr(own_process, "MEMORY_BYTES", 48 << 20)

    with pytest.raises(TableError, match="内存") as refusal:
        opened(content)

    assert refusal.value.code == "too_large"


def test_a_cell_that_claims_a_row_beyond_all_is_named() -> None:
    good = saved(workbook(HEADER, ROW)[0])
    far = repacked(good, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="D2"', b'r="XFD900000"'))

    with pytest.raises(TableError, match="XFD900000"):
        opened(far)


def test_two_million_rows_are_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    good = saved(workbook(HEADER, ROW)[0])
    with (
        zipfile.ZipFile(io.BytesIO(good)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
        begins, ends = old.read("xl/worksheets/sheet1.xml").split(b"</sheetData>")
        with new.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(begins)
            for first in range(3, 2_000_001, 10_000):
                lines = range(first, first + 10_000)
                sheet.write("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in lines).encode())
            sheet.write(b"</sheetData>" + ends)

    with pytest.raises(TableError, match="2,000,002 行，超过 Excel 的 1,048,576 行") as refusal:
        open_table(path, filename="long.xlsx", expected=COLUMNS)

    assert refusal.value.code == "too_large"


def test_a_line_of_500_mb_is_refused_after_its_first_megabyte(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    with path.open("wb") as stream:
        for _ in range(500):
            stream.write(b"x" * (1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(TableError, match="第 1 行超过 1 MB"):
        open_table(path, filename="line.csv", expected=COLUMNS)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def test_the_other_process_can_name_nothing_but_days_and_times() -> None:
    with pytest.raises(Exception, match="posix.system"):
        own_process._load(io.BytesIO(b"cposix\nsystem\n(S'true'\ntR."))


def test_a_caller_s_lower_limit_counts_for_a_packed_text_too() -> None:
    content = zipped("a.csv", b"\xe5\x88\x97,\xe5\x88\x972\n" + b"1,2\n" * 1000)

    assert len(list(open_table(content, filename="a.zip", max_unpacked_bytes=1 << 20).rows())) == 1000
    with pytest.raises(TableError, match="超过上限 0 MB：请拆成几份") as refused:
        open_table(content, filename="a.zip", max_unpacked_bytes=4000)
    assert refused.value.code == "too_large"
