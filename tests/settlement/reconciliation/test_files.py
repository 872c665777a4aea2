"""Files of every kind that is taken: text, workbooks, files without a header, ZIPs of the platform."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from agency.tabular.values import to_text
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.result import stored_digest
from tests.settlement.records.files import csv_bytes, reversal, row

Run = Callable[..., Any]
UPLOADED = [
    "S1001\tM1\tP100\t1000.00\t560.00\t140.00\t0",
    "R1002\tM2\tP100\t-1000.00\t-560.00\tnull\t1",
]
RETURNED = ["P100\tM1\tS1001\tG1\t000103\t0\t数据不一致\t1000.00\t570.00\t140.00\t"]
MOMENT = dt.datetime(2026, 10, 9, 10, 30)  # noqa: DTZ001 - a cell of Excel has no zone


def found(run: ReconciliationRun) -> dict[str, tuple[str, list[str]]]:
    assert run.state == "compared", run.message
    return {row.subject: (row.kind, row.columns) for row in run.discrepancies.all()}


def zipped(text: str, name: str = "3202.txt") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize("pack", [zipped, str.encode])
def test_what_a_hospital_uploads_for_3202_is_compared_by_its_columns(
    load: Run, compare_bytes: Run, pack: Callable[[str], bytes]
) -> None:
    load([row("S1001"), row("S1002"), reversal("R1002", "S1002")])

    run = compare_bytes(pack("\n".join(UPLOADED)), "3202.zip", source="hospital")

    assert run.compared == ["医疗费总额", "基金支付总额", "个人账户", "人员编号", "退费标志"]
    assert found(run) == {"R1002": ("amount_differs", ["个人账户"]), "S1002": ("only_ours", [])}
    assert run.discrepancies.get(subject="R1002").theirs == {
        "结算编号": "R1002", "医疗费总额": "-1000.00", "基金支付总额": "-560.00", "个人账户": "0.00",
        "人员编号": "P100", "退费标志": "1",
    }  # fmt: skip
    assert any("没有表头" in note for note in run.notes)


def test_what_the_platform_returns_for_3202_has_its_own_amounts(load: Run, compare_bytes: Run) -> None:
    load([row("S1001")])

    run = compare_bytes(zipped("\n".join(RETURNED)), "result.zip")

    assert found(run) == {"S1001": ("amount_differs", ["基金支付总额"])}
    assert run.discrepancies.get().amount_fen == -1000


def test_totals_of_3202_are_of_the_whole_file(load: Run, compare_bytes: Run) -> None:
    load([row("S1001"), row("S1002"), reversal("R1002", "S1002")])

    total = compare_bytes(zipped("\n".join(UPLOADED)), "3202.zip").totals.get()

    assert (total.institution_code, total.insurance_type, total.care_kind, total.agency_code) == ("",) * 4
    assert (total.our_count, total.their_count, total.agrees) == (1, 0, False)
    assert (total.our_gross_count, total.their_gross_count) == (2, 1)
    assert (total.our_fund_fen, total.their_fund_fen, total.their_account_fen) == (56000, 0, 14000)


def test_a_file_of_cases_without_a_header_is_read_in_the_published_order(
    load: Run, compare_bytes: Run
) -> None:
    load([row("S1")])
    line = "\t".join(row("S1", 个人现金="299.00").values())

    assert found(compare_bytes(f"{line}\n".encode())) == {"S1": ("amount_differs", ["个人现金"])}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_text_files_of_every_make_say_the_same(
    load: Run, compare_bytes: Run, encoding: str, delimiter: str, end: str
) -> None:
    load([row("S1"), row("S2"), row("S3")])
    rows = [row("S1"), row("S2", 姓名="阿依·古丽"), row("S3", 定点医药机构名称='带“引号”,和逗号 "的" 名称')]
    text = csv_bytes(rows, "utf-8").decode()
    if delimiter == "\t":
        text = csv_bytes(rows, "utf-8").decode().replace(",和", "，和").replace(",", "\t")

    run = compare_bytes(text.replace("\r\n", end).encode(encoding))

    assert found(run) == {"S2": ("owner_differs", ["姓名"])}
    assert run.encoding == encoding.removesuffix("-sig")
    assert run.matched == 2


def test_a_workbook_says_the_same_with_excels_own_types(load: Run, compare: Run) -> None:
    load([row("S1"), row("S2")])
    numbers = {"医疗费总额": 1000, "全自费": 100.0, "险种": 310, "结算时间": MOMENT, "退费标志": 0}

    run = compare([row("S1", **numbers), row("S2", **numbers, 个人现金=299.99)], name="theirs.xlsx")

    assert found(run) == {"S2": ("amount_differs", ["个人现金"])}
    assert run.encoding == "xlsx"


def test_columns_that_nobody_knows_are_told(load: Run, compare: Run) -> None:
    load([row("S1")])

    run = compare([row("S1", 余额="12.30", 备注="a,b")])

    assert (found(run), run.notes) == ({}, ["没有比对的列：余额、备注。"])


def test_what_stands_beyond_the_header_and_blank_lines_change_nothing(load: Run, compare_bytes: Run) -> None:
    load([row("S1"), row("S2")])
    lines = csv_bytes([row("S1"), row("S2", 个人现金="?")], "utf-8").decode().split("\r\n")
    lines[1] += ",more"

    run = compare_bytes("\n".join([lines[0], "", lines[1], ",,,", lines[2]]).encode())

    assert run.discrepancies.get().subject == "S2"
    assert run.unread.get().line_no == 5
    assert any("多出内容" in note for note in run.notes)


ODD = (
    "２型糖尿病", "头颅ＣＴ，右", "（右）股骨", "A（B）", "肺炎，双侧。", "肺炎　右", "肺炎  右",
    " 肺炎", "肺炎 ", "'肺炎", "III 型", "I.II型", '引号"里', "反斜\\杠", "零\u200b宽", "带·点",
    "℃", "，", "、肺炎", "a b", "=1+1", "|", "~", "Ⅱ期", "𠮷",
)  # fmt: skip


def test_what_is_only_kept_is_kept_as_every_import_reads_it(load: Run, compare: Run) -> None:
    load([row(f"S{at:02d}") for at in range(len(ODD))])
    run = compare([row(f"S{at:02d}", 个人现金="290.00", 诊断=said) for at, said in enumerate(ODD)])

    kept = list(run.discrepancies.order_by("serial").values_list("theirs", flat=True))

    assert [side["诊断"] for side in kept] == [to_text(said) for said in ODD]
    assert stored_digest(run) == run.result_digest
