"""The lists of differences: views of the work list, of one run, filters, files; many handled at once."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from agency.journal.models import AuditEntry
from settlement.reconciliation import chosen, judging
from settlement.reconciliation.assigning import differences_assign
from settlement.reconciliation.models import Discrepancy
from tests.settlement.reconciliation.made import (
    NOVEMBER,
    Said,
    difference,
    differing,
    keys,
    make_run,
    only_ours,
    only_theirs,
    side,
    twice,
)
from tests.settlement.records.files import RIGHT
from tests.support.world import World

LogIn = Callable[[object], Client]
WORK = "/reconciliation/differences/"
CHOSEN = WORK + "chosen/"


def listed(client: Client, url: str = WORK, **narrow: str) -> list[str]:
    return [item.row.subject for item in client.get(url, narrow).context["rows"]]


def numbers(*subjects: str) -> list[str]:
    return [difference(subject).difference_no for subject in subjects]


def give(world: World, *subjects: str, remedy: str = "ask_them") -> None:
    judging.verdicts_give(keys(*subjects), by=world.prov_clearing, at=world.now, remedy=remedy, note="核对过")


def assign(world: World, *subjects: str, days: int, owner: str = "prov_clearing") -> None:
    at = world.now - dt.timedelta(days=10)
    due_on = world.today + dt.timedelta(days=days)
    differences_assign(
        keys(*subjects), by=world.prov_clearing, at=at, owner=getattr(world, owner), due_on=due_on
    )


def test_the_work_list_has_a_view_for_each_reason_to_look(as_user: LogIn, world: World) -> None:
    make_run(world, *(only_ours(f"S{n}") for n in range(1, 8)))
    assign(world, "S1", "S2", "S3", days=5)
    assign(world, "S2", days=-1)
    assign(world, "S4", days=-3, owner="prov_finance")
    give(world, "S3", "S5")
    give(world, "S6", remedy="carry")
    judging.verdicts_approve(keys("S6"), by=world.prov_clearing_2, at=world.now)
    client, colleague = as_user(world.prov_clearing), as_user(world.prov_clearing_2)

    assert listed(client) == ["S1", "S2"]
    assert listed(client, view="late") == ["S2", "S4"]
    assert listed(client, view="nobody") == ["S7"]
    assert listed(client, view="approve") == []
    assert listed(colleague, view="approve") == ["S3", "S5"]
    assert listed(client, view="carried") == ["S6"]
    assert listed(client, view="open") == ["S1", "S2", "S3", "S4", "S5", "S7"]
    tabs = {tab["label"]: tab["count"] for tab in client.get(WORK).context["tabs"]}
    assert tabs == {
        "我负责的": "2",
        "待我批准": "0",
        "逾期": "2",
        "没人负责": "1",
        "转下月的": "1",
        "了结待我批准": "0",
        "全部未办完": "6",
    }
    assert listed(as_user(world.prov_auditor)) == listed(client, view="open")  # who judges nothing sees all


def test_what_is_carried_stands_with_its_age(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"), period="202608")
    give(world, "S1", remedy="carry")
    judging.verdicts_approve(keys("S1"), by=world.prov_clearing_2, at=world.now)

    page = as_user(world.prov_clearing).get(WORK, {"view": "carried"})

    assert [item.age for item in page.context["rows"]] == [3]  # August, in November
    assert "202608 · 3 个月前" in page.content.decode()


def test_lists_are_narrowed_by_whatever_is_told_of_a_difference(as_user: LogIn, world: World) -> None:
    make_run(
        world,
        {**only_ours("S1"), "cause": "filing_missing", "care_region_code": "222400"},
        {**only_theirs("S2"), "institution_code": "H22010200009"},
        differing("S3", "700.00", "1.00"),
    )
    make_run(world, only_ours("N1"), period=NOVEMBER, source="hospital")
    assign(world, "S3", days=2, owner="prov_finance")
    client = as_user(world.prov_clearing)

    def narrowed(**narrow: str) -> list[str]:
        return listed(client, view="open", **narrow)

    assert narrowed(kind="only_ours") == ["S1", "N1"]
    assert narrowed(cause="filing_missing") == ["S1"]
    assert narrowed(region="222400") == ["S1"]
    assert narrowed(region="220100") == ["S1", "S2", "S3", "N1"]
    assert narrowed(institution="h22010200009") == ["S2"]
    assert narrowed(owner="prov_finance") == ["S3"]
    assert narrowed(owner="none") == ["S1", "S2", "N1"]
    assert narrowed(period=NOVEMBER) == ["N1"]
    assert narrowed(source="hospital") == ["N1"]
    assert narrowed(number="S2") == ["S2"]
    assert "没有符合条件的差异" in client.get(WORK, {"view": "open", "number": "X"}).content.decode()
    for period in ("2026", "2026-10"):
        wrong = client.get(WORK, {"view": "open", "period": period}).content.decode()
        assert "期别应为六位数字的年月" in wrong and "确保该变量" not in wrong
    run = f"/reconciliation/{difference('S1').run}/differences/"
    give(world, "S1")
    assert listed(client, run, state="judged") == ["S1"]
    assert listed(client, run, remedy="ask_them") == ["S1"]
    assert listed(client, run) == ["S1", "S2", "S3"]


def test_lists_are_sorted_by_day_or_by_amount_and_paged_by_key(as_user: LogIn, world: World) -> None:
    make_run(world, *(only_ours(f"S{n:02}", f"{n}.00") for n in range(1, 53)), only_theirs("T1", "60.00"))
    assign(world, "S05", days=9)
    assign(world, "S06", days=2)
    client = as_user(world.prov_clearing)

    assert listed(client, view="open", sort="due")[:3] == ["S06", "S05", "S01"]
    by_size = client.get(WORK, {"view": "open", "sort": "size"})
    assert [item.row.subject for item in by_size.context["rows"]][:3] == ["T1", "S52", "S51"]
    page = by_size.context["page"]
    assert (len(page.rows), page.newer_url) == (50, None)
    second = client.get(page.older_url)
    assert [item.row.subject for item in second.context["rows"]] == ["S03", "S02", "S01"]
    back = client.get(second.context["page"].newer_url)
    assert [item.row.subject for item in back.context["rows"]][:2] == ["T1", "S52"]


def test_a_region_sees_its_own(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"), region=world.changchun)
    make_run(world, only_ours("S2"))
    carried = make_run(world, only_ours("S3"), region=world.jilin, period="202609")
    judging.verdicts_give(keys("S3"), by=world.prov_clearing, at=world.now, remedy="carry", note="等对方")
    judging.verdicts_approve(keys("S3"), by=world.prov_clearing_2, at=world.now)

    assert listed(as_user(world.changchun_clearing), view="open") == ["S1"]
    assert listed(as_user(world.changchun_clearing), view="carried") == []
    assert listed(as_user(world.jilin_clearing), view="carried") == ["S3"]
    assert listed(as_user(world.prov_clearing), view="open") == ["S1", "S2"]
    assert as_user(world.changchun_clearing).get(f"/reconciliation/{carried}/").status_code == 404
    assert as_user(world.changchun_clearing).get(f"/reconciliation/{carried}/differences/").status_code == 404
    assert as_user(world.clerk).get(WORK).status_code == 403


def test_a_list_asks_as_much_for_many_as_for_one(as_user: LogIn, world: World) -> None:
    make_run(world, only_ours("S1"))
    client = as_user(world.prov_clearing)
    with CaptureQueriesContext(connection) as one:
        client.get(WORK, {"view": "open"})
    make_run(world, *(only_theirs(f"T{n}") for n in range(40)))

    with CaptureQueriesContext(connection) as many:
        client.get(WORK, {"view": "open"})

    assert len(many) == len(one)


PAID_AND_GAP = ("我方基金和个人账户", "对方基金和个人账户", "差额")


def test_what_both_sides_paid_comes_to_the_difference_in_each_line(as_user: LogIn, world: World) -> None:
    half_said = side("S3", "700.00", 个人账户="30.00")
    told = {name: text for name, text in half_said.items() if name != "个人账户"}
    make_run(
        world,
        {**twice("S1"), "amount_fen": -70000},
        differing("S2", "7.00", "6.50"),
        {"kind": "amount_differs", "subject": "S3", "ours": half_said, "theirs": told, "amount_fen": 0},
        only_theirs("S4"),
    )

    text = as_user(world.prov_clearing).get(f"{WORK}export/csv/?view=open").content.decode("utf-8-sig")

    lines = list(csv.DictReader(io.StringIO(text)))
    assert {line["结算编号"]: [line[name] for name in PAID_AND_GAP] for line in lines} == {
        "S1": ["700.00", "1400.00", "-700.00"],
        "S2": ["7.00", "6.50", "0.50"],
        "S3": ["700.00", "700.00", "0.00"],
        "S4": ["", "700.00", "-700.00"],
    }


def test_a_list_goes_out_as_a_file_without_identity_numbers(as_user: LogIn, world: World) -> None:
    told = {"说明": f"证件号码 {RIGHT['证件号码']} 的这一笔没有备案。"}
    make_run(
        world, {**only_ours("S1"), "evidence": told, "proposed": "hold"}, differing("S2", "7.00", "6.50")
    )
    client = as_user(world.prov_clearing)
    query = f"run={difference('S1').run}&kind=only_ours"

    text = client.get(f"{WORK}export/csv/?{query}").content.decode("utf-8-sig")
    lines = [line.split(",") for line in text.splitlines()]
    assert lines[0][:5] == ["差异编号", "期别", "来源", "类别", "结算编号"]
    assert len(lines) == 2
    line = dict(zip(lines[0], lines[1], strict=True))
    assert [line["结算编号"], *(line[name] for name in PAID_AND_GAP)] == ["S1", "700.00", "", "700.00"]
    assert (line["建议处理"], line["账龄（月）"]) == ("挂账", "1")
    assert RIGHT["证件号码"] not in text and "2201**********128X" in text
    book = load_workbook(io.BytesIO(client.get(f"{WORK}export/xlsx/?view=open").content))
    assert book.active is not None and book.active.max_row == 3
    entry = AuditEntry.objects.filter(action="exported").order_by("seq").first()
    assert entry is not None and (entry.detail["what"], entry.detail["rows"]) == ("differences", 1)
    assert client.get(f"{WORK}export/pdf/?{query}").status_code == 404


# --- many at once -------------------------------------------------------------------------------------------


def hidden(client: Client, **said: object) -> dict[str, object]:
    """What the page of the chosen says again when it is posted."""
    page = client.get(CHOSEN, said)
    return {**dict(page.context["hidden"]), "seen": page.context["chosen"].seen, **said}


def test_those_picked_are_judged_and_approved_together(as_user: LogIn, world: World) -> None:
    make_run(world, *(only_theirs(f"S{n}") for n in range(1, 5)))
    maker, checker = as_user(world.prov_clearing), as_user(world.prov_clearing_2)
    pick = numbers("S1", "S2", "S3")

    page = maker.get(CHOSEN, {"pick": pick, "list": "view=open"})
    assert page.context["chosen"].count == 3
    assert set(page.context["forms"]) == {"verdict", "assign"}
    assert "办理选中的 3 条差异" in page.content.decode()
    remedies = [value for value, _ in page.context["forms"]["verdict"].fields["remedy"].choices]
    assert remedies == ["import", "ask_them", "reject", "carry", "none"]
    said = hidden(maker, pick=pick, list="view=open")
    done = maker.post(f"{CHOSEN}verdict/", {**said, "remedy": "import", "note": "已要来明细"})
    assert done["Location"] == f"{WORK}?view=open"
    assert [difference(f"S{n}").state for n in range(1, 5)] == ["judged", "judged", "judged", "open"]

    own = maker.get(CHOSEN, {"pick": pick})
    assert "approve" not in own.context["forms"]
    said = hidden(checker, pick=pick, list="view=approve")
    assert checker.post(f"{CHOSEN}approve/", said)["Location"] == f"{WORK}?view=approve"
    assert Discrepancy.objects.filter(state="settled", approved_by=world.prov_clearing_2).count() == 3
    said = hidden(checker, pick=pick)
    assert checker.post(f"{CHOSEN}undo/", {**said, "reason": "文件换了"}).status_code == 302
    assert Discrepancy.objects.filter(state="open").count() == 4


def test_all_that_a_list_shows_is_handled_at_once(as_user: LogIn, world: World) -> None:
    make_run(world, *(only_theirs(f"S{n}") for n in range(60)), only_ours("T1"))
    client = as_user(world.prov_clearing)
    query = f"run={difference('S1').run}&kind=only_theirs"

    page = client.get(CHOSEN, {"list": query, "all": "1"})
    assert page.context["chosen"].count == 60 and page.context["more"] == 40
    said = hidden(client, list=query, all="1")
    assign_to = {"owner": "prov_finance", "due_on": "2026-11-30"}
    assert client.post(f"{CHOSEN}assign/", {**said, **assign_to}).status_code == 302

    again = client.get(CHOSEN, {"pick": numbers("S1", "S2", "T1"), "list": query})
    assert again.context["chosen"].owned == 2 and "其中 2 条已有负责人" in again.content.decode()
    assert Discrepancy.objects.filter(owner=world.prov_finance).count() == 60
    assert difference("T1").owner is None
    assert AuditEntry.objects.filter(action="difference_assigned").count() == 60


def test_what_is_proposed_of_all_is_the_draft_of_the_verdict(as_user: LogIn, world: World) -> None:
    """Of twins 不予认可 is chosen already; where the proposals differ nothing is."""
    twins = [{**only_theirs(f"S{n}"), "proposed": "reject"} for n in range(1, 4)]
    make_run(world, *twins, {**only_theirs("T1"), "proposed": "import"})
    client = as_user(world.prov_clearing)

    def drafted(*which: str) -> object:
        page = client.get(CHOSEN, {"pick": numbers(*which)})
        return page.context["forms"]["verdict"]["remedy"].value()

    assert drafted("S1", "S2", "S3") == "reject"
    assert drafted("S1", "T1") == ""


def test_many_that_the_program_says_to_pair_are_paired_at_once(as_user: LogIn, world: World) -> None:
    def said(found: Said, serial: int) -> Said:
        return {**found, "proposed": "pair", "evidence": {"对应差异的序号": str(serial)}}

    make_run(world, said(only_ours("S1"), 2), said(only_theirs("T1"), 1), only_ours("S3"))
    client = as_user(world.prov_clearing)
    mixed = client.get(CHOSEN, {"pick": numbers("S1", "S3")})
    assert (
        "pair" not in mixed.context["forms"]
        and "其中只有一部分按依据是另一条的一半" in mixed.content.decode()
    )

    posted = hidden(client, pick=numbers("S1", "T1"), list="view=open")
    assert client.post(f"{CHOSEN}pair/", {**posted, "note": " "}).status_code == 422
    assert client.post(f"{CHOSEN}pair/", {**posted, "note": "编号颠倒"}).status_code == 302

    assert (difference("S1").state, difference("S1").pair) == ("judged", difference("T1"))


def test_what_changed_since_it_was_chosen_is_not_handled(as_user: LogIn, world: World) -> None:
    make_run(world, only_theirs("S1"), only_theirs("S2"))
    client = as_user(world.prov_clearing)
    said = hidden(client, list="view=open", all="1")
    make_run(world, only_theirs("S3"))

    answer = client.post(f"{CHOSEN}verdict/", {**said, "remedy": "import", "note": "要来明细"})

    assert answer.status_code == 422
    assert "选中的差异刚有变动，没有办理" in answer.content.decode()
    assert not Discrepancy.objects.exclude(state="open").exists()


def test_different_states_are_only_handed_out_together(as_user: LogIn, world: World) -> None:
    make_run(world, only_theirs("S1"), only_theirs("S2"), only_ours("S3"))
    give(world, "S1")
    client = as_user(world.prov_clearing_2)

    page = client.get(CHOSEN, {"pick": numbers("S1", "S2")})
    assert set(page.context["forms"]) == {"assign"}
    assert "请先按状态筛选" in page.content.decode()
    both = client.get(CHOSEN, {"pick": numbers("S2", "S3")})
    remedies = [value for value, _ in both.context["forms"]["verdict"].fields["remedy"].choices]
    assert remedies == ["ask_them", "carry", "none"]  # what fits both kinds
    assert client.get(CHOSEN).context["forms"] == {}
    refused = client.post(f"{CHOSEN}verdict/", {"pick": numbers("S2"), "remedy": "import", "note": "x"})
    assert refused.status_code == 422  # without what was seen
    assert client.post(f"{CHOSEN}burn/", {"pick": numbers("S2")}).status_code == 404


def test_strangers_choose_nothing(as_user: LogIn, world: World) -> None:
    make_run(world, only_theirs("S1"), region=world.changchun)
    stranger = as_user(world.jilin_clearing)

    assert stranger.get(CHOSEN, {"pick": numbers("S1")}).context["chosen"].count == 0
    auditor = as_user(world.auditor)
    page = auditor.get(CHOSEN, {"pick": numbers("S1")})
    assert (page.context["chosen"].count, page.context["forms"]) == (1, {})
    said = hidden(auditor, pick=numbers("S1"))
    assert auditor.post(f"{CHOSEN}verdict/", {**said, "remedy": "none", "note": "x"}).status_code == 403


def test_too_many_at_once_are_refused(as_user: LogIn, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run(world, *(only_theirs(f"S{n}") for n in range(4)))
    monkeypatch.setattr(chosen, "AT_MOST", 3)

    answer = as_user(world.prov_clearing).get(CHOSEN, {"list": "view=open", "all": "1"})

    assert answer.status_code == 422
    assert "一次最多办理 3 条" in answer.content.decode()
