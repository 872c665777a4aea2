"""The pages of held cases: disputing from the drill-down and the case, the list, answers, decisions, home."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from agency.journal.models import AuditEntry
from settlement.clearing.behind import contribution, figure_behind, held_behind, proof_of
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.proofs import SheetProof
from settlement.holding.models import HeldCase, HeldNote
from tests.settlement.holding.conftest import DECEMBER, NOVEMBER, OCTOBER, Books, settled
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("october")
LogIn = Callable[[object], Client]
BEHIND = "/clearing/202610/sheets/11/220100/cases/?row=220200%7Cemployee%7Cinpatient&column="


def text_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_drill_down_leads_to_the_dispute_and_the_dispute_to_the_sheet(
    books: Books, as_user: LogIn, world: World
) -> None:
    client = as_user(world.changchun_clearing)
    assert "/held/dispute/S1/" in text_of(client, BEHIND + "due")
    assert "提出之后这一笔从本期应收应付里整笔转出" in text_of(client, "/held/dispute/S1/")

    empty = client.post("/held/dispute/S1/", {"reason": " "})
    assert empty.status_code == 422
    assert not HeldCase.objects.exists()
    answer = client.post("/held/dispute/S1/", {"reason": "天数不符"})

    assert answer["Location"] == "/held/G202610-00001/"
    again = client.get(BEHIND + "due")
    assert again.context["held"] == {HeldCase.objects.get().record_id}
    assert "/held/dispute/S1/" not in again.content.decode()
    assert "/held/dispute/S2/" in again.content.decode()
    assert "表上 700.00 = 明细、扣款与挂账合计 700.00" in again.content.decode()
    assert "G202610-00001" in text_of(client, BEHIND + "carried_out")
    paper = text_of(client, BEHIND.replace("/cases/", "/cases/print/") + "due")
    assert "明细 2 笔，挂账 1 笔" in paper and "明细、扣款与挂账合计 700.00：相符" in paper


@pytest.mark.parametrize("name", ["prov_clearing", "supervisor", "auditor"])
def test_only_those_who_may_dispute_see_the_button(as_user: LogIn, world: World, name: str) -> None:
    client = as_user(getattr(world, name))

    assert "/held/dispute/" not in text_of(client, BEHIND + "due")
    assert "/held/dispute/" not in text_of(client, "/cases/S1/")


def test_the_case_itself_has_the_button_and_then_the_way_to_its_dispute(
    books: Books, as_user: LogIn, world: World
) -> None:
    client = as_user(world.jilin_clearing)
    assert '<a class="btn go" href="/held/dispute/S1/">提出争议</a>' in text_of(client, "/cases/S1/")

    books.dispute()

    page = text_of(client, "/cases/S1/")
    assert "/held/dispute/" not in page
    assert '<a class="btn" href="/held/G202610-00001/">挂账中 G202610-00001</a>' in page
    assert "不必再提" in text_of(client, "/held/dispute/S1/")
    refused = client.post("/held/dispute/S1/", {"reason": "再提"})
    assert (refused.status_code, HeldCase.objects.count()) == (422, 1)


def test_a_signed_month_has_no_button(books: Books, as_user: LogIn, world: World) -> None:
    books.sign(OCTOBER)
    client = as_user(world.changchun_clearing)

    assert "/held/dispute/" not in text_of(client, BEHIND + "due")
    assert "/held/dispute/" not in text_of(client, "/cases/S1/")


def test_the_other_party_answers_and_the_province_decides(books: Books, as_user: LogIn, world: World) -> None:
    books.dispute()
    jilin, province = as_user(world.jilin_clearing), as_user(world.prov_clearing)
    assert "争议待答复" in text_of(jilin, "/")
    assert "争议待答复" not in text_of(as_user(world.changchun_clearing), "/")

    url = "/held/G202610-00001/"
    assert jilin.post(url + "answer/", {"text": "属实"}).status_code == 422
    assert jilin.post(url + "answer/", {"answer": "disagrees", "text": "病历属实"}).status_code == 302
    assert HeldNote.objects.get().get_answer_display() == "不同意"
    assert "争议待答复" not in text_of(jilin, "/")
    assert "病历属实" in text_of(as_user(world.changchun_clearing), url)
    assert jilin.post(url + "release/", {"reason": "放"}).status_code == 403

    assert province.post(url + "reject/", {"reason": ""}).status_code == 422
    assert province.post(url + "reject/", {"reason": "挂床住院"}).status_code == 302
    case = HeldCase.objects.get()
    assert (case.state, case.decided_by, case.decided_reason) == ("rejected", world.prov_clearing, "挂床住院")
    assert province.post(url + "undo/", {"reason": "看错了"}).status_code == 302
    assert province.post(url + "release/", {"reason": "属实"}).status_code == 302
    assert "已放行" in text_of(jilin, url)


def test_taking_back_on_the_page(books: Books, as_user: LogIn, world: World) -> None:
    books.dispute()
    url = "/held/G202610-00001/take-back/"

    assert as_user(world.jilin_clearing).post(url, {"reason": "算了"}).status_code == 403
    assert as_user(world.changchun_clearing_2).post(url, {"reason": "算了"}).status_code == 302

    assert HeldCase.objects.get().state == "withdrawn"
    told = AuditEntry.objects.filter(action="held_taken_back").get()
    assert (told.subject_no, told.detail["settlement_no"]) == ("G202610-00001", "S1")


def test_a_refused_decision_is_told_on_the_page(books: Books, as_user: LogIn, world: World) -> None:
    case = books.dispute()
    books.release(case)

    answer = as_user(world.prov_clearing).post("/held/G202610-00001/reject/", {"reason": "晚了"})

    assert answer.status_code == 422
    assert "现在是“已放行”，不能变为“已拒付”" in answer.content.decode()


def test_strangers_see_nothing(books: Books, as_user: LogIn, world: World) -> None:
    books.dispute()
    client = as_user(world.yanbian_clearing)

    assert client.get("/held/G202610-00001/").status_code == 404
    assert client.get("/held/dispute/S1/").status_code == 404
    assert client.post("/held/dispute/S1/", {"reason": "有异议"}).status_code == 404
    assert client.post("/held/G202610-00001/answer/", {"text": "看看"}).status_code == 404
    assert "G202610" not in text_of(client, "/held/")
    assert "G202610-00001" in text_of(as_user(world.auditor), "/held/")


def held_listed(client: Client, **narrow: str) -> list[str]:
    return [row.case.settlement_no for row in client.get("/held/", narrow).context["rows"]]


def test_the_list_is_narrowed_by_month_side_state_and_counterpart(
    books: Books, as_user: LogIn, world: World
) -> None:
    books.load(settled("Y1", OCTOBER, 参保地区划="222401"))  # 延边 → 吉林
    books.compute(OCTOBER)
    books.dispute("S1")
    books.dispute("S2", world.jilin_clearing)
    books.dispute("Y1", world.jilin_clearing)
    books.sign(OCTOBER)
    books.compute(NOVEMBER)
    books.reject(books.dispute("S3"))
    jilin, changchun = as_user(world.jilin_clearing), as_user(world.changchun_clearing)

    assert held_listed(jilin) == ["S3", "Y1", "S2", "S1"]
    assert held_listed(changchun) == ["S3", "S2", "S1"]
    assert held_listed(jilin, side="ours") == ["Y1", "S2"]
    assert held_listed(jilin, side="theirs") == ["S3", "S1"]
    assert held_listed(jilin, counterpart="222400") == ["Y1"]
    assert held_listed(jilin, period=NOVEMBER) == ["S3"]
    assert held_listed(jilin, state="rejected") == ["S3"]
    assert held_listed(as_user(world.prov_clearing), state="held") == ["Y1", "S2", "S1"]
    assert "没有符合条件的挂账" in text_of(jilin, "/held/?period=202601")
    assert "期别应为六位数字" in text_of(jilin, "/held/?period=x")


def test_the_list_asks_as_much_for_many_as_for_one(books: Books, as_user: LogIn, world: World) -> None:
    client = as_user(world.prov_clearing)
    books.dispute("S1")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/held/")
    books.dispute("S2")

    with CaptureQueriesContext(connection) as two:
        client.get("/held/")

    assert len(two) == len(one)


def test_the_list_goes_out_as_files_with_what_is_held(books: Books, as_user: LogIn, world: World) -> None:
    books.deduct("S1", OCTOBER, "100.00")
    books.compute(OCTOBER)
    books.dispute("S1")
    books.dispute("S2")
    client = as_user(world.jilin_clearing)

    lines = client.get("/held/export/csv/?side=theirs").content.decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:4] == ["挂账编号", "状态", "挂账期别", "结算编号"]
    assert [line.split(",")[9] for line in lines[1:]] == ["700.00", "600.00"]
    book = load_workbook(io.BytesIO(client.get("/held/export/xlsx/").content))
    assert book.active is not None
    assert book.active.max_row == 3
    told = AuditEntry.objects.filter(action="exported").order_by("seq").first()
    assert told is not None
    assert (told.detail["what"], told.detail["rows"]) == ("held-cases", 2)
    assert client.get("/held/export/pdf/").status_code == 404
    assert client.get("/held/export/csv/?period=x").status_code == 422


def test_home_tells_what_has_to_be_decided_before_the_next_month(
    books: Books, as_user: LogIn, world: World
) -> None:
    books.dispute()
    assert "将满两个月待裁定" not in text_of(as_user(world.prov_clearing), "/")

    books.sign(OCTOBER)

    for user in (world.prov_clearing, world.changchun_clearing, world.jilin_clearing):
        page = text_of(as_user(user), "/")
        assert "将满两个月待裁定" in page
        assert "须在2026年12月签发前裁定" in page
    assert "将满两个月待裁定" not in text_of(as_user(world.yanbian_clearing), "/")


def test_search_finds_a_held_case_by_its_number(books: Books, as_user: LogIn, world: World) -> None:
    books.dispute()

    def found(user: object) -> str:
        return as_user(user).post("/search/", {"term": "g202610-00001"}).get("Location", "")

    assert found(world.jilin_clearing) == "/held/G202610-00001/"
    assert found(world.yanbian_clearing) == ""


def test_the_admin_shows_held_cases_to_supervisors(books: Books, as_user: LogIn, world: World) -> None:
    case = books.dispute()
    base = "/admin/settlement/heldcase/"

    for user in (world.supervisor, world.prov_supervisor):
        client = as_user(user)
        assert client.get(base, {"q": "S1"}).context["cl"].result_count == 1
        assert client.get(f"{base}{case.pk}/change/").status_code == 200
        assert client.get(f"{base}add/").status_code == 403
    assert as_user(world.prov_system).get(base).status_code == 403


# --- figures and proofs -------------------------------------------------------------------------------------


def test_every_figure_with_held_cases_is_the_sum_of_what_is_behind_it(books: Books) -> None:
    """October carries out 600.00 and 700.00, November carries the first in."""
    books.deduct("S1", OCTOBER, "100.00")
    books.compute(OCTOBER)
    first = books.dispute("S1")
    books.dispute("S2")
    books.sign(OCTOBER)
    books.compute(NOVEMBER)
    books.release(first)

    for period, carried_in, carried_out in ((OCTOBER, 0, 130_000), (NOVEMBER, 60_000, 0)):
        month = ClearingPeriod.objects.get(period=period)
        book = MonthBook(month)
        party = next(one for one in book.parties.ordered if one.code == "220100")
        for form, key in (("11", "220200|employee|inpatient"), ("12", "out|220200|inpatient"), ("11", "")):
            for column, fen in (("carried_in", carried_in), ("carried_out", carried_out)):
                figure = figure_behind(form, month, party, key, column)
                proof = proof_of(figure, month)
                adds = [contribution(figure, item) for item in held_behind(figure, month)]
                assert (proof.stored, proof.added, sum(adds)) == (fen, fen, fen), figure.label
        for form in ("9", "10", "11", "12", "13", "14"):
            region = None if form == "9" else party
            data = sheet_data(form, month, region, book)
            assert [proof.label for proof in SheetProof(data, book, region).proofs() if not proof.ok] == []


def test_the_net_of_sheet_9_counts_what_is_carried(books: Books, as_user: LogIn, world: World) -> None:
    books.dispute()
    page = as_user(world.prov_clearing).get("/clearing/202610/sheets/9/cases/?row=220200&column=net")

    assert [(item.case.settlement_no, adds) for item, adds in page.context["held_cases"]] == [("S1", -70_000)]
    proof = page.context["proof"]
    assert (proof.stored, proof.added) == (70_000, 70_000)


def test_a_blocked_month_says_so_on_its_page(books: Books, as_user: LogIn, world: World) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.sign(NOVEMBER)
    month = books.compute(DECEMBER)
    books.confirm(DECEMBER)

    answer = as_user(world.prov_clearing).post(
        f"/clearing/{DECEMBER}/sign/", {"seen_digest": month.lines_digest}
    )

    assert answer.status_code == 422
    assert f"挂账已满 2 个月，须先放行或拒付：{case}" in answer.content.decode()
