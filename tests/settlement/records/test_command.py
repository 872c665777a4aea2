"""`import_settlements`: what it tells, how it ends, what it leaves."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from agency.batches.models import Batch
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row, write
from tests.support.world import World

GOOD = [row("A"), row("B")]
MIXED = [row("A"), row("B", 险种="777"), row("C", 证件号码="220102199001011281")]


def run(*arguments: object) -> tuple[int, dict[str, Any]]:
    """(exit code, JSON)."""
    out = StringIO()
    try:
        call_command("import_settlements", *map(str, arguments), "--json", stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_refused_rows_that_cannot_be_written_load_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="不能写到"):
        call_command(
            "import_settlements", str(write(tmp_path, MIXED)), "--refused", str(tmp_path / "no" / "x.xlsx")
        )

    assert not SettlementRecord.objects.exists()
    assert not Batch.objects.exists()


def test_a_file_that_cannot_be_taken_leaves_the_old_output_alone(world: World, tmp_path: Path) -> None:
    old, new = tmp_path / "old.xlsx", tmp_path / "new.xlsx"
    old.write_bytes(b"old")
    bad = write(tmp_path, [{"列": "1"}])
    for out in (old, new):
        with pytest.raises(CommandError):
            call_command("import_settlements", str(bad), "--refused", str(out))

    assert old.read_bytes() == b"old"
    assert not new.exists()


def test_a_good_file_is_loaded_and_counted(world: World, tmp_path: Path) -> None:
    code, told = run(write(tmp_path, GOOD))

    batch = Batch.objects.get()
    assert (code, told) == (
        0,
        {
            "rows": 2,
            "accepted": 2,
            "unchanged": 0,
            "refused": {},
            "encoding": "utf-8",
            "digest": batch.file.digest,
            "batch": batch.batch_no,
        },
    )
    assert SettlementRecord.objects.count() == 2


def test_the_same_file_again_is_nothing_new(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    run(path)

    code, told = run(path)

    assert (code, told["accepted"], told["unchanged"]) == (0, 0, 2)


def test_refused_rows_need_attention_and_can_be_written_out(world: World, tmp_path: Path) -> None:
    out = tmp_path / "refused.xlsx"

    code, told = run(write(tmp_path, MIXED), "--refused", out)

    assert (code, told["accepted"]) == (2, 1)
    assert told["refused"] == {"bad_id_number": 1, "unknown_insurance_type": 1}
    header, first, second = load_workbook(out).active.iter_rows(values_only=True)
    assert header[:8] == ("行号", "原因代码", "列", "值", "原因", "位置", "结算编号", "人员编号")
    assert first[:4] == (3, "unknown_insurance_type", "险种", "777")
    assert second[:4] == (4, "bad_id_number", "证件号码", "220102199001011281")
    assert (second[5] or "", second[6]) == ("", "C")  # a line of a text says where it stands


def test_a_refused_cell_of_a_workbook_is_given_out_with_its_address(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row("A", 证件号码=220102199001011281)], "十月.xlsx")
    out = tmp_path / "refused.xlsx"

    run(path, "--refused", out)

    header, refused = load_workbook(out).active.iter_rows(values_only=True)
    told = dict(zip(header, refused, strict=True))
    assert told["原因代码"] == "digits_lost"
    assert told["位置"].endswith(f"!{get_column_letter(list(header[6:]).index('证件号码') + 1)}2")


def test_a_dry_run_writes_nothing(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, MIXED, encoding="gb18030")

    code, told = run(path, "--dry-run")

    assert (code, told["accepted"], told["encoding"], told["batch"]) == (2, 1, "gb18030", None)
    assert (SettlementRecord.objects.count(), Batch.objects.count()) == (0, 0)


def test_a_mended_workbook_of_refused_rows_is_imported(world: World, tmp_path: Path) -> None:
    out = tmp_path / "refused.xlsx"
    run(write(tmp_path, MIXED), "--refused", out)
    book = load_workbook(out)
    sheet = book.active
    column = [cell.value for cell in sheet[1]].index("险种") + 1
    sheet.cell(2, column, "310")
    book.save(out)

    code, told = run(out)

    assert (code, told["accepted"], told["refused"]) == (2, 1, {"bad_id_number": 1})


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03", "姓名,年龄\n张三,3\n".encode()])
def test_what_is_no_settlement_file_is_told_in_one_line(world: World, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError) as told:
        call_command("import_settlements", str(path))

    assert "\n" not in str(told.value)
    assert Batch.objects.count() == 0


def test_a_file_that_does_not_exist_is_told(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有这个文件"):
        call_command("import_settlements", str(tmp_path / "none.csv"))


def test_a_region_clerk_acts_under_the_own_name(world: World, tmp_path: Path) -> None:
    code, told = run(write(tmp_path, GOOD), "--as", "yanbian_clearing")

    assert (code, told["refused"]) == (2, {"not_your_region": 2})
    assert Batch.objects.get().created_by == world.yanbian_clearing
    with pytest.raises(CommandError, match="没有“导入结算明细与扣款”的权限"):
        call_command("import_settlements", str(write(tmp_path, GOOD)), "--as", "clerk")
