"""CSV and TSV as they come from other systems."""

import re
from pathlib import Path

import pytest

from agency.tabular.read import Table, TableError, open_table

COLUMNS = ("结算编号", "姓名", "医疗费总额", "setl_id", "psn_name", "medfee_sumamt")


def opened(content: bytes | str, encoding: str = "utf-8", expected: tuple[str, ...] = COLUMNS) -> Table:
    raw = content if isinstance(content, bytes) else content.encode(encoding)
    return open_table(raw, filename="结算明细.csv", expected=expected)


def cells(table: Table) -> list[list]:
    return [row.cells for row in table.rows()]


@pytest.mark.parametrize(
    ("codec", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030")]
)
def test_the_encoding_is_found_and_rare_characters_survive(codec: str, found: str) -> None:
    table = opened("结算编号,姓名\r\n1,欧阳𬍡䶮\r\n", codec)

    assert table.encoding == found
    assert table.header == ["结算编号", "姓名"]
    assert cells(table) == [["1", "欧阳𬍡䶮"]]


def test_gbk_files_are_gb18030() -> None:
    assert cells(opened("结算编号,姓名\n1,张三\n", "gbk")) == [["1", "张三"]]
    assert opened("姓名\n张三\n", "gbk", ("姓名",)).encoding == "gb18030"


def test_ascii_is_utf_8() -> None:
    assert opened(b"setl_id,psn_name\n1,x\n").encoding == "utf-8"


def test_a_character_across_the_blocks_that_are_read_does_no_harm() -> None:
    filler = "结算编号,姓名\n" + "1,ab\n" * 209713
    table = opened(filler + "2,䶮\n" * 5)

    assert [row.cells for row in table.rows()][-5:] == [["2", "䶮"]] * 5


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"\xef\xbb\xbfa,b\n1,\xff\n", "unknown_encoding", "第 2 行"),
        (b"a,b\n\n1,\xff\xff\n", "unknown_encoding", "第 3 行"),
        (b"a,b\n1,2\n3,\x004\n", "unreadable_file", "第 3 行有二进制"),
        (b"a,b\n" + b"x" * 1_100_000 + b"\n", "unreadable_file", "第 2 行超过 1 MB"),
        (b"a,b\n1,2\n" + b"x" * 3_000_000, "unreadable_file", "第 3 行超过 1 MB"),
        ("a,b\n1,2\n".encode("utf-16"), "unreadable_file", "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unreadable_file", "另存为 .xlsx"),
        (b"%PDF-1.7\n", "unreadable_file", "不是表格文件"),
        (b"\n <html><table><tr><td>1", "unreadable_file", "网页"),
        ("结算编号,姓名,姓 名\n1,2,3\n".encode(), "duplicate_column", "姓名"),
    ],
)
def test_what_is_no_table_is_refused_with_the_place(content: bytes, code: str, words: str) -> None:
    with pytest.raises(TableError, match=words) as refusal:
        opened(content)

    assert refusal.value.code == code
    assert "结算明细.csv" in refusal.value.message


@pytest.mark.parametrize(
    ("bad_row", "line"),
    [('4,"开着的引号\n5,x\n6,y\n', 4), ('4,"a"b\n', 4), ('4,"' + "x" * 140_000 + '"\n', 4)],
)
def test_a_quote_that_is_never_closed_names_its_line(bad_row: str, line: int) -> None:
    table = opened("结算编号,姓名\n2,a\n3,b\n" + bad_row)

    with pytest.raises(TableError, match=f"第 {line} 行") as refusal:
        list(table.rows())

    assert refusal.value.facts["line"] == line


def test_a_header_that_cannot_be_read_is_said_at_once() -> None:
    with pytest.raises(TableError, match="第 1 行"):
        opened('"结算编号,姓名\n1,2\n')


def test_a_row_knows_the_line_on_which_it_begins() -> None:
    table = opened('结算编号,姓名\n2,"两\n行"\n\n5,"三\r\n\r\n行"\n8,丁\n , \n10,戊')

    rows = list(table.rows())

    assert [row.line_no for row in rows] == [2, 5, 8, 10]
    assert rows[0].cells == ["2", "两\n行"]
    assert rows[0].address(1) == "第2行第2列"


