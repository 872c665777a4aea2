"""`export_settlements`: what was imported, as a file that comes back unchanged, however much it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agency.batches.kinds import CheckRequest
from agency.journal.models import AuditEntry
from settlement.records.batches import check_settlements
from tests.settlement.records.files import RIGHT, row
from tests.support.world import World

Run = Callable[..., Any]


def run(*arguments: object) -> dict[str, Any]:
    out = StringIO()
    call_command("export_settlements", *map(str, arguments), "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_comes_back_unchanged_and_the_export_is_logged(
    load: Run, world: World, tmp_path: Path, kind: str
) -> None:
    load([row("A"), row("B", 参保地区划="222401"), row("C", 结算时间="2026-11-01")])
    path = tmp_path / f"out.{kind}"

    told = run(path, "--period", "202610")
    outcome = check_settlements(CheckRequest(path=path, file_name=path.name, by=world.system))

    assert told == {"file": str(path), "rows": 2}
    assert (outcome.rows, outcome.unchanged, outcome.refused) == (2, 2, [])
    assert [one.name for one in tmp_path.glob("*out*")] == [path.name]
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.detail["rows"], entry.detail["period"]) == (2, "202610")


def test_a_region_gets_its_own_cases_with_masked_numbers_where_it_must(
    load: Run, world: World, tmp_path: Path
) -> None:
    load([row("A"), row("B", 参保地区划="222401")])

    assert run(tmp_path / "a.csv", "--as", "yanbian_clearing")["rows"] == 1
    assert run(tmp_path / "b.csv", "--as", "prov_finance")["rows"] == 2
    assert RIGHT["证件号码"] not in (tmp_path / "b.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("out.pdf",), "要以 .csv 或 .xlsx 结尾"),
        (("out.csv", "--period", "2026-10"), "期别应为六位数字"),
        (("none/out.csv",), "读写文件失败"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    world: World, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run(tmp_path / arguments[0], *arguments[1:])

    assert not list(tmp_path.glob("*out*"))
    assert not AuditEntry.objects.filter(action="exported").exists()
