"""Pairs: two halves of one thing are judged together, each is used once, equal to the cent; what earlier
months carried forward is settled by what comes later."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from agency.journal import workflow
from agency.journal.books import check_all
from settlement.reconciliation import judging, pairing
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.pairing_many import pairs_give
from settlement.reconciliation.report_filling import report_data
from settlement.reconciliation.signing import run_sign
from tests.settlement.reconciliation.made import (
    NOVEMBER,
    Said,
    difference,
    differing,
    keys,
    make_run,
    minus,
    only_ours,
    only_theirs,
)
from tests.support.snapshots import refused
from tests.support.world import World


def pair(world: World, one: str, other: str, of: Discrepancy | None = None) -> list[Discrepancy]:
    other_key = of.pk if of is not None else difference(other).pk
    return pairing.pair_give(
        difference(one).pk, other_key, by=world.prov_clearing, at=world.now, note="编号颠倒了两位"
    )


def settle(world: World, *numbers: str, remedy: str = "carry") -> None:
    at = world.now
    judging.verdicts_give(keys(*numbers), by=world.prov_clearing, at=at, remedy=remedy, note="等对方")
    judging.verdicts_approve(keys(*numbers), by=world.prov_clearing_2, at=at)


def sign(world: World, number: str) -> None:
    run_sign(run=difference(number).run, by=world.prov_supervisor, at=world.now)


def states(*numbers: str) -> list[str]:
    return [difference(number).state for number in numbers]


def test_two_halves_are_judged_approved_and_undone_together(world: World) -> None:
    make_run(world, only_ours("S12"), only_theirs("S21"), only_theirs("S3"))

    judged = pair(world, "S12", "S21")
    assert {row.subject for row in judged} == {"S12", "S21"}
    one, other = difference("S12"), difference("S21")
    assert (one.pair, other.pair, one.remedy) == (other, one, "pair")
    assert states("S12", "S21", "S3") == ["judged", "judged", "open"]

    judging.verdicts_approve(keys("S21"), by=world.prov_clearing_2, at=world.now)  # the one brings the other
    assert states("S12", "S21") == ["settled", "settled"]
    assert check_all(None).broken == []
    told = {row.values["remedy"] for row in report_data(difference("S12").run).annexes[-1].rows}
    assert {"与另一条互相对应（S21）", "与另一条互相对应（S12）"} <= told
    judging.verdicts_undo(keys("S12"), by=world.prov_clearing_2, at=world.now, reason="不是同一笔")
    assert states("S12", "S21") == ["open", "open"]
    assert (difference("S12").pair, difference("S21").pair) == (None, None)
    pair(world, "S12", "S3")  # free again
    judging.verdicts_return(keys("S3"), by=world.prov_clearing_2, at=world.now, reason="再看")
    assert states("S12", "S3") == ["open", "open"]


def test_amounts_are_equal_to_the_cent_or_refused(world: World) -> None:
    make_run(world, only_ours("S1", "700.00"), only_theirs("S2", "699.99"), only_ours("S3"))

    with refused("not_a_pair") as refusal:
        pair(world, "S1", "S2")
    assert "相差 0.01 元，不能互相对应" in refusal.value.message
    with refused("not_a_pair") as refusal:
        pair(world, "S1", "S3")
    assert "都在我方一侧" in refusal.value.message
    with refused("not_a_pair"):
        pair(world, "S1", "S1")


def test_a_case_and_its_own_refund_belong_together(world: World) -> None:
    make_run(world, only_ours("S1"), only_ours("S2", minus("700.00"), 原结算编号="S1"))

    pair(world, "S1", "S2")

    assert states("S1", "S2") == ["judged", "judged"]


def test_a_half_is_used_once(world: World) -> None:
    make_run(world, only_ours("S1"), only_theirs("S2"), only_theirs("S3"))
    pair(world, "S1", "S2")

    with refused("other_state"):
        pair(world, "S3", "S1")
    with refused("other_state"):
        pair(world, "S1", "S3")
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database lets nobody else name it
        Discrepancy.objects.filter(subject="S3").update(
            state="judged",
            remedy="pair",
            note="又一次",
            pair=difference("S1"),
            judged_by=world.prov_clearing,
            judged_at=world.now,
        )


def test_a_number_is_not_paired_by_another_comparison_of_the_same_source(world: World) -> None:
    first = make_run(world, only_ours("S1"), only_theirs("S2"))
    pair(world, "S1", "S2")
    make_run(world, only_ours("S1"), only_theirs("S3"))

    with refused("already_used") as refusal:
        pair(world, "S1", "S3")
    assert refusal.value.message == (
        "S1 在 DZ20261100001-00001 已与 DZ20261100001-00002 对应，一笔只能用一次。"
    )
    workflow.move(first, "voided", by=world.prov_clearing, at=world.now, reason="文件传错")
    pair(world, "S1", "S3")


def test_another_source_or_region_pairs_for_itself(world: World) -> None:
    make_run(world, only_ours("S1"), only_theirs("S2"))
    pair(world, "S1", "S2")

    make_run(world, only_ours("S1"), only_theirs("S2"), source="hospital")
    pair(world, "S1", "S2")
    make_run(world, only_ours("S1"), only_theirs("S2"), region=world.changchun)
    pair(world, "S1", "S2")


def test_lines_of_a_table_are_there_every_month(world: World) -> None:
    make_run(world, only_ours("职工住院"), only_theirs("职工门诊"), source="totals")
    pair(world, "职工住院", "职工门诊")
    make_run(world, only_ours("职工住院"), only_theirs("职工门诊"), source="totals", period=NOVEMBER)

    pair(world, "职工住院", "职工门诊")


# --- what was carried forward -------------------------------------------------------------------------------


def test_what_october_carried_is_settled_by_november(world: World) -> None:
    make_run(world, only_ours("S1"))
    settle(world, "S1")
    sign(world, "S1")
    carried = difference("S1")
    assert list(pairing.carried()) == [carried]

    make_run(
        world,
        differing("S1", "700.00", "700.00", "period_differs"),
        period=NOVEMBER,
    )
    (judged,) = pair(world, "S1", "S1", carried)

    assert (judged.subject, judged.pair) == ("S1", carried)
    assert list(pairing.carried()) == []
    carried.refresh_from_db()
    assert (carried.state, carried.remedy, carried.pair) == ("settled", "carry", None)  # signed: as it was
    judging.verdicts_approve([judged.pk], by=world.prov_clearing_2, at=world.now)
    judging.verdicts_undo([judged.pk], by=world.prov_clearing_2, at=world.now, reason="不是它")
    assert list(pairing.carried()) == [carried]
    assert check_all(None).broken == []


def test_a_carried_one_is_settled_once_and_not_undone_meanwhile(world: World) -> None:
    make_run(world, only_ours("S1"))
    settle(world, "S1")
    carried = difference("S1")
    make_run(world, only_theirs("S2"), only_theirs("S3"), period=NOVEMBER)
    pair(world, "S2", "S1", carried)

    with refused("not_a_pair") as refusal:
        pair(world, "S3", "S1", carried)
    assert "已有另一条与它对应" in refusal.value.message
    with refused("is_paired"):
        judging.verdicts_undo([carried.pk], by=world.prov_clearing_2, at=world.now, reason="看错了")


def test_halves_of_two_months_that_are_both_open_are_judged_together(world: World) -> None:
    make_run(world, only_ours("S1"), only_ours("S2"))
    october = difference("S1")
    make_run(world, differing("S1", "700.00", "700.00", "period_differs"), only_theirs("S9"), period=NOVEMBER)
    november = difference("S1")

    judged = pairing.pair_give(
        october.pk, november.pk, by=world.prov_clearing, at=world.now, note="对方记在下月"
    )

    assert {row.pk for row in judged} == {october.pk, november.pk}
    judging.verdicts_approve([october.pk], by=world.prov_clearing_2, at=world.now)
    assert states("S1") == ["settled"]
    pair(world, "S2", "S9")  # another number that is equal to the cent
    assert states("S2", "S9") == ["judged", "judged"]


@pytest.mark.parametrize(
    "fields",
    [{"source": "hospital"}, {"region": "changchun"}, {"period": "202610"}],
    ids=["other source", "other region", "same month"],
)
def test_only_what_the_same_comparison_carried_earlier_counts(world: World, fields: dict[str, str]) -> None:
    make_run(world, only_ours("S1"))
    settle(world, "S1")
    carried = difference("S1")
    given = {"period": NOVEMBER, **fields}
    region = getattr(world, given.pop("region", ""), None)
    make_run(world, only_theirs("S2"), region=region, **given)

    with refused("not_a_pair"):
        pair(world, "S2", "S1", carried)


def test_what_is_compared_anew_is_no_longer_carried_by_the_older(world: World) -> None:
    make_run(world, only_ours("S1"), scope_region=world.jilin)
    settle(world, "S1")
    older = difference("S1")
    make_run(world, only_ours("S1"))
    assert list(pairing.carried()) == [older]  # of another scope

    newer = make_run(world, scope_region=world.jilin)

    assert list(pairing.carried()) == []
    workflow.move(newer, "voided", by=world.prov_clearing, at=world.now, reason="文件传错")
    assert list(pairing.carried()) == [older]


def test_the_likeliest_halves_are_offered_first(world: World) -> None:
    make_run(world, only_ours("S9"))
    settle(world, "S9")
    carried = difference("S9")
    make_run(
        world,
        only_theirs("S9"),
        {**only_ours("A"), "institution_code": "H22020200009"},
        only_ours("B"),
        only_ours("C", "699.99"),
        only_theirs("D"),
        period=NOVEMBER,
    )

    found = pairing.candidates(difference("S9"), 8)

    assert [row.difference_no for row in found] == [
        carried.difference_no,
        difference("B").difference_no,
        difference("A").difference_no,
    ]
    assert len(pairing.candidates(difference("S9"), 2)) == 2


# --- many at once, by their evidence ------------------------------------------------------------------------


def named(said: Said, serial: int) -> Said:
    """A difference whose evidence names the other half of the same run."""
    return {**said, "proposed": "pair", "evidence": {"说明": "编号颠倒。", pairing.NAMED: str(serial)}}


def pairs(world: World, *numbers: str) -> list[Discrepancy]:
    return pairs_give(keys(*numbers), by=world.prov_clearing, at=world.now, note="逐笔看过，编号颠倒")


def test_many_are_paired_as_their_evidence_says(world: World) -> None:
    make_run(
        world,
        named(only_ours("S1"), 3),
        named(only_ours("S2", "60.00"), 4),
        named(only_theirs("T1"), 1),
        named(only_theirs("T2", "60.00"), 2),
        only_ours("S5"),
    )

    judged = pairs(world, "S1", "T1", "S2")  # T2 comes along: it is the half of S2

    assert {row.subject for row in judged} == {"S1", "S2", "T1", "T2"}
    assert (difference("S1").pair, difference("T1").pair) == (difference("T1"), difference("S1"))
    assert difference("T2").pair == difference("S2")
    assert states("S5") == ["open"]
    judging.verdicts_approve(keys("S1", "S2"), by=world.prov_clearing_2, at=world.now)
    assert states("S1", "S2", "T1", "T2") == ["settled"] * 4
    assert check_all(None).broken == []


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([named(only_ours("S1"), 2), only_theirs("T1")], "not_a_pair"),  # only the one names the other
        ([named(only_ours("S1"), 9), named(only_theirs("T1"), 1)], "not_a_pair"),
        ([named(only_ours("S1"), 2), named(only_theirs("T1", "699.99"), 1)], "not_a_pair"),
        ([only_ours("S1"), only_theirs("T1")], "not_a_pair"),
    ],
)
def test_one_that_does_not_fit_refuses_all(world: World, found: list[Said], code: str) -> None:
    make_run(world, *found, named(only_ours("S3"), 4), named(only_theirs("T3"), 3))

    with refused(code):
        pairs(world, "S1", "S3")


def test_what_another_comparison_paired_is_not_paired_again(world: World) -> None:
    make_run(world, only_ours("S1"), only_theirs("T9"))
    pair(world, "S1", "T9")
    make_run(world, named(only_ours("S1"), 2), named(only_theirs("T1"), 1))

    with refused("already_used"):
        pairs(world, "S1")