def test_short_rows_are_filled_and_long_ones_flagged() -> None:
    table = opened("结算编号,姓名,医疗费总额\n1\n2,甲,3.00,,\n3,乙,4.00, 多\n")

    rows = list(table.rows())

    assert [row.cells for row in rows] == [["1", "", ""], ["2", "甲", "3.00"], ["3", "乙", "4.00"]]
    assert [row.extra for row in rows] == [False, False, True]


def test_tabs_separate_where_the_header_says_so() -> None:
    table = opened("结算编号\t姓名\t医疗费总额\n1\t甲，乙,丙\t1,234.50\n")

    assert cells(table) == [["1", "甲，乙,丙", "1,234.50"]]


def test_tabs_are_found_without_knowing_the_columns() -> None:
    assert opened("a\tb,c\td\n1\t2\t3\n", expected=()).header == ["a", "b,c", "d"]


def test_title_lines_above_the_header_are_skipped() -> None:
    table = opened("sep=,\n吉林省结算明细,,\n\n单位：元,,2026年10月\nSETL_ID,医疗费 总额,其他\n1,2.00,x\n")

    assert table.header == ["SETL_ID", "医疗费总额", "其他"]
    assert table.header_line == 5
    assert [row.line_no for row in table.rows()] == [6]


def test_an_unknown_header_is_the_first_filled_row() -> None:
    table = opened("\n甲,乙\n1,2\n")

    assert table.header == ["甲", "乙"]
    assert cells(table) == [["1", "2"]]


def test_full_width_names_and_empty_columns_at_the_end_do_no_harm() -> None:
    table = opened("结算编号,\u3000ｐｓｎ＿ｎａｍｅ,,备注,,\n1,2,3,4,,\n")

    assert table.header == ["结算编号", "psn_name", "", "备注"]
    assert [(row.cells, row.extra) for row in table.rows()] == [(["1", "2", "3", "4"], False)]


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n", " , \n"])
def test_an_empty_file_has_neither_header_nor_rows(content: str) -> None:
    table = opened(content)

    assert (table.header, table.header_line, cells(table)) == ([], 0, [])


def test_a_header_alone_has_no_rows() -> None:
    assert cells(opened("结算编号,姓名\n")) == []


def test_a_file_is_read_from_disk_and_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("结算编号,姓名\r\n1,甲\r\n", "gb18030")

    table = open_table(path, filename="x.csv", expected=COLUMNS)

    assert cells(table) == cells(table) == [["1", "甲"]]
    assert cells(open_table(str(path), filename="x.csv", expected=COLUMNS)) == [["1", "甲"]]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "名单.jpg",
            b"junk without any meaning",
            "不是表格：里面没有一个认得的列名。只收 Excel（.xlsx）和 CSV",
        ),
        ("名单.jpg", b"one,two,three\n1,2,3\n", "不是表格"),
        ("名单.csv", b"junk without any meaning", "不是表格"),
        (
            "名单.csv",
            b"\xff\xd8\xff\xe0\x00\x10JFIF",
            "是照片（JPEG），不是表格：请交 Excel（.xlsx）或 CSV 文件",
        ),
        ("名单.xlsx", b"\x89PNG\r\n\x1a\n\x00", "是图片（PNG），不是表格"),
        ("IMG_1.csv", b"\0\0\0\x18ftypheic", "是照片（HEIC）或影片，不是表格"),
    ],
)
def test_a_picture_or_junk_is_told_to_be_no_table(name: str, content: bytes, told: str) -> None:
    with pytest.raises(TableError, match=re.escape(told)) as refused:
        open_table(content, filename=name, expected=["姓名", "证件号码"])
    assert name in refused.value.message


def test_other_columns_in_a_table_are_for_the_caller_to_name() -> None:
    table = open_table("甲,乙\n1,2\n".encode(), filename="名单.csv", expected=["姓名", "证件号码"])
    assert table.header == ["甲", "乙"]
