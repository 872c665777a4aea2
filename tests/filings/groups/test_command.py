"""`import_filings`: the contract of the commands."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from agency.batches.models import Batch
from filings.models import Filing
from tests.filings.groups.lists import make_worker, row, write
from tests.support.world import World


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and what was told."""
    out = io.StringIO()
    try:
        call_command("import_filings", *arguments, stdout=out)
    except SystemExit as stopped:
        return int(str(stopped.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_list_is_loaded_once_and_told_as_json(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row(make_worker(world.changchun)) for _ in range(2)], encoding="gb18030")

    first, again = (run(str(path), "--json", "--as=clerk") for _ in range(2))

    said = json.loads(first[1])
    assert (first[0], again[0]) == (0, 0)
    assert said == {
        "rows": 2, "accepted": 2, "unchanged": 0, "refused": {}, "encoding": "gb18030",
        "digest": Batch.objects.first().file.digest, "batch": "B20261100001",
    }  # fmt: skip
    assert json.loads(again[1])["unchanged"] == 2
    assert {(one.taken_in_by, one.reviewed_by) for one in Filing.objects.all()} == {
        (world.clerk, world.system)
    }


def test_refused_rows_are_told_and_written(world: World, tmp_path: Path) -> None:
    good, bad = row(make_worker(world.changchun)), row(make_worker(world.changchun), 渠道="朋友")
    path, out = write(tmp_path, [good, bad]), tmp_path / "refused.xlsx"

    code, told = run(str(path), f"--refused={out}")

    line = next(openpyxl.load_workbook(out).active.iter_rows(min_row=2, values_only=True))
    assert (code, Filing.objects.count()) == (2, 1)
    assert "拒绝 1" in told and "第 3 行，渠道：不认识的渠道" in told
    assert line[:4] == ("3", "unknown_channel", "渠道", "朋友") or line[:4] == (
        3,
        "unknown_channel",
        "渠道",
        "朋友",
    )


def test_a_dry_run_writes_nothing(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row(make_worker(world.changchun))])

    code, told = run(str(path), "--dry-run", "--json")

    assert (code, json.loads(told)["accepted"], json.loads(told)["batch"]) == (0, 1, None)
    assert Filing.objects.count() == Batch.objects.count() == 0


def test_what_cannot_be_done_is_one_line(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row(make_worker(world.changchun))])

    with pytest.raises(CommandError, match="没有这个文件"):
        run(str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="没有“导入备案”的权限"):
        run(str(path), "--as=auditor")

    assert Batch.objects.count() == 0
