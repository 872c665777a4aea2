"""The page of a carried difference says how it ended, and two people say so; the lists tell which wait."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from settlement.reconciliation.ending_models import CarriedEnding
from tests.settlement.reconciliation.carried import approve, carried_run, carry, give_back, propose
from tests.settlement.reconciliation.made import NOVEMBER, difference, make_run, only_ours, only_theirs
from tests.support.snapshots import nothing_changes
from tests.support.world import World

LogIn = Callable[[object], Client]
WORK = "/reconciliation/differences/"
SAID = {"remedy": "ask_them", "note": "对方十一月更正了"}


def url_of(number: str, act: str = "") -> str:
    return f"{WORK}{difference(number).difference_no}/{act}"


def listed(client: Client, view: str) -> list[str]:
    return [item.row.subject for item in client.get(WORK, {"view": view}).context["rows"]]


def counts(client: Client) -> dict[str, str]:
    return {tab["label"]: tab["count"] for tab in client.get(WORK).context["tabs"]}


def test_an_ending_is_proposed_approved_and_undone_on_the_page(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"))
    maker, checker = as_user(world.prov_clearing), as_user(world.prov_clearing_2)
    form = maker.get(url_of("S1")).context["forms"]["ending"]
    assert [value for value, _ in form.fields["remedy"].choices] == ["hold", "correct", "ask_them", "none"]

    with nothing_changes():
        wrong = maker.post(url_of("S1", "ending/propose/"), {"remedy": "pair", "note": ""})
    assert wrong.status_code == 422 and "请写明" in wrong.content.decode()
    assert maker.post(url_of("S1", "ending/propose/"), SAID)["Location"] == url_of("S1")
    one = CarriedEnding.objects.get()
    own = maker.get(url_of("S1"))
    assert own.context["ending"].may == {
        "propose": False,
        "approve": False,
        "return": True,
        "undo": False,
        "waits": True,
    }
    assert "等另一位同事批准" in own.content.decode()

    seen = {"ending_no": one.ending_no}
    assert maker.post(url_of("S1", "ending/approve/"), seen).status_code == 403
    assert checker.get(url_of("S1")).context["ending"].may["approve"]
    assert checker.post(url_of("S1", "ending/approve/")).status_code == 422  # without what was seen
    assert CarriedEnding.objects.get().state == "proposed"
    assert checker.post(url_of("S1", "ending/approve/"), seen).status_code == 302
    page = checker.get(url_of("S1"))
    text = page.content.decode()
    assert "已了结" in text and "对方十一月更正了" in text and one.ending_no in text
    labels = [step["label"] for step in page.context["history"]]
    assert labels == ["比对发现", "待批准", "已处理", "了结：待批准", "了结：已了结"]

    assert checker.post(url_of("S1", "ending/undo/"), {**seen, "reason": ""}).status_code == 422
    undone = checker.post(url_of("S1", "ending/undo/"), {**seen, "reason": "对方又改回去了"})
    assert undone.status_code == 302
    page = checker.get(url_of("S1"))
    assert page.context["ending"].past == [one] and "原因：对方又改回去了" in page.content.decode()
    assert page.context["ending"].may["propose"]


def test_a_returned_one_leaves_the_form_for_another(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"))
    one = propose(world, "S1")

    said = {"ending_no": one.ending_no, "reason": "先问医院"}
    assert as_user(world.prov_supervisor).post(url_of("S1", "ending/return/"), said).status_code == 302

    page = as_user(world.prov_clearing).get(url_of("S1"))
    assert page.context["ending"].may["propose"] and "先问医院" in page.content.decode()


def test_an_ending_that_changed_since_the_page_was_made_is_not_approved(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"))
    first = propose(world, "S1")
    give_back(world, first)
    propose(world, "S1", "none", "另一种")

    for number in (first.ending_no, "LJ1"):
        seen = {"ending_no": number}
        assert as_user(world.prov_finance).post(url_of("S1", "ending/approve/"), seen).status_code == 422
    states = CarriedEnding.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["returned", "proposed"]


def test_a_refusal_says_what_to_do_instead(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"))
    carry(world, "S1")
    client = as_user(world.prov_clearing)
    assert client.get(url_of("S1")).context["ending"] is None  # its verdict can be undone

    answer = client.post(url_of("S1", "ending/propose/"), SAID)

    assert answer.status_code == 422
    assert "还没有签字，DZ20261100001-00001 的结论可以直接撤销" in answer.content.decode()
    assert not CarriedEnding.objects.exists()


def test_what_a_later_month_settled_needs_no_ending(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"))
    october = url_of("S1")
    make_run(world, only_ours("S1"))

    page = as_user(world.prov_clearing).get(october)

    assert not any(page.context["ending"].may.values())
    assert "那个月重新对过账，不用了结" in page.content.decode()


def test_strangers_meet_404_and_auditors_only_look(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)
    one = propose(world, "S1", by=world.changchun_clearing)
    seen = {"ending_no": one.ending_no, "reason": "x", **SAID}
    acts = ("propose", "approve", "return", "undo")

    for act in acts:
        assert as_user(world.jilin_clearing).post(url_of("S1", f"ending/{act}/"), seen).status_code == 404
        assert as_user(world.auditor).post(url_of("S1", f"ending/{act}/"), seen).status_code == 403
        assert as_user(world.clerk).post(url_of("S1", f"ending/{act}/"), seen).status_code == 403
        opened = as_user(world.changchun_clearing).get(url_of("S1", f"ending/{act}/"))
        assert (opened.status_code, opened["Allow"]) == (405, "POST")
        assert f'<a href="{url_of("S1")}">回到它所在的页面</a>' in opened.content.decode()
    assert as_user(world.supervisor).post(url_of("S1", "ending/propose/"), SAID).status_code == 403
    assert CarriedEnding.objects.get().state == "proposed"
    page = as_user(world.auditor).get(url_of("S1"))
    assert page.status_code == 200 and not any(page.context["ending"].may.values())
    assert as_user(world.supervisor).post(url_of("S1", "ending/approve/"), seen).status_code == 302


# --- lists -------------------------------------------------------------------------------------------------


def test_the_lists_tell_what_waits_and_whose_turn_it_is(as_user: LogIn, world: World) -> None:
    carried_run(world, *(only_ours(f"S{n}") for n in range(1, 5)), period="202608")
    carried_run(world, only_ours("C1"), region=world.changchun, by=world.changchun_clearing)
    propose(world, "S1")
    propose(world, "S2", by=world.prov_finance)
    approve(world, propose(world, "S3"))
    maker, checker = as_user(world.prov_clearing), as_user(world.prov_clearing_2)

    assert listed(maker, "carried") == ["S1", "S2", "S4", "C1"]
    assert (listed(maker, "endings"), listed(checker, "endings")) == (["S2"], ["S1", "S2"])
    assert listed(as_user(world.changchun_clearing), "endings") == []
    told = counts(checker)
    assert (told["转下月的"], told["了结待我批准"], told["待我批准"]) == ("4", "2", "0")
    text = maker.get(WORK, {"view": "carried"}).content.decode()
    assert text.count("了结待批准") == 2 and "202608 · 3 个月前" in text
    endings = checker.get(WORK, {"view": "endings"})
    assert endings.context["may_handle"] and "您批准或退回" in endings.content.decode()
    assert (
        "没有等您批准的了结"
        in as_user(world.changchun_clearing).get(WORK, {"view": "endings"}).content.decode()
    )
    tiles = {tile.label: tile.count for tile in checker.get("/").context["tiles"]}
    assert tiles["待批准的差异了结"] == 2
    run = f"/reconciliation/{difference('S3').run}/differences/"
    assert "转下月继续 · 已了结" in maker.get(run).content.decode()


def test_approving_leads_to_the_next_that_waits(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    one, _ = propose(world, "S1"), propose(world, "S2")
    from_list = "?list=view%3Dendings"

    answer = as_user(world.prov_clearing_2).post(
        url_of("S1", "ending/approve/") + from_list, {"ending_no": one.ending_no}
    )

    assert answer["Location"] == url_of("S2") + from_list


def test_a_list_of_carried_asks_as_much_for_many_as_for_one(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"))
    propose(world, "S1")
    client = as_user(world.prov_clearing_2)
    with CaptureQueriesContext(connection) as one:
        client.get(WORK, {"view": "endings"})
    carried_run(world, *(only_theirs(f"T{n}") for n in range(12)), period=NOVEMBER)
    for n in range(12):
        propose(world, f"T{n}")

    with CaptureQueriesContext(connection) as many:
        client.get(WORK, {"view": "endings"})

    assert len(many) == len(one)


def test_the_file_has_how_each_ended_and_its_age_stops_there(as_user: LogIn, world: World) -> None:
    run = carried_run(world, only_ours("S1"), only_ours("S2"), period="202609")
    approve(world, propose(world, "S1", note="证件号码 22010219900101128X 的这一笔已更正"))

    text = as_user(world.prov_clearing).get(f"{WORK}export/csv/?run={run}").content.decode("utf-8-sig")

    head, first, second = (line.split(",") for line in text.splitlines())
    told = dict(zip(head, first, strict=True))
    assert {name: told[name] for name in head if "了结" in name} == {
        "了结编号": "LJ20261100001",
        "了结状态": "已了结",
        "怎样了结": "请对方更正",
        "了结说明": "证件号码 2201**********128X 的这一笔已更正",
        "了结提出人": "prov_clearing",
        "了结批准人": "prov_clearing_2",
    }
    assert told["账龄（月）"] == "2"
    assert dict(zip(head, second, strict=True))["了结编号"] == ""


def test_an_ending_is_found_by_its_number(as_user: LogIn, world: World) -> None:
    carried_run(world, only_ours("S1"))
    one = propose(world, "S1")

    page = as_user(world.prov_clearing).post("/search/", {"term": one.ending_no.lower()}, follow=True)

    assert difference("S1").difference_no in page.content.decode()
