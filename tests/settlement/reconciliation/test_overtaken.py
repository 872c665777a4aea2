"""Who comes too late with an act is told who did what and that nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from settlement.reconciliation import judging
from settlement.reconciliation.models import Discrepancy
from tests.settlement.reconciliation.carried import approve, carried_run, give_back, propose, undo
from tests.settlement.reconciliation.made import difference, keys, make_run, only_ours
from tests.support.snapshots import changed, snapshot
from tests.support.world import World

LogIn = Callable[[object], Client]
WORK = "/reconciliation/differences/"
LOGGED = ["agency_auditentry", "agency_numberseries"]  # a refusal, and its number
SAID = {"remedy": "correct", "note": "我方漏了一张票据"}


@pytest.fixture
def run(world: World) -> None:
    make_run(world, only_ours("S1"), only_ours("S2"))


def judged(world: World, *numbers: str) -> None:
    said = {"remedy": "ask_them", "note": "请对方核对"}
    judging.verdicts_give(keys(*numbers), by=world.prov_clearing, at=world.now, **said)


def approved(world: World, *numbers: str) -> None:
    judging.verdicts_approve(keys(*numbers), by=world.prov_clearing_2, at=world.now)


def refused(client: Client, number: str, act: str, said: dict[str, str]) -> str:
    """The page that answers an act that came too late; only the log of refusals has more than before."""
    before = snapshot()
    answer = client.post(f"{WORK}{difference(number).difference_no}/{act}/", said)
    assert answer.status_code == 422
    assert changed(before) in ([], LOGGED)
    text = answer.content.decode()
    assert "处需要修改" not in text
    return text


@pytest.mark.parametrize("act", ["judge", "return", "approve", "note", "assign"])
def test_whose_verdict_was_approved_meanwhile_has_nothing_left_to_do(
    as_user: LogIn, world: World, run: None, act: str
) -> None:
    judged(world, "S1")
    approved(world, "S1")

    text = refused(as_user(world.prov_clearing), "S1", act, {**SAID, "reason": SAID["note"]})

    told = "prov_clearing提出结论“请对方更正”，prov_clearing_2已在 2026-11-20 12:00 批准"
    assert f"{told}：这条差异已办完，没有要您再办的。" in text
    assert "您刚写的没有记下：我方漏了一张票据" in text


def test_whoever_judges_what_is_judged_is_told_whose_it_is(as_user: LogIn, world: World, run: None) -> None:
    judged(world, "S1")

    text = refused(as_user(world.prov_finance), "S1", "judge", SAID)

    assert "prov_clearing在 2026-11-20 12:00 已提出结论“请对方更正”，等另一位同事批准，不用再提。" in text


def test_whoever_approves_what_was_returned_is_told_why(as_user: LogIn, world: World, run: None) -> None:
    judged(world, "S1")
    judging.verdicts_return(keys("S1"), by=world.prov_finance, at=world.now, reason="依据不足")

    text = refused(as_user(world.prov_clearing_2), "S1", "approve", {})

    assert "prov_finance在 2026-11-20 12:00 已退回结论（依据不足）：差异回到待处理" in text


def test_what_nobody_judged_yet_is_refused_as_it_is(as_user: LogIn, world: World, run: None) -> None:
    for act in ("approve", "return", "undo"):
        text = refused(as_user(world.prov_clearing_2), "S1", act, {"reason": "x"})
        assert "没有办成" in text and "现在是“待处理”" in text and "同事已先办了" not in text


def test_what_is_wrong_with_a_form_is_still_counted(as_user: LogIn, world: World, run: None) -> None:
    client = as_user(world.prov_clearing)

    answer = client.post(f"{WORK}{difference('S1').difference_no}/judge/", {"remedy": "", "note": "x"})

    assert "没有办成，有 1 处需要修改" in answer.content.decode()


def test_of_many_of_which_one_changed_nothing_is_to_be_amended(
    as_user: LogIn, world: World, run: None
) -> None:
    client = as_user(world.prov_clearing)
    chosen = {"pick": [difference(number).difference_no for number in ("S1", "S2")]}
    seen = client.get(f"{WORK}chosen/", chosen).context["chosen"].seen
    judged(world, "S2")

    before = snapshot()
    answer = client.post(f"{WORK}chosen/verdict/", {**chosen, **SAID, "seen": seen})

    assert changed(before) == LOGGED
    text = answer.content.decode()
    assert answer.status_code == 422 and Discrepancy.objects.filter(state="open").count() == 1
    assert "选中的差异刚有变动，没有办理" in text and "处需要修改" not in text


@pytest.mark.parametrize(
    ("before", "act", "told"),
    [
        (
            (approve,),
            "propose",
            "prov_clearing_2已在 2026-11-20 12:00 批准：这条差异已了结，没有要您再办的。",
        ),
        (
            (approve,),
            "approve",
            "prov_clearing_2已在 2026-11-20 12:00 批准：这条差异已了结，没有要您再办的。",
        ),
        ((), "propose", "prov_clearing提出了结“请对方更正”（LJ20261100001），等另一位同事批准，不用再提。"),
        ((give_back,), "approve", "已退回（还没有看到更正）：可以另提怎样了结。"),
        ((approve, undo), "undo", "已撤销（更正又被撤回）：可以另提怎样了结。"),
    ],
)
def test_endings_too(
    as_user: LogIn, world: World, before: tuple[Callable[..., object], ...], act: str, told: str
) -> None:
    carried_run(world, only_ours("S1"))
    one = propose(world, "S1")
    for step in before:
        step(world, one)

    said = {**SAID, "reason": "x", "ending_no": one.ending_no}
    assert told in refused(as_user(world.prov_finance), "S1", f"ending/{act}", said)
