"""Whatever the order of their rows and columns, whatever stands twice: the result is the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agency.batches.services import batch_run
from settlement.reconciliation.models import ReconciliationRun, RunTotal
from tests.settlement.records import files
from tests.settlement.records.files import Row, reversal, row
from tests.support.ground import Ground
from tests.support.world import World

Run = Callable[..., ReconciliationRun]
FAMILY = {"证件号码": "220104198805067236", "姓名": "张三"}
DEARER = {"统筹基金": "510.00", "基金支付总额": "570.00", "个人现金": "290.00"}
OURS = [
    row("S1"), row("S2"), row("S3", **FAMILY), row("S4"), row("S5"), row("S6"), row("S7"), row("S8"),
    reversal("R7", "S7"), row("长S9"), row("s9"), row("S10"), row("S-11"),
]  # fmt: skip
THEIRS = [
    row("S1"), row("S1"), row("S2", **DEARER), row("S2"), row("S2", **FAMILY), row("S3"),
    row("S4", 险种="390"), row("S5", 结算时间="2026-09-09 10:30:00"), row("S6", 退费标志="1"),
    row("S7"), row("R7"), row("s9"), row("长S9", **DEARER), row("S12"), row("S12", 姓名="李四"),
    row("S13", 姓名="“引号”, 逗号"), row("S-11"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def ours(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    def lay(world: World) -> None:
        path = files.write(tmp_path_factory.mktemp("ours"), OURS)
        batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)

    with ground(lay):
        yield


def content(run: ReconciliationRun) -> Any:
    """All that was found, but where their rows stood."""
    assert run.state == "compared", run.message
    found = run.discrepancies.values_list(
        "serial", "kind", "subject", "our_correction_no", "times", "columns", "ours", "theirs", "amount_fen"
    )
    totals = [field.name for field in RunTotal._meta.fields if field.name not in ("id", "run")]
    return list(found), set(run.totals.values_list(*totals)), run.result_digest, run.matched, run.counts


def shuffled(rows: list[Row], chance: random.Random) -> list[Row]:
    """The rows in another order, their columns too."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    chance.shuffle(names)
    mixed = [{name: one.get(name, "") for name in names} for one in rows]
    chance.shuffle(mixed)
    return mixed


def test_what_is_found_here(db: None, compare: Run) -> None:
    run = compare(THEIRS)

    assert {one.subject: one.kind for one in run.discrepancies.all()} == {
        "S1": "duplicate", "S2": "duplicate", "S12": "duplicate", "S8": "only_ours", "S10": "only_ours",
        "S13": "only_theirs", "S6": "reversal_differs", "R7": "reversal_differs", "S3": "owner_differs",
        "S4": "owner_differs", "S5": "period_differs", "长S9": "amount_differs",
    }  # fmt: skip
    assert run.matched == 3


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["theirs.csv", "theirs.xlsx"])
def test_order_changes_nothing(db: None, compare: Run, seed: int, name: str) -> None:
    mixed = shuffled(THEIRS, random.Random(seed))

    assert content(compare(mixed, name=name)) == content(compare(THEIRS))


def test_differences_are_numbered_by_settlement_number(db: None, compare: Run) -> None:
    run = compare(THEIRS)

    found = list(run.discrepancies.order_by("serial").values_list("serial", "subject"))

    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert [subject for _, subject in found] == sorted(subject for _, subject in found)


def test_a_row_that_stands_there_once_more_changes_only_its_own_number(db: None, compare: Run) -> None:
    before = {one.subject: (one.kind, one.amount_fen) for one in compare(THEIRS).discrepancies.all()}

    after = compare([*THEIRS, row("S7"), row("S10")])

    changed = {one.subject: (one.kind, one.amount_fen) for one in after.discrepancies.all()}
    assert changed == {
        **{subject: told for subject, told in before.items() if subject != "S10"},
        "S7": ("duplicate", -70000),
    }
