"""导入银行流水: files, refused rows, the same file twice, matching, undo, who confirms."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from agency.batches.kinds import CheckRequest
from agency.batches.models import Batch
from agency.batches.services import batch_check, batch_create, batch_load, batch_undo, file_keep
from agency.errors import DomainError, NotAllowed
from agency.journal.books import check_all
from settlement.notices.batches import check_bank
from settlement.notices.models import BankLine, Payment
from tests.settlement.notices.statement import CHANGCHUN, NAMES, SIPING, finance_of, load, row, write
from tests.support.snapshots import nothing_changes
from tests.support.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laid_notices")]
ROWS = [
    row("T1"),
    row("T2", 金额="5.00", 对方账号=SIPING, 摘要="吉医保异清〔2026〕3号"),
    row("T3", 金额="12.35", 对方账号="", 摘要="结息"),
]


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("import_bank", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def codes(folder: Path, rows: list[dict[str, str]], world: World) -> dict[int, str]:
    path = write(folder / "checked.csv", rows)
    outcome = check_bank(CheckRequest(path=path, file_name=path.name, by=world.system))
    return {refused.line_no - 1: refused.code for refused in outcome.refused}


def test_a_statement_is_registered_and_matched(tmp_path: Path) -> None:
    told = run(str(write(tmp_path / "bank.csv", ROWS)))

    counts = {name: told[name] for name in ("rows", "accepted", "unchanged", "matched", "refused")}
    assert counts == {"rows": 3, "accepted": 3, "unchanged": 0, "matched": 2, "refused": {}}
    columns = ("reference", "direction", "amount_fen", "row_no", "region")
    assert list(BankLine.objects.order_by("pk").values_list(*columns)) == [
        ("T1", "in", 54500, 2, None),
        ("T2", "in", 500, 3, None),
        ("T3", "in", 1235, 4, None),
    ]
    assert list(Payment.objects.values_list("basis", "amount_fen")) == [("amount", 54500), ("number", 500)]
    assert check_all(None).broken == []


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = str(write(tmp_path / "bank.csv", ROWS))
    run(path)

    told = run(path)

    assert (told["accepted"], told["unchanged"], told["matched"]) == (0, 3, 0)
    assert (BankLine.objects.count(), Payment.objects.count()) == (3, 2)


def test_a_longer_statement_adds_only_its_new_lines(tmp_path: Path) -> None:
    run(str(write(tmp_path / "bank.csv", ROWS)))

    told = run(str(write(tmp_path / "more.csv", [*ROWS, row("T4", 金额="1.00")])))

    assert (told["accepted"], told["unchanged"]) == (1, 3)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    told = run(str(write(tmp_path / "bank.csv", ROWS)), "--dry-run")

    assert (told["accepted"], told["matched"], told["batch"]) == (3, 0, None)
    assert not BankLine.objects.exists()


def test_a_workbook_reads_the_same_and_tells_eaten_digits(tmp_path: Path, world: World) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(list(NAMES))
    sheet.append(["2026/11/24", "T1", "收", 545, "长春", CHANGCHUN, None])
    sheet.append(["2026/11/24", "T2", "收", 5, "四平", 9900000000000220300, None])
    path = tmp_path / "bank.xlsx"
    book.save(path)

    outcome = check_bank(CheckRequest(path=path, file_name=path.name, by=world.system))

    assert (outcome.accepted, [one.code for one in outcome.refused]) == (1, ["digits_lost"])
    assert outcome.refused[0].column == "对方账号"


def test_each_refusal_has_its_code(tmp_path: Path, world: World) -> None:
    load(world, tmp_path / "known.csv", [row("K1")])
    rows = [
        row("A", 日期=""),
        row(""),
        row("B", 金额=""),
        row("C", 日期="昨天"),
        row("D", 方向="借"),
        row("E", 金额="1.234"),
        row("F", 金额="0.00"),
        row("G", 金额="-5.00"),
        row("H", 摘要="长" * 201),
        row("I"),
        row("I"),
        row("K1", 金额="546.00"),
    ]

    assert codes(tmp_path, rows, world) == {
        1: "missing_value",
        2: "missing_value",
        3: "missing_value",
        4: "bad_date",
        5: "unknown_direction",
        6: "bad_number",
        7: "bad_number",
        8: "bad_number",
        9: "bad_number",
        11: "duplicate_in_file",
        12: "conflicts_with_stored",
    }


def test_a_file_without_a_needed_column_or_row_is_refused(tmp_path: Path) -> None:
    lacking = tmp_path / "lacking.csv"
    lacking.write_text("日期,流水号,方向\n2026-11-24,T1,收\n", encoding="utf-8")
    empty = write(tmp_path / "empty.csv", [])

    for path, words in ((lacking, "缺少必须有的列：金额"), (empty, "没有一行流水")):
        with pytest.raises(Exception, match=words):
            run(str(path))
    assert not Batch.objects.filter(kind="bank").exists()


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path, world: World) -> None:
    """Twins: two equal transfers for one notice, in any order; the earlier one pays."""
    twins = [row("T2"), row("T1"), row("T3", 日期="2026-11-23")]
    found = set()
    for number, rows in enumerate(itertools.permutations(twins)):
        batch = load(world, tmp_path / f"{number}.csv", list(rows))
        found |= set(Payment.objects.filter(line__batch=batch).values_list("line__reference", flat=True))

    assert found == {"T3"}


def test_a_file_in_the_browser_waits_for_a_second_person(tmp_path: Path, world: World) -> None:
    path = write(tmp_path / "bank.csv", ROWS)
    with path.open("rb") as stream:
        kept = file_keep(stream, name=path.name, by=world.prov_finance, at=world.now)
    batch = batch_create(kind="bank", kept=kept, file_name=path.name, by=world.prov_finance, at=world.now)
    batch_check(batch, by=world.prov_finance, at=world.now)

    for by in (world.prov_finance, world.prov_clearing):
        with nothing_changes(), pytest.raises(NotAllowed):
            batch_load(batch, by=by, at=world.now, preview_digest=batch.preview_digest)
    assert not BankLine.objects.exists()
    batch_load(batch, by=world.prov_supervisor, at=world.now, preview_digest=batch.preview_digest)

    assert BankLine.objects.count() == 3
    assert set(Payment.objects.values_list("by__username", flat=True)) == {"prov_supervisor"}
    assert set(BankLine.objects.values_list("entered_by__username", flat=True)) == {"prov_finance"}
    assert check_all(None).broken == []


def test_a_regions_statement_is_of_its_own_account(tmp_path: Path, world: World) -> None:
    load(world, tmp_path / "own.csv", [row("T1", 方向="付")], by=finance_of("220100"))
    load(world, tmp_path / "provinces.csv", [row("T1")])

    assert list(BankLine.objects.order_by("pk").values_list("region__code", flat=True)) == ["220100", None]


def test_a_batch_is_undone_only_while_nothing_was_paid_with_it(tmp_path: Path, world: World) -> None:
    used = load(world, tmp_path / "used.csv", ROWS, by=world.prov_finance)
    unused = load(world, tmp_path / "unused.csv", [row("U1", 金额="1.00")], by=world.prov_finance)

    with nothing_changes(), pytest.raises(DomainError) as refused:
        batch_undo(used, by=world.prov_supervisor, at=world.now, reason="传错了")
    removed = batch_undo(unused, by=world.prov_supervisor, at=world.now, reason="传错了")

    assert (refused.value.code, removed) == ("already_used", 1)
    assert BankLine.objects.count() == 3
    assert check_all(None).broken == []
