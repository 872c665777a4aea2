"""A conflict becomes a pair in the open month, by two people; nothing is overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agency.batches.models import Batch, Refusal
from agency.batches.services import batch_run, batch_undo
from agency.errors import DomainError, DomainErrors, NotAllowed, SomeoneElseWasFirst
from agency.journal.books import check_all
from agency.journal.models import StateChange
from settlement.corrections.conflicts import conflict as conflict_of
from settlement.corrections.conflicts import conflicts_open
from settlement.corrections.models import Correction
from settlement.corrections.services import (
    correction_approve,
    correction_propose,
    correction_reject,
    correction_withdraw,
)
from settlement.records.models import SettlementRecord
from tests.settlement.corrections.conftest import OTHER
from tests.settlement.records import files
from tests.settlement.records.files import reversal, row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

Run = Callable[..., Any]


def stored() -> list[tuple[str, int, bool, int, int, str]]:
    rows = SettlementRecord.objects.order_by("settlement_no", "correction_no")
    return list(
        rows.values_list(
            "settlement_no", "correction_no", "is_reversal", "total_fee_fen", "fund_total_fen", "period"
        )
    )


def test_a_correction_is_a_pair_beside_the_original(corrected: Run) -> None:
    correction = corrected()

    assert stored() == [
        ("S1", 0, False, 100_000, 56_000, "202610"),
        ("S1", 1, True, -100_000, -56_000, "202610"),
        ("S1", 2, False, 100_000, 57_000, "202610"),
    ]
    assert correction.reversal.reverses_no == "S1"
    assert correction.record.content_digest != correction.seen_digest
    assert list(
        StateChange.objects.filter(subject_no=correction.proposal_no).values_list("to_state", "by__username")
    ) == [("proposed", "prov_clearing"), ("approved", "prov_clearing_2")]


def test_of_a_signed_month_it_counts_in_the_oldest_open_one(
    load: Run, conflict: Run, propose: Run, sign: Run, world: World
) -> None:
    load([row("S1")])
    sign("202610")
    correction_approve(by=world.prov_clearing_2, at=world.now, correction=propose(conflict()))

    assert [record[5] for record in stored()] == ["202610", "202611", "202611"]


def test_what_was_corrected_is_unchanged_and_the_old_content_a_conflict(corrected: Run, check: Run) -> None:
    corrected()

    now, before = check([row("S1", **OTHER)]), check([row("S1")])

    assert (now.unchanged, now.refused) == (1, [])
    assert [refused.code for refused in before.refused] == ["conflicts_with_stored"]


def test_corrected_again_it_stands_as_said_last(
    corrected: Run, conflict: Run, propose: Run, check: Run, world: World
) -> None:
    corrected()
    again = propose(conflict(row("S1")))
    correction_approve(by=world.prov_clearing_2, at=world.now, correction=again)

    assert [(record[1], record[4]) for record in stored()] == [
        (0, 56_000), (1, -56_000), (2, 57_000), (3, -57_000), (4, 56_000),
    ]  # fmt: skip
    assert check([row("S1")]).unchanged == 1
    assert list(SettlementRecord.objects.standing().values_list("correction_no", flat=True)) == [4]


def test_a_corrected_case_can_be_reversed_as_it_stands(corrected: Run, check: Run) -> None:
    corrected()

    old, new = (
        check([reversal("R1", "S1")]),
        check([reversal("R1", "S1", 统筹基金="-510", 基金支付总额="-570", 个人现金="-290")]),
    )

    assert [refused.code for refused in old.refused] == ["reversal_does_not_match"]
    assert (new.accepted, new.refused) == (1, [])


@pytest.mark.parametrize(
    ("before", "change", "code", "told"),
    [
        ([reversal("R1", "S1")], row("S1", **OTHER), "already_reversed", "已由 R1 整笔冲正"),
        ([reversal("R1", "S1")], reversal("R1", "S1", 诊断="改"), "is_reversal", "必须与原结算整笔相抵"),
        ([row("S2")], reversal("S1", "S2"), "becomes_reversal", "请用自己的结算编号"),
    ],
)
def test_what_cannot_be_corrected_says_why(
    before: list[Any], change: Any, code: str, told: str, load: Run, conflict: Run, propose: Run
) -> None:
    load([row("S1"), *before])

    refusal = conflict(change)
    with nothing_changes(), pytest.raises(DomainErrors) as raised:
        propose(refusal)

    assert [error.code for error in raised.value.errors] == [code]
    assert told in raised.value.message
    assert not Correction.objects.exists()


def test_a_case_with_a_deduction_waits_until_that_is_withdrawn(
    deducted: Run, load: Run, conflict: Run, propose: Run
) -> None:
    load([row("S1")])
    number = deducted("S1")

    refusal = conflict()
    with nothing_changes(), pytest.raises(DomainErrors, match=f"有扣款 {number}，请先撤回扣款"):
        propose(refusal)


def test_nobody_decides_what_they_proposed_or_uploaded(
    load: Run, conflict: Run, propose: Run, world: World
) -> None:
    load([row("S1")])
    refusal = conflict()
    Batch.objects.filter(pk=refusal.batch_id).update(by_command=False, created_by=world.prov_clearing_2)
    correction = propose(refusal)

    for by in (world.prov_clearing, world.prov_clearing_2, world.clerk):
        with nothing_changes(), pytest.raises(NotAllowed):
            correction_approve(by=by, at=world.now, correction=correction)

    assert len(stored()) == 1


def test_the_database_refuses_one_person_for_both(load: Run, conflict: Run, propose: Run) -> None:
    load([row("S1")])
    correction = propose(conflict())

    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(
            state="rejected", decided_by=correction.proposed_by, decided_at=correction.proposed_at
        )


def test_a_rejected_or_proposed_conflict_is_off_the_queue_a_withdrawn_one_comes_back(
    load: Run, conflict: Run, propose: Run, world: World
) -> None:
    load([row("S1")])
    refusal, same = conflict(), conflict(row("S1", **OTHER), row("S1"))
    open_to = lambda: set(conflicts_open(world.prov_clearing).values_list("pk", flat=True))  # noqa: E731
    assert open_to() == {refusal.pk, same.pk}

    first = propose(refusal)
    assert open_to() == set()
    correction_withdraw(by=world.prov_clearing, at=world.now, correction=first, reason="再核对")
    assert open_to() == {refusal.pk, same.pk}

    second = propose(refusal)
    correction_reject(by=world.prov_clearing_2, at=world.now, correction=second, reason="医院撤回说明")
    assert open_to() == set()
    assert len(stored()) == 1


def test_what_changed_since_the_proposal_is_not_corrected(
    load: Run, conflict: Run, propose: Run, world: World
) -> None:
    batch = load([row("S1")])
    correction = propose(conflict())
    batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")
    with nothing_changes(), pytest.raises(DomainError, match="所在的批次已撤销"):
        correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)

    load([row("S1", 姓名="李四")])
    with nothing_changes(), pytest.raises(SomeoneElseWasFirst, match="在提出之后有了变化"):
        correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)


def test_a_decision_is_made_once(corrected: Run, world: World) -> None:
    stale = corrected()
    stale.state = "proposed"

    with nothing_changes(), pytest.raises(DomainError):
        correction_approve(by=world.prov_clearing_2, at=world.now, correction=stale)

    assert len(stored()) == 3


def test_the_batch_of_a_corrected_case_cannot_be_undone(corrected: Run, world: World) -> None:
    corrected()
    batch = SettlementRecord.objects.get(settlement_no="S1", correction_no=0).batch

    with nothing_changes(), pytest.raises(DomainError, match="S1 已经更正过，整批不能撤销"):
        batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")


def test_a_stranger_s_case_is_not_theirs_to_correct(load: Run, conflict: Run, world: World) -> None:
    load([row("S1")])
    refusal = conflict(by=world.yanbian_clearing)

    with nothing_changes(), pytest.raises(DomainError, match="不属于本统筹区"):
        correction_propose(by=world.yanbian_clearing, at=world.now, refusal=refusal, reason="改")


def test_a_party_of_the_case_may_propose(load: Run, conflict: Run, world: World) -> None:
    load([row("S1")])
    refusal = conflict(by=world.changchun_clearing)

    correction = correction_propose(
        by=world.changchun_clearing, at=world.now, refusal=refusal, reason="医院说明"
    )
    correction_approve(by=world.changchun_clearing_2, at=world.now, correction=correction)

    assert len(stored()) == 3


def test_the_place_and_the_institution_can_be_corrected(corrected: Run) -> None:
    correction = corrected(就医地区划="222401", 定点医药机构编号="H22240100009", 定点医药机构名称="新医院")

    record = correction.record
    assert (record.care_region.code, record.institution.name, record.institution.is_stub) == (
        "222400",
        "新医院",
        True,
    )


def test_a_workbook_s_line_is_read_again_as_it_was(
    load: Run, world: World, tmp_path: Any, propose: Run
) -> None:
    load([row("S1")])
    typed = {
        **OTHER,
        "统筹基金": 510,
        "入院日期": dt.date(2026, 10, 1),
    }
    path = files.write(tmp_path, [row("S1", **typed)], "typed.xlsx")
    batch, _ = batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)

    correction = propose(Refusal.objects.get(batch=batch))
    correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)

    assert stored()[2][4] == 57_000


def test_a_day_that_excel_kept_as_a_number_is_read_again(load: Run, world: World, tmp_path: Path) -> None:
    """2026-10-09 10:30 is 46304.4375 there, and that is what a cell of no date format hands over."""
    load([row("S1")])
    path = files.write(tmp_path, [row("S1", 结算时间=46304.4375, 入院日期=46296, **OTHER)], "days.xlsx")
    batch, _ = batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)
    refusal = Refusal.objects.get(batch=batch)

    texts = dict(zip(batch.preview["header"], refusal.cells, strict=True))
    found = conflict_of(world.prov_clearing, refusal)

    assert (texts["结算时间"], texts["入院日期"]) == ("2026-10-09 10:30:00", "2026-10-01")
    assert (found.why, found.differing) == ("", ["基金支付总额", "统筹基金", "个人现金"])


def test_a_file_that_was_undone_is_no_ground_any_more(
    load: Run, conflict: Run, propose: Run, world: World
) -> None:
    load([row("S1")])
    refusal = conflict(row("S1", **OTHER), row("S9"))
    correction = propose(refusal)
    batch_undo(refusal.batch, by=world.prov_supervisor, at=world.now, reason="传错了")

    with nothing_changes(), pytest.raises(DomainError, match="已撤回或撤销"):
        correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)


def test_the_books_name_a_correction_decided_by_who_brought_its_file_in(corrected: Run, world: World) -> None:
    correction = corrected()
    assert check_all(None).broken == []

    changes = {"created_by": world.prov_clearing_2, "confirmed_by": world.prov_clearing, "by_command": False}
    Batch.objects.filter(pk=correction.batch_id).update(**changes)

    for period in (None, "202610"):
        (found,) = check_all(period).broken
        assert (found.subject, found.message) == (f"更正 {correction}", "审批人就是上传文件的人")
