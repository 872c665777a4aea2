"""XLSX looks like the printed sheet and holds real numbers and text identifiers."""

import io
import subprocess
import sys
import zipfile
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from agency.sheets.as_xlsx import as_xlsx
from agency.sheets.filled import Row, SheetData
from tests.agency.sheets.examples import FORM_6_1, FORM_9, FORM_14, filled, worked_10

SETTLEMENT = "202610000000000001"


def read(data: SheetData) -> Worksheet:
    return load_workbook(io.BytesIO(as_xlsx(data))).active


def row_of(sheet: Worksheet, number: int) -> list[object]:
    return [cell.value for cell in sheet[number]]


def deduction(**changes: object) -> Row:
    values = {"institution_code": "H22020200016", "settlement_no": SETTLEMENT, "kind": "其他", "amount": 100}
    return Row("r", {**values, **changes})


def test_title_heading_header_rows_and_totals_stand_as_on_paper() -> None:
    sheet = read(worked_10())

    assert sheet.title == "表10"
    assert sheet["A1"].value == "吉林省长春市统筹区异地医保费用收款清算表"
    texts = [value for value in row_of(sheet, 2) if value]
    assert texts == ["编制单位：吉林省社会医疗保险管理局", "期别：2026年10月", "表 10　单位：元"]
    assert row_of(sheet, 3)[:5] == ["序号", "对方统筹区", "险种", "医疗类别", "人次"]
    assert row_of(sheet, 4) == [
        1,
        "省直",
        "职工",
        "普通门诊",
        2,
        1134.3,
        967.96,
        624.25,
        3.46,
        0,
        0,
        0,
        627.71,
    ]
    assert (sheet["A6"].value, sheet["M6"].value) == ("职工小计", 27509.9)
    assert (sheet["A9"].value, sheet["M9"].value) == ("居民小计", 142197.54)
    assert (sheet["A10"].value, sheet["E10"].value, sheet["M10"].value) == ("合计", 5, 169707.44)
    assert "制表人：王秀兰" in sheet["A12"].value
    assert "编制日期：2026年11月20日" in sheet["A12"].value
    assert sheet["A13"].value.startswith("验证码：7F3A-91C2-E04B")


def test_grouped_headings_take_two_merged_rows() -> None:
    sheet = read(filled(FORM_9, (Row("r", {"region": "长春市", "in_sum": 12345, "side": "收"}),)))
    merged = {str(cells) for cells in sheet.merged_cells.ranges}

    assert {"A1:P1", "A3:A4", "B3:B4", "C3:G3", "H3:L3", "M3:N3", "O3:O4", "P3:P4", "A6:B6"} <= merged
    assert (sheet["C3"].value, sheet["C4"].value, sheet["G4"].value) == ("应收", "职工人次", "小计")
    assert (sheet["B5"].value, sheet["G5"].value, sheet["P5"].value) == ("长春市", 123.45, "收")


def test_money_counts_and_factors_are_numbers_with_formats() -> None:
    sheet = read(worked_10())
    quota = read(filled(FORM_6_1, (Row("r", {"quota": 100, "factor": Decimal("1.5")}),)))

    assert (sheet["M4"].data_type, sheet["M4"].number_format) == ("n", "#,##0.00")
    assert (sheet["E4"].data_type, sheet["E4"].number_format) == ("n", "#,##0")
    assert (sheet["M8"].value, sheet["M10"].number_format) == (-600, "#,##0.00")
    assert (quota["F4"].value, quota["F4"].number_format) == (1.5, "0.00")


def test_identifiers_are_text() -> None:
    sheet = read(filled(FORM_14, (deduction(),)))

    assert (sheet["D4"].value, sheet["D4"].data_type, sheet["D4"].number_format) == ("H22020200016", "s", "@")
    assert (sheet["H4"].value, sheet["H4"].data_type, sheet["H4"].number_format) == (SETTLEMENT, "s", "@")


@pytest.mark.parametrize("name", ["=1+1", "+86", "@SUM(A1)", "https://example.cn/", "00123"])
def test_a_text_stays_a_text_whatever_it_looks_like(name: str) -> None:
    data = filled(FORM_14, (deduction(institution=name),))
    sheet = read(data)

    assert (sheet["E4"].value, sheet["E4"].data_type, sheet["E4"].hyperlink) == (name, "s", None)
    with zipfile.ZipFile(io.BytesIO(as_xlsx(data))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_an_amount_beyond_fifteen_digits_is_text() -> None:
    sheet = read(filled(FORM_14, (deduction(amount=1234567890123456),)))

    assert (sheet["K4"].value, sheet["K4"].data_type) == ("12,345,678,901,234.56", "s")


def test_the_print_set_up_is_a4_across_with_repeated_header_rows() -> None:
    sheet = read(filled(FORM_9, ()))

    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert sheet.page_setup.fitToHeight == 0
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$3:$4")
    assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"
    assert sheet.column_dimensions["B"].width > 8


def test_an_unsigned_sheet_says_so() -> None:
    sheet = read(worked_10(prepared_on=None, code=None, verify_url=None))

    assert "期别：2026年10月（草稿）" in row_of(sheet, 2)
    assert "编制日期：草稿" in sheet["A12"].value
    assert sheet.max_row == 12


def test_the_same_data_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "import sys\n"
        "from agency.sheets.as_xlsx import as_xlsx\n"
        "from tests.agency.sheets.examples import worked_10\n"
        "sys.stdout.buffer.write(as_xlsx(worked_10()))\n"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout

    assert elsewhere == as_xlsx(worked_10())


def test_the_file_bears_the_moment_of_signing() -> None:
    properties = load_workbook(io.BytesIO(as_xlsx(worked_10()))).properties

    assert properties.created.isoformat() == "2026-11-20T01:30:15"
    assert properties.modified.isoformat() == "2026-11-20T01:30:15"
