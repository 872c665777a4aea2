"""What cannot be read is refused with its line, everything else is compared; a file that is none fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from settlement.reconciliation.models import Discrepancy, RunTotal, UnreadRow
from tests.settlement.records.files import Row, row

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"结算编号": " "}, "missing_value", "结算编号"),
        ({"统筹基金": "五百"}, "bad_number", "统筹基金"),
        ({"统筹基金": "1.005"}, "bad_number", "统筹基金"),
        ({"统筹基金": "1e3"}, "bad_number", "统筹基金"),
        ({"结算时间": "2026-02-30 10:00:00"}, "bad_date", "结算时间"),
        ({"结算时间": "上月"}, "bad_date", "结算时间"),
        ({"退费标志": "是"}, "bad_reversal_flag", "退费标志"),
        ({"结算编号": "9" * 201}, "bad_number", "结算编号"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line(
    load: Run, compare: Run, changes: Row, code: str, column: str
) -> None:
    load([row("S1"), row("S2")])

    run = compare([row("S1"), row("S9", **changes), row("S2")])

    unread = UnreadRow.objects.get(run=run)
    assert (unread.line_no, unread.code, unread.column, unread.place) == (3, code, column, "")
    assert unread.message.startswith(f"第 3 行，{column}")
    assert (run.their_rows, run.unread_rows, run.matched, run.differences) == (3, 1, 2, 0)


def test_what_was_not_read_is_not_there(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2")])

    run = compare([row("S1", 个人现金="?"), row("S2")])

    assert list(run.discrepancies.values_list("subject", "kind")) == [("S1", "only_ours")]


def test_a_number_that_excel_has_cut_is_told_with_its_cell(load: Run, compare: Run) -> None:
    load([row("S2")])

    run = compare([row("S1", 证件号码=220102199001011281), row("S2")], name="theirs.xlsx")

    unread = UnreadRow.objects.get(run=run)
    assert (unread.code, unread.place, unread.line_no) == ("digits_lost", "结算明细!D2", 2)
    assert "220102199001011" not in unread.value + unread.message
    assert run.matched == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "没有内容"),
        ("结算编号,医疗费总额\n".encode(), "只有表头"),
        ("编号,医疗费总额,姓名\nS1,3.00,张三\n".encode(), "没有“结算编号”"),
        ("结算编号,医疗费总额\nS1,三元\nS2,四元\n".encode(), "没有一行读得出：第 2 行，医疗费总额"),
        ('结算编号,姓名,医疗费总额\nS1,"张三,3.00\n'.encode(), "引号没有成对"),
        ("结算编号,setl_id,姓名\nS1,S1,张三\n".encode(), "“结算编号”有两列"),
    ],
)
def test_a_file_that_is_none_fails_with_the_reason_and_nothing_else(
    load: Run, compare_bytes: Run, content: bytes, said: str
) -> None:
    load([row("S1")])

    run = compare_bytes(content or b"\n")

    assert (run.state, said in run.message) == ("failed", True), run.message
    assert not Discrepancy.objects.exists() and not RunTotal.objects.exists()
    assert not UnreadRow.objects.exists()
    assert run.result_digest == run.ours_digest == ""
