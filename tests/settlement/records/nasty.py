"""The nasty files of tests/data/nasty: `python -m tests.settlement.records.nasty` makes them anew.

`expected.csv` there says of each what the program tells, and how many rows may be stored by the command.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.settlement.records.files import RIGHT, csv_bytes, row, xlsx_bytes

FOLDER = Path(__file__).parents[2] / "data" / "nasty"
NAMES = list(RIGHT)
SHEET = "xl/worksheets/sheet1.xml"
END = b"</sheetData>"
BIG = frozenset({"one-line.csv", "spaces.xlsx"})  # made when they are needed

MADE: dict[str, Callable[[], bytes]] = {}


def made(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(make: Callable[[], bytes]) -> Callable[[], bytes]:
        MADE[name] = make
        return make

    return keep


def text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = method
            archive.writestr(member, content)
    return buffer.getvalue()


def repacked(content: bytes, **changes: Callable[[bytes], bytes]) -> bytes:
    """The workbook with some members changed; `sheet1` and `workbook` are their short names."""
    short = {"sheet1": SHEET, "workbook": "xl/workbook.xml"}
    wanted = {short[name]: change for name, change in changes.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({name: wanted.get(name, bytes)(archive.read(name)) for name in archive.namelist()})


def book(fill: Callable[[Workbook, Worksheet], None], rows: Sequence[dict[str, Any]] = ()) -> bytes:
    """A workbook of rows below a header, then changed by `fill`."""
    made_book = Workbook()
    sheet = made_book.active
    assert sheet is not None
    sheet.title = "结算明细"
    if rows:
        sheet.append(NAMES)
        for one in rows:
            sheet.append([one.get(name) for name in NAMES])
    fill(made_book, sheet)
    made_book.properties.created = made_book.properties.modified = dt.datetime(2026, 11, 1)  # noqa: DTZ001
    buffer = io.BytesIO()
    made_book.save(buffer)
    return buffer.getvalue()


def nothing(made_book: Workbook, sheet: Worksheet) -> None:
    """The rows as they are."""


def headerless(rows: Sequence[dict[str, Any]]) -> bytes:
    return text(*("\t".join(one[name] or "null" for name in NAMES) for one in rows)).encode()


def noise(length: int) -> bytes:
    return random.Random(4).randbytes(length)


GOOD = [row("N1")]

# What is no table

MADE["empty.csv"] = lambda: b""
MADE["blank-lines.csv"] = lambda: b"\r\n\r\n  \r\n"
MADE["binary.csv"] = lambda: noise(5000)
MADE["binary-without-zeros.csv"] = lambda: noise(5000).replace(b"\0", b"\1")
MADE["utf16.csv"] = lambda: csv_bytes(GOOD, "utf-16")
MADE["utf16-without-mark.csv"] = lambda: csv_bytes(GOOD, "utf-16-le")
MADE["page.xls"] = lambda: "<html><body><table><tr><td>结算编号</td></tr></table></body></html>".encode()
MADE["report.pdf"] = lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
MADE["picture.png"] = lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"
MADE["old.xls"] = lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MADE["password.xlsx"] = lambda: (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
)
MADE["data.json"] = lambda: b'[{"setl_id": "1", "psn_no": "2"}]\n'

# Text that is another table, or broken

MADE["header-only.csv"] = lambda: csv_bytes([dict.fromkeys(NAMES, "")]).splitlines(keepends=True)[0]
MADE["other-table.csv"] = lambda: text("姓名,年龄", "张三,3").encode()
MADE["unknown-words.csv"] = lambda: text("甲,乙,丙", "1,2,3").encode()
MADE["missing-column.csv"] = lambda: csv_bytes([{k: v for k, v in row("N1").items() if k != "险种"}])
MADE["column-twice.csv"] = lambda: csv_bytes(GOOD).replace("人员编号".encode(), "险种".encode())
MADE["column-by-both-names.csv"] = lambda: csv_bytes([{**row("N1"), "insutype": "310"}])
MADE["big5.csv"] = lambda: text("結算編號,姓名,險種", "1,張三,310").encode("big5")
MADE["mixed-encodings.csv"] = lambda: csv_bytes(GOOD, "utf-8") + csv_bytes(GOOD, "gb18030")
MADE["open-quote.csv"] = lambda: csv_bytes([row("N1"), row("N2")]).replace(b"N2", b'"N2')
MADE["one-line.csv"] = lambda: csv_bytes(GOOD) + b"x" * (2 << 20)
MADE["semicolons.csv"] = lambda: csv_bytes(GOOD).replace(b",", b";")

# Rows that are refused, each with its cell or line

MADE["exponent.csv"] = lambda: csv_bytes([row("N1", 医疗费总额="1E+3")])
MADE["three-decimals.csv"] = lambda: csv_bytes([row("N1", 全自费="100.005")])
MADE["amount-in-words.csv"] = lambda: csv_bytes([row("N1", 个人现金="三百元")])
MADE["no-such-day.csv"] = lambda: csv_bytes([row("N1", 结算时间="2026-02-30 10:00:00")])
MADE["id-in-excel-style.csv"] = lambda: csv_bytes([row("N1", 证件号码="2.20102E+17")])
MADE["cents-off.csv"] = lambda: csv_bytes([row("N1", 全自费="100.01")])
MADE["shifted.csv"] = lambda: csv_bytes(GOOD).replace(b"\r\nN1,", b"\r\n,N1,")
MADE["ids-as-numbers.xlsx"] = lambda: book(nothing, [row("N1", 证件号码=220102199001011281)])
MADE["number-as-number.xlsx"] = lambda: book(nothing, [row("202610000000000001"), row(202610000000000001)])
MADE["error-values.xlsx"] = lambda: book(nothing, [row("N1", 统筹基金="#N/A")])
MADE["formula-without-result.xlsx"] = lambda: book(nothing, [row("N1", 统筹基金="=1+1")])
MADE["yes-and-no.xlsx"] = lambda: book(nothing, [row("N1", 医疗费总额=True)])

# ZIP

MADE["empty.zip"] = lambda: zipped({})
MADE["two-files.zip"] = lambda: zipped({"a.txt": headerless(GOOD), "b.txt": headerless(GOOD)})
MADE["zip-in-zip.zip"] = lambda: zipped({"a.zip": zipped({"a.txt": headerless(GOOD)})})
MADE["workbook-in-zip.zip"] = lambda: zipped({"a.xlsx": xlsx_bytes(GOOD)})
MADE["outside.zip"] = lambda: zipped({"../../etc/cron.d/a.txt": headerless(GOOD)})
MADE["absolute.zip"] = lambda: zipped({"/etc/a.txt": headerless(GOOD)})
MADE["lzma.zip"] = lambda: zipped({"a.txt": headerless(GOOD)}, zipfile.ZIP_LZMA)
MADE["cut-off.zip"] = lambda: zipped({"a.txt": headerless(GOOD)})[:150]
MADE["picture-in.zip"] = lambda: zipped({"a.txt": MADE["picture.png"]()})
MADE["many-members.zip"] = lambda: zipped({f"{number}.txt": b"" for number in range(600)})
MADE["other-width.zip"] = lambda: zipped({"result.txt": b"1\t2\t3\n4\t5\t6\n"})
MADE["zeros.zip"] = lambda: zipped({"a.txt": bytes(20 << 20)})
MADE["letter.docx"] = lambda: zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
MADE["table.ods"] = lambda: zipped(
    {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
)
MADE["table.xlsb"] = lambda: zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"})
MADE["upload-3202.zip"] = lambda: zipped(
    {
        "3202.txt": text(
            "S1001\tM1\tP1\t1000.00\t560.00\t140.00\t0", "S1002\tM2\tP2\t-5.00\t-5.00\tnull\t1"
        ).encode()
    }
)
MADE["result-3202.zip"] = lambda: zipped(
    {"result.txt": text("P1\tM1\tS1001\tG1\t000103\t0\t数据不一致\t1000.00\t560.00\t140.00").encode()}
)


@made("password.zip")
def password_zip() -> bytes:
    content = bytearray(zipped({"a.txt": headerless(GOOD)}))
    central = content.rfind(b"PK\x01\x02")
    content[6] |= 1
    content[central + 8] |= 1
    return bytes(content)


@made("says-4-gb.zip")
def huge_by_declaration() -> bytes:
    content = bytearray(zipped({"a.txt": headerless(GOOD)}))
    central = content.rfind(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 0xFFFFFF00)
    return bytes(content)


@made("says-less.zip")
def less_by_declaration() -> bytes:
    content = bytearray(zipped({"a.txt": headerless([row(f"N{number}") for number in range(200)])}))
    central = content.rfind(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 1000)
    return bytes(content)


@made("wrong-checksum.zip")
def wrong_checksum() -> bytes:
    content = bytearray(zipped({"a.txt": headerless(GOOD)}, zipfile.ZIP_STORED))
    content[content.find("张三".encode())] ^= 1
    return bytes(content)


# Workbooks

MADE["empty.xlsx"] = lambda: book(nothing)
MADE["header-only.xlsx"] = lambda: book(lambda _, sheet: sheet.append(NAMES))
MADE["cut-off.xlsx"] = lambda: xlsx_bytes(GOOD)[:3000]
MADE["broken-markup.xlsx"] = lambda: repacked(xlsx_bytes(GOOD), workbook=lambda xml: xml[:60])
MADE["column-twice.xlsx"] = lambda: book(lambda _, sheet: sheet.append([*NAMES, "险 种"]))
MADE["other-table.xlsx"] = lambda: book(lambda _, sheet: (sheet.append(["甲", "乙"]), sheet.append([1, 2])))


@made("hidden-sheet-only.xlsx")
def hidden_sheet_only() -> bytes:
    def fill(made_book: Workbook, sheet: Worksheet) -> None:
        made_book.create_sheet("空")
        sheet.sheet_state = "hidden"
        made_book.active = 1

    return book(fill, GOOD)


@made("far-cell.xlsx")
def far_cell() -> bytes:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet["XFD1048576"] = "零星"

    return book(fill, GOOD)


@made("merged-rows.xlsx")
def merged_rows() -> bytes:
    return book(lambda _, sheet: sheet.merge_cells("E2:E3"), [row("N1"), row("N2")])


@made("entities.xlsx")
def entities() -> bytes:
    lol = b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">' + lol + b"]><workbook>&a9;</workbook>"
    return repacked(xlsx_bytes(GOOD), workbook=lambda _: bomb)


@made("spaces.xlsx")
def spaces() -> bytes:
    """A bomb: 450 MB of spaces in 450 KB."""
    return repacked(xlsx_bytes(GOOD), sheet1=lambda xml: xml.replace(END, END + b" " * (450 << 20)))


@made("says-less.xlsx")
def workbook_says_less() -> bytes:
    content = xlsx_bytes([row(f"N{number}") for number in range(50)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size
    return content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


# Odd, and read all the same

MADE["named-otherwise.xlsx"] = lambda: csv_bytes(GOOD)
MADE["tabs-gb18030.txt"] = lambda: csv_bytes([row("N1", 姓名="欧阳䶮")], "gb18030").replace(b",", b"\t")
WIDE = {
    "医疗费总额": "１，０００．００",
    "证件号码": "２２０１０２１９９００１０１１２８ｘ",
    "结算时间": " 2026/10/9 ",
}
MADE["wide.csv"] = lambda: csv_bytes([row("Ｎ１", **WIDE)])
MADE["platform.zip"] = lambda: zipped(
    {"导出/settlements.txt": headerless([row("N1"), row("N2")]), "__MACOSX/._a": b"x"}
)
MADE["platform.txt"] = lambda: headerless(GOOD)


@made("title-and-two-header-rows.xlsx")
def two_header_rows() -> bytes:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        width, first = len(NAMES), NAMES.index("统筹基金")
        sheet.insert_rows(1, 3)
        sheet["A1"] = "吉林省跨统筹区异地就医结算明细"
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
        sheet["A2"] = "单位：元"
        for column, name in enumerate(NAMES, 1):
            if first < column <= first + 7:
                continue
            sheet.cell(3, column, name)
            sheet.cell(4, column).value = None
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
        sheet.cell(3, first + 1, "各项基金")
        sheet.merge_cells(start_row=3, end_row=3, start_column=first + 1, end_column=first + 7)

    return book(fill, [row("N1"), row("N2")])


@made("hidden-rows.xlsx")
def hidden_rows() -> bytes:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["W"].hidden = True

    return book(fill, [row("N1"), row("N2"), row("N3")])


@made("three-sheets.xlsx")
def three_sheets() -> bytes:
    def fill(made_book: Workbook, sheet: Worksheet) -> None:
        made_book.create_sheet("说明", 0).append(["本表由系统导出"])
        made_book.create_sheet("旧").sheet_state = "hidden"

    return book(fill, GOOD)


@made("third-of-three.xlsx")
def third_of_three() -> bytes:
    def fill(made_book: Workbook, sheet: Worksheet) -> None:
        made_book.create_sheet("空白表", 0).append([*NAMES, "病案号", "诊断"])
        summary = made_book.create_sheet("汇总", 0)
        summary.append(["参保地区划", "险种", "医疗费总额", "基金支付总额"])
        summary.append(["220100", "310", 1000, 560])

    return book(fill, GOOD)


@made("two-months.xlsx")
def two_months() -> bytes:
    def fill(made_book: Workbook, sheet: Worksheet) -> None:
        other = made_book.create_sheet("十一月")
        other.append(NAMES)
        other.append([row("N2")[name] for name in NAMES])

    return book(fill, GOOD)


@made("dates-and-numbers.xlsx")
def dates_and_numbers() -> bytes:
    cells = {
        "入院日期": dt.date(2026, 10, 1),
        "出院日期": 46304,
        "结算时间": dt.datetime(2026, 10, 9, 10, 30),  # noqa: DTZ001
        "医疗费总额": 1000,
        "全自费": "100",
        "险种": 310,
        "参保地区划": 220102,
        "退费标志": 0,
    }
    return book(nothing, [row("N1", **cells)])


@made("since-1904.xlsx")
def since_1904() -> bytes:
    def fill(made_book: Workbook, sheet: Worksheet) -> None:
        made_book.epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001

    return book(fill, [row("N1", 结算时间=dt.datetime(2026, 10, 9, 10, 30))])  # noqa: DTZ001


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, make in MADE.items():
        if name not in BIG:
            (FOLDER / name).write_bytes(make())


def content_of(name: str) -> bytes:
    """The bytes of a file of the corpus."""
    return MADE[name]() if name in BIG else (FOLDER / name).read_bytes()


def expected() -> list[dict[str, str]]:
    """The lines of expected.csv: file, stored, told."""
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    main()
