"""Many that were carried forward end alike at once: by two people, all of them or none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.errors import NotAllowed, SomeoneElseWasFirst
from agency.journal import workflow
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from settlement.reconciliation import ending, pairing
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.states import EndingState
from tests.settlement.reconciliation.carried import (
    approve,
    carried_run,
    carry,
    give_back,
    propose,
    propose_all,
    seen,
    undo,
)
from tests.settlement.reconciliation.made import (
    NOVEMBER,
    difference,
    differing,
    keys,
    make_run,
    only_ours,
    only_theirs,
)
from tests.support.snapshots import changed, refused, snapshot
from tests.support.world import World

LogIn = Callable[[object], Client]
WORK = "/reconciliation/differences/"
CHOSEN = f"{WORK}chosen/"
LOGGED = ["agency_auditentry", "agency_numberseries"]  # a refusal, and its number
ALL = {"list": "view=carried", "all": "1"}
HOW = {"remedy": "ask_them", "note": "对方十一月更正了"}


def carried() -> list[str]:
    return list(pairing.carried().order_by("pk").values_list("subject", flat=True))


def states() -> list[str]:
    return list(CarriedEnding.objects.order_by("pk").values_list("state", flat=True))


# --- the acts -----------------------------------------------------------------------------------------------


def test_many_are_proposed_approved_and_undone_in_one_step_each(world: World) -> None:
    carried_run(world, *(only_ours(f"S{n}") for n in range(1, 13)), period="202609")
    carried_run(world, only_ours("T1"))
    numbers = [*(f"S{n}" for n in range(1, 13)), "T1"]

    endings = propose_all(world, *numbers)
    assert [one.ending_no for one in endings] == [f"LJ202611{n:05d}" for n in range(1, 14)]
    assert carried() == numbers
    approve(world, *endings)

    assert carried() == [] and set(states()) == {"approved"}
    for one in CarriedEnding.objects.all():
        assert (one.proposed_by, one.approved_by) == (world.prov_clearing, world.prov_clearing_2)
    steps = StateChange.objects.filter(subject_kind="carried_ending").order_by("pk")
    assert steps.count() == 26 and steps[0].reason == "请对方更正：对方已更正"
    told = AuditEntry.objects.filter(action="ending_approved").order_by("seq")
    assert [(row.subject_kind, row.subject_no) for row in told] == [
        ("reconciliation", "DZ20261100001"),
        ("carried_ending", "LJ20261100013"),
    ]
    assert (told[0].detail["rows"], len(told[0].detail["numbers"])) == (12, 10)

    undo(world, *endings[:2])
    assert carried() == ["S1", "S2"]
    assert check_all(None).broken == []


def test_many_are_returned_and_proposed_again(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))

    give_back(world, *propose_all(world, "S1", "S2"))
    propose_all(world, "S1", "S2", remedy="none")

    assert states() == ["returned", "returned", "proposed", "proposed"]


def test_as_many_queries_for_many_as_for_two(world: World) -> None:
    def queries(*numbers: str) -> int:
        which, by_two = keys(*numbers), (world.prov_clearing, world.prov_clearing_2)
        with CaptureQueriesContext(connection) as caught:
            endings = ending.endings_propose(which, by=by_two[0], at=world.now, **HOW)
            ending.endings_approve(seen(*endings), by=by_two[1], at=world.now)
        return len(caught)

    carried_run(world, *(only_ours(f"S{n}") for n in range(33)))
    propose(world, "S32")  # the series of their numbers is there

    assert queries("S0", "S1") == queries(*(f"S{n}" for n in range(2, 32)))


def test_one_of_them_that_one_proposed_oneself_refuses_all(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    endings = [propose(world, "S1"), propose(world, "S2", by=world.prov_clearing_2)]

    with refused("not_allowed", NotAllowed) as refusal:
        approve(world, *endings)

    assert refusal.value.message == "LJ20261100002 是您自己提出的，请由另一位同事批准。"
    assert states() == ["proposed", "proposed"]


def test_one_of_them_that_is_not_carried_refuses_all(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"), only_ours("S3"))
    make_run(world, only_ours("T1"), only_ours("T2"), period=NOVEMBER)
    carry(world, "T1", "T2")

    with refused("not_signed") as refusal:
        propose_all(world, "S1", "T1", "T2")
    assert "还没有签字" in refusal.value.message and "另有 1 条也是" in refusal.value.message
    propose_all(world, "S2", "S3")
    with refused("already_proposed") as refusal:
        propose_all(world, "S1", "S2", "S3")
    assert refusal.value.message == (
        "DZ20261100001-00002 已由prov_clearing提出了结（LJ20261100001，待批准），不必再提；另有 1 条也是。"
    )
    with refused("none_chosen"):
        propose_all(world)


def test_one_of_them_that_is_paired_or_compared_anew_refuses_all(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    make_run(world, only_theirs("N1"), period=NOVEMBER)
    half, october = keys("N1", "S2")
    pairing.pair_give(half, october, by=world.prov_clearing, at=world.now, note="同一笔")

    with refused("is_paired"):
        propose_all(world, "S1", "S2")
    one, other = propose(world, "S1"), keys("S1")
    newer = make_run(world, only_ours("X1"))
    with refused("compared_anew"):
        ending.endings_approve({other[0]: one.ending_no}, by=world.prov_clearing_2, at=world.now)
    workflow.move(newer, "voided", by=world.prov_clearing, at=world.now, reason="传错")
    approve(world, one)


def test_what_fits_one_of_them_only_refuses_all(world: World) -> None:
    carried_run(world, only_ours("S1"), differing("S2", "700.00", "699.50"), differing("S3", "9.00", "4.00"))

    with refused("wrong_remedy") as refusal:
        propose_all(world, "S1", "S2", remedy="write_off")
    assert "“尾差核销”不是“我有他无”" in refusal.value.message
    with refused("write_off_refused"):
        propose_all(world, "S2", "S3", remedy="write_off")
    assert propose(world, "S2", "write_off").written_off_fen == 50


def test_one_of_them_that_stands_elsewhere_by_now_refuses_all(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    first, other = propose_all(world, "S1", "S2")
    give_back(world, other)

    with refused("no_such_step") as refusal:
        approve(world, first, other)
    assert refusal.value.message == "LJ20261100002 现在是“已退回”，不能变为“已了结”。"
    anew = propose(world, "S2", "none")
    with refused("no_such_step"):
        approve(world, first, other)  # the one that was seen, not the one that stands
    with refused("someone_else_was_first", SomeoneElseWasFirst):
        said = {**seen(first), anew.discrepancy_id: "LJ1"}
        ending.endings_approve(said, by=world.prov_clearing_2, at=world.now)
    assert CarriedEnding.objects.filter(state=EndingState.APPROVED).count() == 0


def test_one_of_them_of_another_region_refuses_all(world: World) -> None:
    carried_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)
    carried_run(world, only_ours("S2"), region=world.jilin, by=world.jilin_clearing)

    with refused("not_allowed", NotAllowed):
        propose_all(world, "S1", "S2", by=world.changchun_clearing)
    endings = propose_all(world, "S1", "S2")
    with refused("not_allowed", NotAllowed):
        approve(world, *endings, by=world.supervisor)


# --- on their page ------------------------------------------------------------------------------------------


def hidden(client: Client, **said: object) -> dict[str, object]:
    """What the page of the chosen says again when it is posted."""
    page = client.get(CHOSEN, said)
    return {**dict(page.context["hidden"]), "seen": page.context["chosen"].seen, **said}


def pick(*which: str) -> list[str]:
    return [difference(number).difference_no for number in which]


@pytest.fixture
def three(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"), only_ours("S3"))


def test_from_the_list_of_carried_to_the_end_of_all(as_user: LogIn, world: World, three: None) -> None:
    maker, checker = as_user(world.prov_clearing), as_user(world.prov_clearing_2)
    page = maker.get(CHOSEN, ALL)
    assert set(page.context["forms"]) == {"ending"} and page.context["chosen"].count == 3
    remedies = [value for value, _ in page.context["forms"]["ending"].fields["remedy"].choices]
    assert remedies == ["hold", "correct", "ask_them", "none"]

    said = hidden(maker, **ALL)
    assert maker.post(f"{CHOSEN}ending/", {**said, **HOW, "note": ""}).status_code == 422
    assert maker.post(f"{CHOSEN}ending/", {**said, **HOW})["Location"] == f"{WORK}?view=carried"
    assert states() == ["proposed"] * 3

    waiting = {"list": "view=endings", "all": "1"}
    assert maker.get(WORK, {"view": "endings"}).context["rows"] == []
    own = maker.get(CHOSEN, {"pick": pick("S1", "S2")})
    assert set(own.context["forms"]) == {"ending_return"}
    assert "其中有您自己提出的，请另一位同事批准" in own.content.decode()
    assert checker.get(WORK, {"view": "endings"}).context["may_handle"]
    page = checker.get(CHOSEN, waiting)
    assert set(page.context["forms"]) == {"ending_approve", "ending_return"}
    text = page.content.decode()
    assert "其中有您自己提出的" not in text
    assert "了结待批准：请对方更正 3" in text and "prov_clearing：对方十一月更正了" in text
    done = checker.post(f"{CHOSEN}ending_approve/", hidden(checker, **waiting))
    assert done["Location"] == f"{WORK}?view=endings"
    assert states() == ["approved"] * 3 and carried() == []

    ended = {"pick": pick("S1", "S2")}
    assert set(checker.get(CHOSEN, ended).context["forms"]) == {"ending_undo"}
    said = {**hidden(checker, **ended), "reason": "更正又被撤回"}
    assert checker.post(f"{CHOSEN}ending_undo/", said).status_code == 302
    assert carried() == ["S1", "S2"]


def test_many_are_returned_on_their_page(as_user: LogIn, world: World, three: None) -> None:
    propose_all(world, "S1", "S2")
    checker = as_user(world.prov_supervisor)
    said = hidden(checker, list="view=endings", all="1")

    assert checker.post(f"{CHOSEN}ending_return/", {**said, "reason": ""}).status_code == 422
    assert checker.post(f"{CHOSEN}ending_return/", {**said, "reason": "没看到更正"}).status_code == 302

    assert states() == ["returned", "returned"]


@pytest.mark.parametrize(
    ("act", "meanwhile", "told"),
    [
        (
            "ending",
            lambda world: approve(world, propose(world, "S2", by=world.prov_finance)),
            "DZ20261100001-00002：prov_finance提出了结“请对方更正”（LJ20261100001），prov_clearing_2已在",
        ),
        (
            "ending_approve",
            lambda world: give_back(world, CarriedEnding.objects.get(discrepancy__subject="S2")),
            "DZ20261100001-00002：prov_clearing提出了结“请对方更正”（LJ20261100002），prov_clearing_2在",
        ),
    ],
)
def test_one_of_the_chosen_that_changed_meanwhile_is_told_and_nothing_is_done(
    as_user: LogIn, world: World, three: None, act: str, meanwhile: Callable[[World], object], told: str
) -> None:
    if act == "ending_approve":
        propose_all(world, "S1", "S2", "S3")
    client = as_user(world.prov_clearing if act == "ending" else world.prov_supervisor)
    said = hidden(client, pick=pick("S1", "S2", "S3"))
    meanwhile(world)
    before = snapshot()

    answer = client.post(f"{CHOSEN}{act}/", {**said, **HOW})

    text = answer.content.decode()
    assert answer.status_code == 422 and changed(before) == LOGGED
    assert "选中的差异刚有变动，没有办理" in text and told in text and "处需要修改" not in text


def test_what_is_proposed_already_is_not_among_all(as_user: LogIn, world: World, three: None) -> None:
    propose(world, "S2")
    client = as_user(world.prov_clearing)

    page = client.get(CHOSEN, ALL)
    assert page.context["chosen"].count == 2 and set(page.context["forms"]) == {"ending"}
    assert "清单里另有 1 条已提出了结，等批准，没有选进来" in page.content.decode()
    mixed = client.get(CHOSEN, {"pick": pick("S1", "S2")})
    assert mixed.context["forms"] == {} and "有的还没有，不能一起办" in mixed.content.decode()


def test_all_of_a_list_that_somebody_proposed_meanwhile_is_told_and_what_was_written_is_shown(
    as_user: LogIn, world: World, three: None
) -> None:
    client = as_user(world.prov_finance)
    said = hidden(client, **ALL)
    propose_all(world, "S1", "S2", "S3")

    answer = client.post(f"{CHOSEN}ending/", {**said, **HOW})

    text = answer.content.decode()
    assert answer.status_code == 422 and states() == ["proposed"] * 3
    assert "没有办理；清单里 3 条已提出了结，等批准，不必再提。" in text
    assert "都已提出了结" in text and "您刚写的没有记下：对方十一月更正了" in text


def test_an_act_upon_endings_is_upon_all_that_are_chosen_or_none(
    as_user: LogIn, world: World, three: None
) -> None:
    propose(world, "S2")
    client = as_user(world.prov_clearing_2)
    said = hidden(client, pick=pick("S1", "S2"))

    answer = client.post(f"{CHOSEN}ending_approve/", said)

    assert answer.status_code == 422 and states() == ["proposed"]
    assert "DZ20261100001-00001 还没有提出了结，请刷新后再看。" in answer.content.decode()


def test_what_is_signed_and_what_is_not_are_not_handled_together(
    as_user: LogIn, world: World, three: None
) -> None:
    make_run(world, only_ours("T1"), period=NOVEMBER)
    carry(world, "T1")
    client = as_user(world.prov_clearing_2)

    mixed = client.get(CHOSEN, {"pick": pick("S1", "T1")})
    assert mixed.context["forms"] == {} and "请按期别分开选" in mixed.content.decode()
    assert set(client.get(CHOSEN, {"pick": pick("T1")}).context["forms"]) == {"undo"}


def test_who_may_not_is_offered_nothing(as_user: LogIn, world: World, three: None) -> None:
    auditor, supervisor = as_user(world.auditor), as_user(world.prov_supervisor)

    assert auditor.get(CHOSEN, {"pick": pick("S1")}).context["forms"] == {}
    assert supervisor.get(CHOSEN, {"pick": pick("S1")}).context["forms"] == {}  # approves, proposes nothing
    for client in (auditor, supervisor):
        said = {**hidden(client, pick=pick("S1")), **HOW}
        assert client.post(f"{CHOSEN}ending/", said).status_code == 403
    assert not CarriedEnding.objects.exists()
