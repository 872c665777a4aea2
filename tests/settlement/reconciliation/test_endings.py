"""了结: what a signed comparison carried forward ends by two people where no later month is its half."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agency.errors import NotAllowed, SomeoneElseWasFirst
from agency.journal import workflow
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from agency.organisation.models import User
from settlement.reconciliation import ending, judging, pairing
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from tests.settlement.reconciliation.carried import (
    approve,
    carried_run,
    carry,
    give_back,
    propose,
    seen,
    sign,
    undo,
)
from tests.settlement.reconciliation.made import (
    NOVEMBER,
    difference,
    differing,
    make_run,
    only_ours,
    only_theirs,
    own_limit,
    twice,
)
from tests.support.snapshots import refused
from tests.support.world import World


def carried() -> list[str]:
    return list(pairing.carried().order_by("pk").values_list("subject", flat=True))


def steps(one: CarriedEnding) -> list[tuple[str, str, str]]:
    found = workflow.history(CarriedEnding.machine, one.ending_no)
    return [(step["label"], step["by"], step["reason"]) for step in found]


def pair_with(world: World, number: str, half: Discrepancy) -> list[Discrepancy]:
    who = {"by": world.prov_clearing, "at": world.now}
    return pairing.pair_give(difference(number).pk, half.pk, note="同一笔", **who)


def test_what_was_carried_ends_by_two_people_and_leaves_the_list(world: World) -> None:
    run = carried_run(world, only_ours("S1"), only_ours("S2"))
    before = list(Discrepancy.objects.order_by("pk").values())

    one = propose(world, "S1")
    assert (one.state, one.remedy, one.note, one.written_off_fen) == (
        "proposed",
        "ask_them",
        "对方已更正",
        0,
    )
    assert carried() == ["S1", "S2"]  # until somebody approves
    approve(world, one)

    one.refresh_from_db()
    assert (one.state, one.proposed_by, one.approved_by) == (
        "approved",
        world.prov_clearing,
        world.prov_clearing_2,
    )
    assert (one.ending_no, one.approved_at) == ("LJ20261100001", world.now)
    assert carried() == ["S2"]
    assert steps(one) == [
        ("待批准", "prov_clearing", "请对方更正：对方已更正"),
        ("已了结", "prov_clearing_2", ""),
    ]
    assert list(Discrepancy.objects.order_by("pk").values()) == before  # as it was signed
    assert ReconciliationRun.objects.get() == run
    told = AuditEntry.objects.filter(action__startswith="ending_").order_by("seq")
    assert [(row.action, row.subject_kind, row.subject_no, row.detail["difference"]) for row in told] == [
        ("ending_proposed", "carried_ending", "LJ20261100001", "DZ20261100001-00001"),
        ("ending_approved", "carried_ending", "LJ20261100001", "DZ20261100001-00001"),
    ]
    assert check_all(None).broken == []


def test_a_returned_ending_stays_and_another_is_proposed(world: World) -> None:
    carried_run(world, only_ours("S1"))
    first = propose(world, "S1")

    give_back(world, first)
    second = propose(world, "S1", "correct", "医院撤回，我方已更正")
    approve(world, second)

    assert carried() == []
    assert [(one.ending_no, one.state) for one in CarriedEnding.objects.order_by("pk")] == [
        ("LJ20261100001", "returned"),
        ("LJ20261100002", "approved"),
    ]
    assert steps(first)[-1] == ("已退回", "prov_clearing_2", "还没有看到更正")
    assert check_all(None).broken == []


def test_an_approved_ending_is_undone_and_the_difference_is_carried_on(world: World) -> None:
    carried_run(world, only_ours("S1"))
    one = approve(world, propose(world, "S1"))

    undo(world, one)

    assert carried() == ["S1"]
    one.refresh_from_db()
    assert (one.state, one.approved_by) == ("undone", world.prov_clearing_2)  # who approved stays to be seen
    assert steps(one)[-1] == ("已撤销", "prov_supervisor", "更正又被撤回")
    approve(world, propose(world, "S1", "none"))
    assert carried() == []
    assert check_all(None).broken == []


def test_nobody_approves_what_they_proposed_not_even_the_system(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    own, systems = propose(world, "S1"), propose(world, "S2", by=world.system)

    with refused("not_allowed", NotAllowed) as refusal:
        approve(world, own, by=world.prov_clearing)
    assert refusal.value.message == "LJ20261100001 是您自己提出的，请由另一位同事批准。"
    with refused("not_allowed", NotAllowed):
        approve(world, systems, by=world.system)


def test_who_may_end_what(world: World) -> None:
    carried_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)

    for by in (world.jilin_clearing, world.clerk, world.auditor, world.supervisor, world.prov_system):
        with refused("not_allowed"):
            propose(world, "S1", by=by)
    one = propose(world, "S1", by=world.changchun_clearing)
    for by in (world.jilin_clearing, world.clerk, world.auditor):
        for act in (approve, give_back):
            with refused("not_allowed"):
                act(world, one, by=by)
    approve(world, one, by=world.supervisor)
    for by in (world.jilin_clearing, world.clerk, world.auditor):
        with refused("not_allowed"):
            undo(world, one, by=by)
    assert carried() == []


# --- what can be ended --------------------------------------------------------------------------------------


def test_while_the_comparison_is_not_signed_the_verdict_itself_is_undone(world: World) -> None:
    run = make_run(world, only_ours("S1"))
    carry(world, "S1")

    with refused("not_signed") as refusal:
        propose(world, "S1")
    assert refusal.value.message == (
        f"对账 {run} 还没有签字，DZ20261100001-00001 的结论可以直接撤销，另提一个，不用了结。"
    )
    judging.verdicts_undo([difference("S1").pk], by=world.prov_supervisor, at=world.now, reason="已更正")
    with refused("not_carried"):
        propose(world, "S1")


def test_of_a_voided_comparison_nothing_is_ended(world: World) -> None:
    run = make_run(world, only_ours("S1"))
    carry(world, "S1")
    workflow.move(run, "voided", by=world.prov_clearing, at=world.now, reason="传错")

    with refused("run_closed"):
        propose(world, "S1")


def test_what_was_not_carried_has_its_verdict(world: World) -> None:
    run = make_run(world, only_ours("S1"))
    who = {"at": world.now}
    key = [difference("S1").pk]
    judging.verdicts_give(key, by=world.prov_clearing, remedy="ask_them", note="请更正", **who)
    judging.verdicts_approve(key, by=world.prov_clearing_2, **who)
    sign(world, run)

    with refused("not_carried") as refusal:
        propose(world, "S1")
    assert "不是批准了“转下月继续”的差异" in refusal.value.message
    with refused("someone_else_was_first"):
        ending.endings_propose([999_999], by=world.prov_clearing, at=world.now, remedy="none", note="没有了")


@pytest.mark.parametrize(
    ("remedy", "note", "code"),
    [
        ("ask_them", " \n ", "note_missing"),
        ("ask_them", "长" * 501, "note_too_long"),
        ("", "有依据", "wrong_remedy"),
        ("forgive", "有依据", "wrong_remedy"),
        ("carry", "有依据", "wrong_remedy"),
        ("pair", "有依据", "wrong_remedy"),
        ("import", "有依据", "wrong_remedy"),  # nobody imports what we have
    ],
)
def test_what_is_no_ending_is_refused(world: World, remedy: str, note: str, code: str) -> None:
    carried_run(world, only_ours("S1"))

    with refused(code):
        propose(world, "S1", remedy, note)


def test_each_kind_ends_as_its_verdicts_can(world: World) -> None:
    carried_run(world, only_theirs("S1"), twice("S2"))

    approve(world, propose(world, "S1", "import", "十一月补导入了"))
    with refused("wrong_remedy") as refusal:
        propose(world, "S2", "correct")

    assert "“更正我方”不是“重复”（DZ20261100001-00002）了结的办法" in refusal.value.message
    assert carried() == ["S2"]


def test_a_rest_is_written_off_whole_within_the_limit_of_its_day_and_region(world: World) -> None:
    carried_run(world, differing("S1", "700.00", "701.00"), differing("S2", "700.00", "698.99"))
    carried_run(world, differing("S3", "700.00", "699.00"), region=world.changchun)
    own_limit(world, world.changchun, 99)

    one = approve(world, propose(world, "S1", "write_off"))
    assert one.written_off_fen == -100
    with refused("write_off_refused") as refusal:
        propose(world, "S2", "write_off")
    assert refusal.value.message == "DZ20261100001-00002：差额 1.01 元，超过核销限额 1.00 元。"
    with refused("write_off_refused") as refusal:
        propose(world, "S3", "write_off")
    assert "超过核销限额 0.99 元" in refusal.value.message
    assert check_all(None).broken == []


# --- one ending, or one half --------------------------------------------------------------------------------


def test_one_ending_stands_at_a_time(world: World) -> None:
    carried_run(world, only_ours("S1"))
    one = propose(world, "S1")

    with refused("already_proposed") as refusal:
        propose(world, "S1", by=world.prov_finance)
    assert refusal.value.message == (
        "DZ20261100001-00001 已由prov_clearing提出了结（LJ20261100001，待批准），不必再提。"
    )
    approve(world, one)
    with refused("already_proposed") as refusal:
        propose(world, "S1")
    assert "已了结" in refusal.value.message


@pytest.mark.parametrize(
    ("before", "act"),
    [
        ((), undo),
        ((approve,), approve),
        ((approve,), give_back),
        ((give_back,), approve),
        ((approve, undo), undo),
    ],
)
def test_a_step_that_is_none_is_refused(
    world: World, before: tuple[Callable[..., CarriedEnding], ...], act: Callable[..., CarriedEnding]
) -> None:
    carried_run(world, only_ours("S1"))
    one = propose(world, "S1")
    for earlier in before:
        earlier(world, one)

    with refused("no_such_step"):
        act(world, one)


def test_what_was_seen_is_what_is_approved(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    one, other = propose(world, "S1"), propose(world, "S2")

    for number in ("LJ0", other.ending_no):
        with refused("someone_else_was_first", SomeoneElseWasFirst):
            who: User = world.prov_clearing_2
            ending.endings_approve({one.discrepancy_id: number}, by=who, at=world.now)
    for act in (ending.endings_return, ending.endings_undo):
        with refused("reason_missing"):
            act(seen(one), by=world.prov_clearing_2, at=world.now, reason=" ")


def test_what_ended_is_no_half_of_a_later_one(world: World) -> None:
    carried_run(world, only_ours("S1"))
    october = difference("S1")
    make_run(world, only_theirs("N1"), period=NOVEMBER)
    assert october in pairing.candidates(difference("N1"), 8)

    one = propose(world, "S1")
    assert pairing.candidates(difference("N1"), 8) == []
    with refused("is_ended") as refusal:
        pair_with(world, "N1", october)
    assert refusal.value.message == (
        "DZ20261100001-00001 已提出了结，等批准（LJ20261100001），不能再与别的对应；要对应，请先退回了结。"
    )
    approve(world, one)
    with refused("is_ended") as refusal:
        pair_with(world, "N1", october)
    assert "已经了结（LJ20261100001），不能再与别的对应；要对应，请先撤销了结" in refusal.value.message
    assert pairing.candidates(difference("N1"), 8) == []

    undo(world, one)
    assert pairing.candidates(difference("N1"), 8) == [october]
    pair_with(world, "N1", october)
    assert check_all(None).broken == []


def test_what_a_later_one_names_is_not_ended(world: World) -> None:
    carried_run(world, only_ours("S1"))
    october = difference("S1")
    make_run(world, only_theirs("N1"), period=NOVEMBER)
    pair_with(world, "N1", october)

    with refused("is_paired") as refusal:
        propose(world, "S1")
    assert "DZ20261100001-00001 已由 DZ20261100002-00001 对应，不用了结" in refusal.value.message
    key = [difference("N1").pk]
    judging.verdicts_return(key, by=world.prov_clearing_2, at=world.now, reason="不是它")
    approve(world, propose(world, "S1"))
    assert carried() == []


def test_what_was_compared_anew_since_is_not_ended(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    one, old = propose(world, "S1"), difference("S2")
    newer = make_run(world, only_ours("S2"))

    with refused("compared_anew") as refusal:
        approve(world, one)
    assert "202610 后来重新对过账，以新的一次为准" in refusal.value.message
    with refused("compared_anew"):
        said = {"remedy": "none", "note": "说明"}
        ending.endings_propose([old.pk], by=world.prov_clearing, at=world.now, **said)
    workflow.move(newer, "voided", by=world.prov_clearing, at=world.now, reason="文件传错")
    approve(world, one)
    assert carried() == ["S2"]
