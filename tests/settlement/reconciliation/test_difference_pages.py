"""The page of a difference: both sides, what speaks for a cause, where to go, and every act upon it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.batches.models import Batch
from agency.journal.models import AuditEntry
from settlement.reconciliation import judging
from settlement.reconciliation.models import DifferenceSheet, TheirAnswer
from tests.settlement.reconciliation.made import (
    difference,
    differing,
    keys,
    make_run,
    only_ours,
    only_theirs,
    twice,
)
from tests.settlement.records.files import RIGHT, row
from tests.support.world import World

LogIn = Callable[[object], Client]
Load = Callable[..., Batch]


def url_of(number: str, act: str = "") -> str:
    return f"/reconciliation/differences/{difference(number).difference_no}/{act}"


def text_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def give(world: World, number: str, remedy: str = "ask_them") -> None:
    judging.verdicts_give(keys(number), by=world.prov_clearing, at=world.now, remedy=remedy, note="核对过")


def test_both_sides_stand_beside_each_other_with_what_they_differ_by(as_user: LogIn, world: World) -> None:
    make_run(world, differing("S1", "700.00", "650.50"))

    page = as_user(world.prov_clearing).get(url_of("S1"))

    first, second = page.context["lines"][:2]
    assert (first.title, first.ours, first.theirs, first.gap) == (
        "基金支付总额",
        "700.00",
        "650.50",
        "+49.50",
    )
    assert (second.title, second.differs, second.gap) == ("结算编号", False, "")
    text = page.content.decode()
    assert "1 列不同" in text and "差额 49.50 元" in text
    assert "2201**********128X" in text and RIGHT["证件号码"] not in text
    assert "长春 → 吉林" in text


def test_a_side_that_has_nothing_is_shown_as_nothing(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"), twice("S2"))
    client = as_user(world.prov_clearing)

    page = client.get(url_of("S1"))
    assert {line.theirs for line in page.context["lines"]} == {"—"}
    assert "对方没有这一笔" in page.content.decode()
    assert "对方报了 2 次" in text_of(client, url_of("S2"))


def test_the_cause_is_told_with_what_speaks_for_it_and_drafts_a_verdict(as_user: LogIn, world: World) -> None:
    told = {
        "说明": "两边只差几分，证件号码 22010219900101128X 的其余各列都相同。",
        "扣款": ["K1", "K2"],
        "证件号码": "22010219900101128X",
        "我方编号": "202610980000000008",
    }
    found = differing("S1", "700.00", "699.99", cause="rounding", proposed="write_off", evidence=told)
    make_run(world, found)

    page = as_user(world.prov_clearing).get(url_of("S1"))

    text = page.content.decode()
    assert "尾差" in text and "程序建议：尾差核销" in text
    assert "22010219900101128X" not in text
    assert page.context["facts"] == [
        ("我方编号", "202610980000000008"),  # as long as an identity number, and none
        ("扣款", "K1、K2"),
        ("证件号码", "2201**********128X"),
    ]
    draft = page.context["forms"]["verdict"]
    assert draft["remedy"].value() == "write_off"
    assert "其余各列都相同" in draft["note"].value()


def test_the_half_that_the_evidence_names_is_chosen_already(as_user: LogIn, world: World) -> None:
    named = {"说明": "颠倒了两位。", "对应差异的序号": "2"}
    make_run(world, {**only_ours("S12"), "proposed": "pair", "evidence": named}, only_theirs("S21"))
    half = difference("S21").difference_no

    page = as_user(world.prov_clearing).get(url_of("S12"))

    assert page.context["forms"]["verdict"]["other"].value() == half
    assert f'value="{half}" aria-label="{half}" checked' in page.content.decode()


def test_from_the_page_one_goes_to_all_that_has_to_do_with_it(
    as_user: LogIn, world: World, load: Load
) -> None:
    load([row("S1")])
    make_run(world, only_ours("S1"), only_theirs("X9"))

    links = as_user(world.prov_clearing).get(url_of("S1")).context["links"]
    assert [(link.label, link.text) for link in links][:1] == [("我方明细", "S1")]
    assert links[0].url == "/cases/S1/?version=0"
    assert "冲突与更正" in [link.text for link in links]

    missing = as_user(world.prov_clearing).get(url_of("X9")).context["links"]
    assert [(link.text, link.url) for link in missing] == [("导入结算明细", "/imports/new/settlements/")]
    assert as_user(world.prov_auditor).get(url_of("X9")).context["links"] == []


def test_the_other_number_that_the_evidence_speaks_of_is_opened(
    as_user: LogIn, world: World, load: Load
) -> None:
    load([row("S1")])
    told = {"说明": "在另一个编号下。", "另一编号": "S1"}
    unknown = {**only_theirs("X8"), "evidence": {"另一编号": "S7"}}
    make_run(world, {**only_theirs("X9"), "evidence": told}, unknown)
    client = as_user(world.prov_clearing)

    links = client.get(url_of("X9")).context["links"]

    assert (links[0].label, links[0].text) == ("另一编号", "S1")
    assert client.get(links[0].url).status_code == 200
    assert "另一编号" not in [link.label for link in client.get(url_of("X8")).context["links"]]


def test_a_verdict_is_given_approved_and_undone_on_the_page(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"))
    maker, checker = as_user(world.prov_clearing), as_user(world.prov_clearing_2)
    assert "批准结论" not in text_of(checker, url_of("S1"))

    wrong = maker.post(url_of("S1", "judge/"), {"remedy": "import", "note": ""})
    assert wrong.status_code == 422 and "请写明结论的依据" in wrong.content.decode()
    given = maker.post(url_of("S1", "judge/"), {"remedy": "ask_them", "note": "电话核对"})
    assert given["Location"] == url_of("S1")
    assert "等另一位同事批准" in text_of(maker, url_of("S1"))

    assert maker.post(url_of("S1", "approve/")).status_code == 403
    assert difference("S1").state == "judged"
    seen_at = checker.get(url_of("S1")).context["seen_at"]
    approved = checker.post(url_of("S1", "approve/"), {"seen_at": seen_at})
    assert approved.status_code == 302
    assert difference("S1").state == "settled"
    assert checker.post(url_of("S1", "undo/"), {"reason": ""}).status_code == 422
    assert checker.post(url_of("S1", "undo/"), {"reason": "看错了"}).status_code == 302
    page = checker.get(url_of("S1"))
    assert [step["label"] for step in page.context["history"]] == ["比对发现", "待批准", "已处理", "待处理"]
    assert "看错了" in page.content.decode()


def test_a_verdict_that_changed_since_the_page_was_made_is_not_approved(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"))
    give(world, "S1")
    earlier = (world.now - dt.timedelta(minutes=5)).isoformat()

    answer = as_user(world.prov_clearing_2).post(url_of("S1", "approve/"), {"seen_at": earlier})

    assert answer.status_code == 422
    assert "请看过新的再批准" in answer.content.decode()
    assert difference("S1").state == "judged"


def test_a_returned_verdict_leaves_its_note_for_the_next(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"))
    give(world, "S1")

    answer = as_user(world.prov_supervisor).post(url_of("S1", "return/"), {"reason": "先问医院"})

    assert answer.status_code == 302
    page = as_user(world.prov_clearing).get(url_of("S1"))
    assert page.context["forms"]["verdict"]["note"].value() == "核对过"


def test_a_pair_is_chosen_on_the_page(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S12"), only_theirs("S21"), only_theirs("S3", "699.00"))
    client = as_user(world.prov_clearing)
    half, short = difference("S21").difference_no, difference("S3").difference_no
    assert half in text_of(client, url_of("S12")) and short not in text_of(client, url_of("S12"))

    said = {"remedy": "pair", "note": "编号颠倒"}
    nothing = client.post(url_of("S12", "judge/"), said)
    assert nothing.status_code == 422 and "请选出与它对应的另一条" in nothing.content.decode()
    unknown = client.post(url_of("S12", "judge/"), {**said, "other": "DZ1-1"})
    assert unknown.status_code == 422 and "没有编号为“DZ1-1”的差异" in unknown.content.decode()
    unequal = client.post(url_of("S12", "judge/"), {**said, "other": short})
    assert unequal.status_code == 422 and "相差 1.00 元，不能互相对应" in unequal.content.decode()
    assert client.post(url_of("S12", "judge/"), {**said, "other": half}).status_code == 302

    assert difference("S12").pair == difference("S21")
    assert f'互相对应</b><a class="code" href="{url_of("S21")}"' in text_of(client, url_of("S12"))


def test_a_difference_is_handed_out_and_noted(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)
    client = as_user(world.supervisor)

    page = client.get(url_of("S1"))
    people = {user.username for user in page.context["forms"]["assign"].fields["owner"].queryset}
    assert people == {
        "changchun_clearing",
        "changchun_clearing_2",
        "prov_clearing",
        "prov_clearing_2",
        "prov_finance",
    }
    assert page.context["forms"]["assign"]["due_on"].value() == dt.date(2026, 11, 27)  # five working days
    said = {"owner": "changchun_clearing", "due_on": "2026-11-25"}
    past = client.post(url_of("S1", "assign/"), {**said, "due_on": "2026-11-19"})
    assert past.status_code == 422 and "期限不能早于今天" in past.content.decode()
    stranger = client.post(url_of("S1", "assign/"), {**said, "owner": "jilin_clearing"})
    assert stranger.status_code == 422
    assert client.post(url_of("S1", "assign/"), said).status_code == 302
    assert as_user(world.auditor).post(url_of("S1", "assign/"), said).status_code == 403

    row = difference("S1")
    assert (row.owner, row.due_on) == (world.changchun_clearing, dt.date(2026, 11, 25))
    owner = as_user(world.changchun_clearing)
    assert owner.post(url_of("S1", "note/"), {"note": "医院说明天给"}).status_code == 302
    told = [step["label"] for step in owner.get(url_of("S1")).context["history"]]
    assert told == ["比对发现", "交给changchun_clearing，2026-11-25 前", "说明：医院说明天给"]
    assert AuditEntry.objects.filter(action="difference_noted").get().detail == {"note": "医院说明天给"}


def test_strangers_meet_404_and_auditors_only_look(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"), region=world.changchun)

    for user in (world.jilin_clearing, world.yanbian_clearing):
        assert as_user(user).get(url_of("S1")).status_code == 404
        assert as_user(user).post(url_of("S1", "judge/"), {"remedy": "none"}).status_code == 404
    page = as_user(world.auditor).get(url_of("S1"))
    assert page.status_code == 200
    assert not any(page.context["may"].values())
    assert as_user(world.auditor).post(url_of("S1", "judge/")).status_code == 403
    assert as_user(world.prov_clearing).get(url_of("S1")).status_code == 200


def test_the_list_that_one_came_from_leads_on(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"), only_ours("S2"), only_theirs("S3"), only_ours("S4"))
    client = as_user(world.prov_clearing)
    from_list = "?list=view%3Dnobody%26kind%3Donly_ours"

    way = client.get(url_of("S1") + from_list).context["way"]
    assert (way.title, way.next_no, way.left) == ("没人负责", difference("S2").difference_no, False)
    assert way.back_url == "/reconciliation/differences/?view=nobody&kind=only_ours"
    judged = client.post(url_of("S2", "judge/") + from_list, {"remedy": "none", "note": "说明过"})
    assert judged["Location"] == url_of("S4") + from_list
    last = client.get(url_of("S4") + from_list).context["way"]
    assert last.next_no == difference("S1").difference_no  # after the last the first
    for number in ("S1", "S4"):
        client.post(url_of(number, "assign/"), {"owner": "prov_clearing", "due_on": ""})
    over = client.get(url_of("S4") + from_list)
    assert over.context["way"].left and "已经办完，没有下一条了" in over.content.decode()
    for wrong in ("?list=view%3Dall", "?list=", "?list=kind%3Donly_ours"):
        assert client.get(url_of("S1") + wrong).context["way"] is None


def test_what_the_other_side_answered_stands_on_the_page(as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("S1"))
    by = {"by": world.prov_clearing, "at": world.now}
    sheet = DifferenceSheet.objects.create(
        sheet_no="HD1", run=run, digest="d" * 64, file=run.file, rows=1, **by
    )
    TheirAnswer.objects.create(
        sheet=sheet,
        discrepancy=difference("S1"),
        file=run.file,
        line_no=2,
        stance="disagrees",
        amount_fen=1234,
        reason="没有这笔",
        **by,
    )

    text = text_of(as_user(world.prov_clearing), url_of("S1"))

    assert "不同意" in text and "认可 12.34 元" in text and "没有这笔" in text


def test_the_whole_number_is_shown_to_who_may_see_it_and_that_is_logged(as_user: LogIn, world: World) -> None:
    make_run(world, only_theirs("S1"), region=world.changchun)
    number = difference("S1").difference_no

    answer = as_user(world.changchun_clearing).post("/unmask/", {"subject": number})

    assert RIGHT["证件号码"] in answer.content.decode()
    told = AuditEntry.objects.get(action="unmasked")
    assert (told.subject_kind, told.subject_no, told.region) == ("discrepancy", number, world.changchun)
    assert as_user(world.jilin_clearing).post("/unmask/", {"subject": number}).status_code == 404


@pytest.mark.parametrize("state", ["signed", "voided"])
def test_of_a_closed_run_the_page_only_tells(as_user: LogIn, world: World, state: str) -> None:
    run = make_run(world, only_ours("S1"))
    type(run).objects.filter(pk=run.pk).update(
        state=state,
        **({"signed_by": world.prov_supervisor, "signed_at": world.now} if state == "signed" else {}),
    )
    client = as_user(world.prov_clearing)

    page = client.get(url_of("S1"))
    assert not any(page.context["may"].values())
    refused = client.post(url_of("S1", "judge/"), {"remedy": "none", "note": "晚了"})
    assert refused.status_code == 422 and "差异不能办理" in refused.content.decode()


def test_the_page_asks_as_much_among_many_as_among_few(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"), only_theirs("T1"))
    client = as_user(world.prov_clearing)
    with CaptureQueriesContext(connection) as few:
        client.get(url_of("S1") + "?list=view%3Dopen")
    make_run(world, only_ours("S2"), *(only_theirs(f"T{n}") for n in range(2, 30)))

    with CaptureQueriesContext(connection) as many:
        client.get(url_of("S2") + "?list=view%3Dopen")

    assert len(many) <= len(few)
