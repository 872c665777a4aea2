"""Runs of plain lines are, with what stands between them, the very rows that a table has."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agency.tabular import plain
from agency.tabular.plain import Run, plain_runs
from agency.tabular.read import TableError, open_table

CELL = rb'[^,"\t\r\n.]*+'
KEY = rb"[0-9a-z]++"
AMOUNT = rb"(?:[0-9]++\.[0-9][0-9])?+"
TEXTS = st.text(alphabet='ab甲，.,"\n\r\t 9', max_size=4)
LINES = st.lists(st.lists(TEXTS, min_size=1, max_size=5), max_size=8)


def rows_of(content: bytes, header: list[str]) -> tuple[list[tuple[int, list[str]]], int]:
    """Line and cells of every row, those in runs split by hand; how many came in runs."""
    table = open_table(content, filename="f.csv", expected=header)
    assert table.raw is not None
    found, in_runs = [], 0
    for piece in plain_runs(table, table.raw, [KEY, CELL, AMOUNT]):
        if not isinstance(piece, Run):
            found.append((piece.line_no, [str(cell) for cell in piece.cells]))
            continue
        for at, line in enumerate(piece.data.decode().split("\n")[:-1], piece.line_no):
            found.append((at, line.removesuffix("\r").split(table.raw.delimiter)))
            in_runs += 1
    return found, in_runs


def as_table(content: bytes, header: list[str]) -> list[tuple[int, list[str]]]:
    table = open_table(content, filename="f.csv", expected=header)
    return [(row.line_no, [str(cell) for cell in row.cells]) for row in table.rows()]


def written(lines: list[list[str]], end: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([["编号", "名称", "金额"], *lines])
    return text.getvalue().encode(encoding)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_whatever_stands_in_a_file_the_rows_are_the_same(
    lines: list[list[str]], end: str, encoding: str
) -> None:
    content = written([*lines, ["x", "甲", "1.00"]], end, encoding)
    header = ["编号", "名称", "金额"]

    found, in_runs = rows_of(content, header)

    assert found == as_table(content, header)
    assert in_runs >= 1


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_block_ends_where_it_will(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(plain, "READ_BYTES", size)
    lines = [[str(at), "甲乙" * (at % 3), f"{at}.00"] for at in range(20)] + [["q", "a\nb", "x"]]
    content = written(lines, "\r\n", "gb18030")[:-2]  # no end of the last line

    found, in_runs = rows_of(content, ["编号", "名称", "金额"])

    assert found == as_table(content, ["编号", "名称", "金额"])
    assert in_runs == 20


def test_a_quote_that_is_never_closed_is_told_with_its_line() -> None:
    content = '编号,名称,金额\n1,甲,1.00\n2,"乙,2.00\n'.encode()

    with pytest.raises(TableError, match="第 3 行读不下去"):
        rows_of(content, ["编号", "名称", "金额"])


def test_a_header_below_a_title_and_over_two_lines_is_passed_over() -> None:
    content = '某某医院\n\n编号,"名\n称",金额\n1,甲,1.00\n'.encode()

    found, in_runs = rows_of(content, ["编号", "名称", "金额"])

    assert (found, in_runs) == ([(5, ["1", "甲", "1.00"])], 1)
