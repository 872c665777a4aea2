"""Verdicts: one judges, another approves; returned and undone with a trace; many alike at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from agency.errors import NotAllowed, SomeoneElseWasFirst
from agency.journal import workflow
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from agency.organisation.models import User
from settlement.reconciliation import judging
from settlement.reconciliation.models import Discrepancy
from tests.settlement.reconciliation.made import (
    difference,
    differing,
    keys,
    make_run,
    only_ours,
    only_theirs,
    own_limit,
    twice,
)
from tests.support.snapshots import refused
from tests.support.world import World

LATER = dt.timedelta(minutes=5)


def give(world: World, *numbers: str, remedy: str = "ask_them", by: User | None = None) -> None:
    by = by or world.prov_clearing
    judging.verdicts_give(keys(*numbers), by=by, at=world.now, remedy=remedy, note="电话核对过")


def approve(world: World, *numbers: str, by: User | None = None) -> None:
    judging.verdicts_approve(keys(*numbers), by=by or world.prov_clearing_2, at=world.now + LATER)


def steps(number: str) -> list[tuple[str, str, str]]:
    found = workflow.history(Discrepancy.machine, difference(number).difference_no)
    return [(step["label"], step["by"], step["reason"]) for step in found]


def test_one_judges_and_another_approves(world: World) -> None:
    make_run(world, only_ours("S1"), only_theirs("S2"))

    give(world, "S1", remedy="hold")
    approve(world, "S1")

    row = difference("S1")
    assert (row.state, row.remedy, row.note) == ("settled", "hold", "电话核对过")
    assert (row.judged_by, row.approved_by) == (world.prov_clearing, world.prov_clearing_2)
    assert (row.judged_at, row.approved_at) == (world.now, world.now + LATER)
    assert steps("S1") == [
        ("待批准", "prov_clearing", "挂账：电话核对过"),
        ("已处理", "prov_clearing_2", ""),
    ]
    assert difference("S2").state == "open"
    told = AuditEntry.objects.filter(action__startswith="verdicts_").order_by("seq")
    assert [(row.action, row.subject_kind, row.subject_no) for row in told] == [
        ("verdicts_given", "discrepancy", "DZ20261100001-00001"),
        ("verdicts_approved", "discrepancy", "DZ20261100001-00001"),
    ]
    assert check_all(None).broken == []


def test_nobody_approves_the_own_verdict_not_even_the_system(world: World) -> None:
    make_run(world, only_ours("S1"), only_theirs("S2"))
    give(world, "S1")
    give(world, "S2", by=world.system)

    with refused("not_allowed", NotAllowed) as refusal:
        approve(world, "S1", by=world.prov_clearing)
    assert "请由另一位同事批准" in refusal.value.message
    with refused("not_allowed", NotAllowed):
        approve(world, "S2", by=world.system)
    with refused("not_allowed", NotAllowed):  # one of many is enough
        approve(world, "S1", "S2", by=world.prov_clearing)
    approve(world, "S1", "S2", by=world.prov_supervisor)


def test_the_database_refuses_it_as_well(world: World) -> None:
    make_run(world, only_ours("S1"))
    give(world, "S1")

    with pytest.raises(IntegrityError), transaction.atomic():
        Discrepancy.objects.update(state="settled", approved_by=world.prov_clearing, approved_at=world.now)


def test_who_may_do_what(world: World) -> None:
    make_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)

    for by in (world.jilin_clearing, world.clerk, world.auditor, world.supervisor, world.prov_system):
        with refused("not_allowed"):
            give(world, "S1", by=by)
    give(world, "S1", by=world.changchun_clearing)
    for by in (world.jilin_clearing, world.clerk, world.auditor):
        with refused("not_allowed"):
            approve(world, "S1", by=by)
    approve(world, "S1", by=world.supervisor)
    assert difference("S1").state == "settled"


def test_the_province_judges_what_a_region_compared(world: World) -> None:
    make_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)

    give(world, "S1", by=world.prov_finance)
    approve(world, "S1", by=world.changchun_clearing)

    assert difference("S1").approved_by == world.changchun_clearing


@pytest.mark.parametrize(
    ("remedy", "note", "code"),
    [
        ("ask_them", " \n ", "note_missing"),
        ("ask_them", "长" * 501, "note_too_long"),
        ("", "有依据", "unknown_remedy"),
        ("forgive", "有依据", "unknown_remedy"),
        ("pair", "有依据", "pair_by_two"),
        ("import", "有依据", "wrong_remedy"),
        ("write_off", "有依据", "write_off_refused"),
    ],
)
def test_what_is_no_verdict_is_refused(world: World, remedy: str, note: str, code: str) -> None:
    make_run(world, only_ours("S1"), differing("S2", "700.00", "698.99"))
    number = "S2" if code == "write_off_refused" else "S1"

    with refused(code):
        judging.verdicts_give(keys(number), by=world.prov_clearing, at=world.now, remedy=remedy, note=note)


def test_many_alike_are_judged_and_approved_at_once(world: World) -> None:
    make_run(world, *(only_theirs(f"S{n}") for n in range(1, 41)))
    numbers = [f"S{n}" for n in range(1, 41)]

    give(world, *numbers, remedy="import")
    approve(world, *numbers)

    assert Discrepancy.objects.filter(state="settled", remedy="import").count() == 40
    told = AuditEntry.objects.get(action="verdicts_approved")
    assert (told.subject_kind, told.subject_no) == ("reconciliation", "DZ20261100001")
    assert (told.detail["rows"], len(told.detail["numbers"])) == (40, 10)
    assert steps("S40") == [
        ("待批准", "prov_clearing", "补导入：电话核对过"),
        ("已处理", "prov_clearing_2", ""),
    ]


def test_of_many_one_that_does_not_fit_refuses_all(world: World) -> None:
    make_run(world, only_theirs("S1"), only_ours("S2"), twice("S3"))

    with refused("wrong_remedy") as refusal:
        give(world, "S1", "S2", "S3", remedy="hold")
    assert "“挂账”不适用于“他有我无”" in refusal.value.message
    assert refusal.value.facts["count"] == 2

    give(world, "S1")
    with refused("other_state") as refusal:
        give(world, "S1", "S2")
    assert refusal.value.message == ("DZ20261100001-00001 现在是“待批准”；可能刚有同事办过，请刷新后再看。")


def test_nothing_chosen_is_refused(world: World) -> None:
    with refused("none_chosen"):
        give(world)


def test_differences_that_are_gone_are_told(world: World) -> None:
    make_run(world, only_ours("S1"))

    with refused("someone_else_was_first"):
        judging.verdicts_approve([*keys("S1"), 999_999], by=world.prov_clearing, at=world.now)


def test_a_rest_is_written_off_whole_within_the_limit_of_its_day(world: World) -> None:
    make_run(
        world,
        differing("S1", "700.00", "699.00"),
        differing("S2", "700.00", "701.00"),
        differing("S3", "700.00", "698.99"),
    )

    give(world, "S1", "S2", remedy="write_off")
    with refused("write_off_refused") as refusal:
        give(world, "S3", remedy="write_off")

    assert [difference(n).written_off_fen for n in ("S1", "S2")] == [100, -100]
    assert refusal.value.message == "DZ20261100001-00003：差额 1.01 元，超过核销限额 1.00 元。"


def test_a_region_may_have_a_limit_of_its_own(world: World) -> None:
    make_run(world, differing("S1", "700.00", "699.00"), region=world.changchun)
    make_run(world, differing("S2", "700.00", "699.00"), region=world.jilin)
    own_limit(world, world.changchun, 99)

    with refused("write_off_refused"):
        give(world, "S1", remedy="write_off")
    give(world, "S2", remedy="write_off")


def test_the_database_writes_off_nothing_but_the_whole_rest(world: World) -> None:
    make_run(world, differing("S1", "700.00", "699.00"))
    give(world, "S1", remedy="write_off")

    for wrong in ({"written_off_fen": 99}, {"remedy": "none"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Discrepancy.objects.update(**wrong)


def test_a_returned_verdict_is_open_again_with_its_note(world: World) -> None:
    make_run(world, differing("S1", "700.00", "699.00"))
    give(world, "S1", remedy="write_off")

    with refused("reason_missing"):
        judging.verdicts_return(keys("S1"), by=world.prov_clearing_2, at=world.now, reason=" ")
    judging.verdicts_return(keys("S1"), by=world.prov_clearing_2, at=world.now, reason="先问对方")

    row = difference("S1")
    assert (row.state, row.remedy, row.written_off_fen, row.judged_by) == ("open", "", 0, None)
    assert row.note == "电话核对过"
    assert steps("S1")[-1] == ("待处理", "prov_clearing_2", "先问对方")
    give(world, "S1")


def test_an_approved_verdict_is_undone_and_that_stays_to_be_seen(world: World) -> None:
    make_run(world, only_ours("S1"))
    give(world, "S1", remedy="carry")
    with refused("other_state"):
        judging.verdicts_undo(keys("S1"), by=world.prov_supervisor, at=world.now, reason="看错了")
    approve(world, "S1")

    judging.verdicts_undo(keys("S1"), by=world.prov_supervisor, at=world.now, reason="看错了")

    row = difference("S1")
    assert (row.state, row.remedy, row.approved_by, row.approved_at) == ("open", "", None, None)
    assert [step[0] for step in steps("S1")] == ["待批准", "已处理", "待处理"]
    told = AuditEntry.objects.get(action="verdicts_undone")
    assert told.detail["reason"] == "看错了"
    assert check_all(None).broken == []


@pytest.mark.parametrize("state", ["signed", "voided"])
def test_of_a_closed_run_no_verdict_changes(world: World, state: str) -> None:
    run = make_run(world, only_ours("S1"), only_ours("S2"))
    give(world, "S1")
    approve(world, "S1")
    signed = {"signed_by": world.prov_supervisor, "signed_at": world.now} if state == "signed" else {}
    workflow.move(run, state, by=world.prov_clearing, at=world.now, reason="作废", **signed)

    with refused("run_closed"):
        give(world, "S2")
    with refused("run_closed"):
        judging.verdicts_undo(keys("S1"), by=world.prov_supervisor, at=world.now, reason="看错了")


def test_a_verdict_that_changed_since_it_was_seen_is_not_approved(world: World) -> None:
    make_run(world, only_ours("S1"))
    give(world, "S1")
    seen = world.now
    judging.verdicts_return(keys("S1"), by=world.prov_supervisor, at=world.now, reason="再想想")
    judging.verdicts_give(
        keys("S1"), by=world.prov_clearing, at=world.now + LATER, remedy="none", note="另一种"
    )

    with refused("someone_else_was_first", SomeoneElseWasFirst) as refusal:
        judging.verdicts_approve(keys("S1"), by=world.prov_clearing_2, at=world.now + LATER, seen_at=seen)
    assert "请看过新的再批准" in refusal.value.message
    judging.verdicts_approve(
        keys("S1"), by=world.prov_clearing_2, at=world.now + LATER, seen_at=world.now + LATER
    )
