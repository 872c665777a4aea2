"""`export_differences`: the differences as a file, for programs and for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from agency.journal.models import AuditEntry
from settlement.reconciliation.export import differences_export
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
HEADER = ["结算编号", "类别", "不符的列", "我方", "对方", "疑因", "建议处理"]
DEARER = {"统筹基金": "510.00", "基金支付总额": "570.00"}
OTHER = {"证件号码": "220104198805067236"}


@pytest.fixture
def run(load: Run, compare: Run) -> Any:
    load([row("S1"), row("S2"), row("S3"), row("S5")])
    return compare([row("S1", **DEARER), row("S2", **OTHER), row("S4"), row("S5"), row("S5")])


def test_the_command_writes_a_line_for_each_difference(run: Any, tmp_path: Path) -> None:
    path, out = tmp_path / "d.csv", io.StringIO()

    call_command("export_differences", run.run_no, "--out", str(path), "--json", stdout=out)

    assert json.loads(out.getvalue()) == {"run": run.run_no, "rows": 5, "file": str(path)}
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    own, other = "22010219900101128X", OTHER["证件号码"]
    assert rows == [
        HEADER,
        ["S1", "金额不符", "基金支付总额；统筹基金", "560.00；500.00", "570.00；510.00", "", "请对方更正"],
        ["S2", "归属不符", "证件号码", own, other, "", "请对方更正"],
        ["S3", "我有他无", "", "医疗费总额 1000.00", "", "同人同日同机构另一编号", "与另一条互相对应"],
        ["S4", "他有我无", "", "", "医疗费总额 1000.00", "同人同日同机构另一编号", "与另一条互相对应"],
        ["S5", "重复", "", "医疗费总额 1000.00", "医疗费总额 1000.00", "同一行报了两次", "不予认可"],
    ]


def test_a_workbook_has_the_same(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "d.xlsx"

    call_command("export_differences", run.run_no, "--out", str(path), stdout=io.StringIO())

    sheet = load_workbook(path).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == HEADER
    assert [cell.value for cell in sheet[2]][:2] == ["S1", "金额不符"]


def test_who_may_not_see_whole_numbers_gets_them_masked_and_the_log_knows(run: Any, world: World) -> None:
    target = io.BytesIO()

    count = differences_export(run, target, kind="csv", by=world.prov_finance, at=world.now)

    assert count == 5
    assert "2201**********7236" in target.getvalue().decode("utf-8-sig")
    assert OTHER["证件号码"] not in target.getvalue().decode("utf-8-sig")
    entry = AuditEntry.objects.get(action="differences_exported")
    assert (entry.subject_no, entry.detail["rows"], entry.detail["whole_numbers"]) == (run.run_no, 5, False)


def test_an_unknown_run_and_an_unknown_kind_of_file_are_refused(run: Any, tmp_path: Path) -> None:
    for arguments, said in (
        (["DZ1", "--out", str(tmp_path / "d.csv")], "没有编号为“DZ1”的对账"),
        ([run.run_no, "--out", str(tmp_path / "d.doc")], ".csv 或 .xlsx"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("export_differences", *arguments, stdout=io.StringIO())

    assert list(tmp_path.glob("d.*")) == []
