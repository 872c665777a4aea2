"""Pages of notices and bank lines: what is shown to whom, and what the buttons do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from agency.journal.models import AuditEntry
from settlement.notices.models import BankLine, Payment
from tests.settlement.notices.statement import (
    CHANGCHUN,
    JILIN,
    PAYS,
    PROVINCE,
    finance_of,
    line,
    load,
    notice,
    row,
)
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_notices")
LogIn = Callable[[object], Client]
LATE = dt.datetime(2026, 12, 14, 4, 0, tzinfo=dt.UTC)


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_all_with_their_sums_to_the_province(world: World, as_user: LogIn) -> None:
    line(world, **PAYS)

    html = page(as_user(world.prov_finance), "/notices/")

    for text in ("吉医保异清〔2026〕1号", "已付清", "未付", "2026-12-11", "550.00", "545.00", "600.00"):
        assert text in html


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=paid", {1}),
        ("state=open", {2, 3}),
        ("state=due", {2, 3}),
        ("category=monthly", {1, 2, 3}),
        ("category=revolving_fund", set()),
        ("state=unpaid", {2}),
        ("state=part", {3}),
        ("state=voided", set()),
        ("direction=receipt", {2}),
        ("region=220100", {1}),
        ("period=202610", {1, 2, 3}),
        ("period=202611", set()),
        ("period=x", {1, 2, 3}),
        ("state=differs", {3}),
    ],
)
def test_the_list_is_narrowed(world: World, as_user: LogIn, query: str, shown: set[int]) -> None:
    line(world, **PAYS)
    line(world, "T2", amount_fen=100, note="〔2026〕3号", other_account="9900000000000220300")
    own = {"direction": "out", "amount_fen": 200, "other_account": PROVINCE}
    line(world, by=finance_of("220300"), note="〔2026〕3号", **own)

    html = page(as_user(world.prov_finance), f"/notices/?{query}")

    assert {serial for serial in (1, 2, 3) if f"/notices/2026-{serial}/" in html} == shown


def test_overdue_is_from_the_day_after(world: World, as_user: LogIn) -> None:
    line(world, **PAYS)
    client = as_user(world.prov_finance)

    assert "没有符合条件的通知书" in page(client, "/notices/?state=overdue")
    with time_machine.travel(LATE):
        client = as_user(world.prov_finance)
        html = page(client, "/notices/?state=overdue")
        home = page(client, "/")
    assert "/notices/2026-2/" in html and "/notices/2026-1/" not in html
    assert html.count("逾期 3 天") == 2
    assert "逾期的通知书" in home and "吉林市收款通知书未付清" in home


def test_the_province_is_told_what_is_due_and_what_is_overdue(world: World, as_user: LogIn) -> None:
    """Also whoever allots no payments: supervisors, clearing, audit; of a region finance alone."""
    line(world, **PAYS)
    for user in (world.prov_supervisor, world.prov_clearing, world.prov_auditor, world.prov_finance):
        home = page(as_user(user), "/")
        assert "待收付的通知书" in home and "逾期的通知书" not in home
        with time_machine.travel(LATE):
            home = page(as_user(user), "/")
            assert "逾期的通知书" in home and "待收付的通知书" not in home
            assert ("吉林市收款通知书未付清" in home) == (user is world.prov_finance)
    assert "待收付的通知书" in page(as_user(finance_of("220200")), "/")
    assert "待收付的通知书" not in page(as_user(world.jilin_clearing), "/")


def test_what_is_to_be_paid_waits_on_the_home_page_of_who_pays(world: World, as_user: LogIn) -> None:
    line(world, **{**PAYS, "amount_fen": 10000, "note": "〔2026〕1号"})

    province, region = page(as_user(world.prov_finance), "/"), page(as_user(finance_of("220100")), "/")

    assert "2026年10月收款通知书待付 1 份" in province and "付款通知书待付" not in province
    assert "2026年10月付款通知书待付 1 份" in region and "还差 445.00 元" in region
    assert "period=202610&amp;direction=payment&amp;state=open" in region
    with time_machine.travel(LATE):
        assert "待付 1 份" not in page(as_user(world.prov_finance), "/")


def test_a_region_sees_its_own_alone(world: World, as_user: LogIn) -> None:
    line(world, **PAYS)
    client = as_user(finance_of("220100"))

    html = page(client, "/notices/")

    assert "/notices/2026-1/" in html and "/notices/2026-2/" not in html
    assert client.get("/notices/2026-2/").status_code == 404
    assert client.get("/notices/2026-2/notice.pdf").status_code == 404
    own = page(client, "/notices/2026-1/")
    assert "T1" in own and "/bank-lines/" in own and "/bank-lines/L" not in own
    assert client.get(f"/bank-lines/{BankLine.objects.get().line_no}/").status_code == 404
    assert "T1" not in page(client, "/bank-lines/")


def test_a_notice_shows_what_it_rests_on_and_what_differs(world: World, as_user: LogIn) -> None:
    line(world, **{**PAYS, "amount_fen": 60000}, note="〔2026〕1号")
    own = {"direction": "out", "amount_fen": 100, "other_account": PROVINCE, "note": "〔2026〕1号"}
    line(world, by=finance_of("220100"), **own)

    html = page(as_user(world.prov_finance), "/notices/2026-1/")

    for text in ("1,245.00", "700.00", "-700.00", "/sheets/9/", "/sheets/10/220100/", "/sheets/11/220100/"):
        assert text in html
    assert "两边登记不同" in html and "相差 544.00 元" in html
    assert "多付" in html and "还有 55.00 元没有核销" in html


def test_the_list_goes_out_as_a_file(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)

    answer = client.get("/notices/export/csv/?direction=receipt")

    assert "吉医保异清〔2026〕2号" in answer.content.decode("utf-8-sig")
    assert ",1300.00,-700.00,600.00,0.00,600.00," in answer.content.decode("utf-8-sig")
    assert AuditEntry.objects.get(action="exported").detail["filters"] == {"direction": "receipt"}
    assert client.get("/notices/export/xlsx/").content[:2] == b"PK"
    assert client.get("/notices/export/pdf/").status_code == 404


def test_a_line_is_typed_in_and_pays_at_once(world: World, as_user: LogIn) -> None:
    said = {
        "booked_on": "20261124",
        "reference": "Ｔ１",
        "direction": "in",
        "amount_fen": "545.00",
        "other_account": CHANGCHUN,
    }
    answer = as_user(world.prov_finance).post("/bank-lines/new/", said, follow=True)

    assert "已自动核销到 吉医保异清〔2026〕1号" in answer.content.decode()
    assert (BankLine.objects.get().reference, Payment.objects.count()) == ("T1", 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount_fen": "0"}, "金额应大于 0"),
        ({"amount_fen": "1.234"}, "小数超过两位"),
        ({"booked_on": "昨天"}, "不是日期"),
        ({"reference": ""}, "请填银行的流水号"),
        ({"direction": ""}, "这个字段是必填项"),
        ({"reference": "T1"}, "已经登记过"),
    ],
)
def test_a_line_that_is_wrong_is_told_on_the_form(
    world: World, as_user: LogIn, changes: dict[str, str], sentence: str
) -> None:
    line(world)
    said = {"booked_on": "2026-11-24", "reference": "T2", "direction": "in", "amount_fen": "5.00"}

    answer = as_user(world.prov_finance).post("/bank-lines/new/", {**said, **changes})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert BankLine.objects.count() == 1


def test_a_person_chooses_among_the_proposals(world: World, as_user: LogIn) -> None:
    came = line(world, other_account="8800000000000660011")
    client, url = as_user(world.prov_finance), f"/bank-lines/{came.line_no}/"

    html = page(client, url)
    assert html.index("/notices/2026-1/") < html.index("/notices/2026-3/")
    assert "账号没有登记" in html and "金额相符" in html
    told = client.post(f"{url}pay/", {"notice": "2026-1", "amount": ""})
    assert (told.status_code, Payment.objects.count()) == (422, 0)
    assert "确要核销请写明原因" in told.content.decode()
    client.post(f"{url}pay/", {"notice": "2026-1", "amount": "", "reason": "财政代付"})
    paid = Payment.objects.get()
    assert (paid.amount_fen, paid.reason, paid.by) == (54500, "财政代付", world.prov_finance)

    client.post(f"{url}payments/{paid}/withdraw/", {"reason": "核错了"})
    assert Payment.objects.filter(withdraws=paid).count() == 1
    assert client.post(f"{url}payments/{paid}/withdraw/", {"reason": "再撤"}).status_code == 422
    assert client.post(f"{url}payments/{paid}/withdraw/", {"reason": ""}).status_code == 422


def test_what_is_posted_wrongly_is_told_and_pays_nothing(world: World, as_user: LogIn) -> None:
    came = line(world, other_account=JILIN)
    client, url = as_user(world.prov_finance), f"/bank-lines/{came.line_no}/pay/"

    for said, sentence in (
        ({}, "请选一份通知书"),
        ({"notice": "2026-99"}, "没有这份通知书"),
        ({"notice": "2026-1", "amount": "x"}, "不是金额"),
        ({"notice": "2026-1", "amount": "600", "reason": "x"}, "只剩 545.00 元"),
        ({"notice": "2026-2", "reason": "x"}, "不能核销吉林市的收款通知书"),
    ):
        answer = client.post(url, said)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert not Payment.objects.exists()


def test_only_who_keeps_the_account_sees_buttons(world: World, as_user: LogIn) -> None:
    came = line(world)

    for user, sees in ((world.prov_finance, True), (world.prov_auditor, False), (world.prov_clearing, False)):
        html = page(as_user(user), f"/bank-lines/{came.line_no}/")
        assert ("核销到选中的通知书" in html) is sees
        assert ("导入流水" in page(as_user(user), "/bank-lines/")) is sees


def test_lines_are_narrowed_and_matched_once_more(world: World, as_user: LogIn, tmp_path: Path) -> None:
    line(world, **PAYS)
    line(world, "T2", amount_fen=60000, direction="out", booked_on=dt.date(2026, 12, 1))
    batch = load(world, tmp_path / "bank.csv", [row("F1", 金额="1.00")])
    client = as_user(world.prov_finance)

    for query, shown in (
        ("state=used", "T1"),
        ("state=unused", "T2 F1"),
        ("month=202612", "T2"),
        ("direction=out", "T2"),
        (f"batch={batch}", "F1"),
        ("owner=220100", ""),
        ("owner=province", "T1 T2 F1"),
    ):
        html = page(client, f"/bank-lines/?{query}")
        assert {name for name in ("T1", "T2", "F1") if f">{name}</a>" in html} == set(shown.split())
    told = client.post("/bank-lines/match/", follow=True).content.decode()
    assert "没有可以自动核销的" in told


def test_a_notice_is_found_by_its_number_and_a_line_by_the_banks(world: World, as_user: LogIn) -> None:
    line(world, **PAYS)
    client = as_user(world.prov_finance)

    for term, url in (("吉医保异清〔2026〕1号", "/notices/2026-1/"), ("2026-1", "/notices/2026-1/")):
        assert url in client.post("/search/", {"term": term}, follow=True).content.decode()
    assert (
        "/bank-lines/L20261100001/" in client.post("/search/", {"term": "T1"}, follow=True).content.decode()
    )
    other = as_user(finance_of("220200"))
    assert "/notices/2026-1/" not in other.post("/search/", {"term": "2026-1"}, follow=True).content.decode()


def test_each_amount_leads_to_its_explanation(world: World, as_user: LogIn) -> None:
    """To the province and to the region itself: each with its formula, and its cases add up to it."""
    shown = notice(1)
    for client in (as_user(world.prov_clearing), as_user(world.changchun_clearing)):
        explained = client.get(f"/notices/{shown.key}/").context["explained"]
        pages = {name: client.get(url).context for name, url in explained.items()}
        assert {name: page["told"].explained.value for name, page in pages.items()} == {
            "receivable": 70000,
            "payable": 124500,
            "net": -54500,
            "employee": -124500,
            "resident": 70000,
        }
        assert all(page["proof"].holds for page in pages.values())
    assert pages["net"]["formulas"][0] == "轧差 = 应收 700.00 − 应付 1,245.00 = -545.00"
    assert explained["net"].startswith("/clearing/202610/sheets/10/220100/")
    assert client.get(explained["net"]).content.decode().count("表 10、表 11") == 1
    assert client.get(explained["net"].replace("/cases/", "/cases.pdf")).content[:5] == b"%PDF-"
