"""Fee classes from a file: a case has all of them or none, and they add up to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agency.batches.kinds import CheckRequest
from agency.batches.models import Batch
from agency.batches.services import batch_kind, batch_run, batch_undo
from agency.errors import DomainError
from agency.journal.books import check_all
from settlement.bills.checks import BATCHES, FEES
from settlement.bills.models import FeeLine
from tests.settlement.bills.fees import FEES_OF_S1, fee_row
from tests.settlement.records import files
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]


@pytest.fixture
def load_fees(world: World, tmp_path: Any) -> Run:
    def run(rows: list[dict[str, Any]], *, by: Any = None, name: str = "fees.csv") -> Any:
        path = files.write(tmp_path, rows, name)
        return batch_run(
            kind="fee_classes", path=path, by=by or world.system, system=world.system, at=world.now
        )

    return run


def codes_of(outcome: Any) -> dict[int, str]:
    return {refused.line_no - 1: refused.code for refused in outcome.refused}


@pytest.mark.parametrize("name", ["fees.csv", "fees.xlsx"])
def test_the_classes_of_a_case_are_loaded_once(load: Run, load_fees: Run, name: str) -> None:
    load([row("S1")])

    _, outcome = load_fees(FEES_OF_S1, name=name)
    assert (outcome.accepted, outcome.refused) == (3, [])
    assert list(FeeLine.objects.values_list("fee_class", "amount_fen", "class_b_fen")) == [
        ("01", 30000, 0),
        ("09", 65000, 60000),
        ("14", 5000, 0),
    ]

    _, again = load_fees(FEES_OF_S1, name=f"again-{name}")
    assert (again.accepted, again.unchanged, again.refused) == (0, 3, [])


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([fee_row("S9", "床位费", "1000.00")], {1: "unknown_settlement"}),
        ([fee_row("S1", "牙科费", "1000.00")], {1: "unknown_fee_class"}),
        ([fee_row("S1", "床位费", "999.99")], {1: "parts_do_not_add_up"}),
        ([fee_row("S1", "床位费", "1000.00", 甲类="1.00")], {1: "parts_do_not_add_up"}),
        ([fee_row("S1", "床位费", "1000.001")], {1: "bad_number"}),
        ([fee_row("", "床位费", "1000.00")], {1: "missing_value"}),
        (
            [fee_row("S1", "床位费", "1000.00"), fee_row("S1", "01", "1000.00")],
            {1: "parts_do_not_add_up", 2: "duplicate_in_file"},
        ),
        (
            [fee_row("S1", "床位费", "300.00"), fee_row("S1", "牙科费", "700.00")],
            {1: "parts_do_not_add_up", 2: "unknown_fee_class"},
        ),
    ],
)
def test_what_does_not_add_up_or_is_not_known_is_refused_whole(
    load: Run, load_fees: Run, rows: list[dict[str, Any]], codes: dict[int, str]
) -> None:
    load([row("S1")])

    _, outcome = load_fees(rows)

    assert codes_of(outcome) == codes
    assert not FeeLine.objects.exists()


def test_platform_names_and_short_names_are_known(load: Run, load_fees: Run) -> None:
    load([row("S1")])

    _, outcome = load_fees([{"setl_id": "S1", "med_chrgitm": "床位", "amt": "1000", "clab_amt": "1000"}])

    assert (outcome.accepted, FeeLine.objects.get().class_b_fen) == (1, 100000)


def test_other_content_for_a_stored_case_is_a_conflict(load: Run, load_fees: Run) -> None:
    load([row("S1")])
    load_fees(FEES_OF_S1)

    _, outcome = load_fees([fee_row("S1", "床位费", "1000.00")], name="other.csv")

    assert codes_of(outcome) == {1: "conflicts_with_stored"}
    assert FeeLine.objects.count() == 3


def test_a_region_loads_only_for_its_own_cases(load: Run, load_fees: Run, world: World) -> None:
    load([row("S1")])

    _, outcome = load_fees(FEES_OF_S1, by=world.yanbian_clearing)

    assert set(codes_of(outcome).values()) == {"unknown_settlement"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"结算编号": "S1", "金额": "1"}], "缺少必须有的列：收费项目类别"),
        ([{**fee_row("S1", "01", "1"), "amt": "1"}], "“金额”有两列"),
    ],
)
def test_a_file_without_its_columns_is_refused(
    world: World, tmp_path: Any, rows: list[dict[str, Any]], told: str
) -> None:
    path = files.write(tmp_path, rows, "bad.csv")

    with pytest.raises(DomainError, match=told):
        batch_kind("fee_classes").check(CheckRequest(path=path, file_name="bad.csv", by=world.system))


def test_cases_with_fees_are_not_undone_before_their_fees(load: Run, load_fees: Run, world: World) -> None:
    cases = load([row("S1")])
    fees, _ = load_fees(FEES_OF_S1)

    with pytest.raises(DomainError, match=f"S1 已有费用分类，请先撤销批次 {fees}"):
        batch_undo(cases, by=world.prov_supervisor, at=world.now, reason="传错了")
    assert batch_undo(fees, by=world.prov_supervisor, at=world.now, reason="传错了") == 3
    cases.refresh_from_db()
    assert batch_undo(cases, by=world.prov_supervisor, at=world.now, reason="传错了") == 1


def test_the_books_name_fees_that_do_not_add_up(load: Run, load_fees: Run) -> None:
    load([row("S1")])
    load_fees(FEES_OF_S1)
    assert not [item for item in check_all(None).broken if item.check == FEES]

    FeeLine.objects.filter(fee_class="14").delete()

    broken = [item for item in check_all("202610").broken if item.check == FEES]
    assert [(item.subject, item.message) for item in broken] == [
        ("结算 S1", "各类费用合计 950.00 元，医疗费总额 1,000.00 元，相差 -50.00 元")
    ]


def test_the_database_refuses_parts_that_do_not_add_up(load: Run, load_fees: Run) -> None:
    load([row("S1")])
    load_fees(FEES_OF_S1)

    with pytest.raises(IntegrityError), transaction.atomic():
        FeeLine.objects.filter(fee_class="01").update(class_a_fen=1)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("lost", "应有 3 行 1,000.00 元，实有 2 行 950.00 元"),
        ("two on a line", "有两行写在文件的同一行上"),
        ("undone", "不是已写入的费用分类批次，却有 3 行费用分类"),
        ("moved", "应有 3 行 1,000.00 元，实有 0 行 0.00 元"),
    ],
)
def test_the_books_name_a_batch_that_is_not_whole(load: Run, load_fees: Run, damage: str, told: str) -> None:
    load([row("S1")])
    batch, _ = load_fees(FEES_OF_S1)
    assert check_all(None).broken == []

    lines = FeeLine.objects.filter(batch=batch)
    if damage == "lost":
        lines.filter(fee_class="14").delete()
    elif damage == "two on a line":
        lines.filter(line_no=2).update(line_no=3)
    elif damage == "undone":
        Batch.objects.filter(pk=batch.pk).update(state="undone")
    else:
        lines.update(batch=Batch.objects.get(kind="settlements"))

    found = [one for one in check_all(None).broken if one.check == BATCHES]
    assert (str(batch), told) in [(one.subject.removeprefix("批次 "), one.message) for one in found]


def test_rows_beside_the_header_are_told(load: Run, load_fees: Run) -> None:
    load([row("S1")])

    _, outcome = load_fees([{**one, "": "?"} for one in FEES_OF_S1])

    assert "有 3 行比表头的 7 列多出内容" in "".join(outcome.notes)
