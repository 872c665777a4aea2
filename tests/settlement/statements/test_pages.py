"""Pages of statements: the list with sums and lateness, one statement, payments, files, the home page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import time_machine
from django.test import Client

from agency.jobs.models import Job
from agency.jobs.services import job_run
from agency.journal.models import AuditEntry, PrintedForm
from settlement.statements.hooks import home, nav, search
from settlement.statements.models import InstitutionStatement, StatementDrawing
from tests.settlement.statements.conftest import CHANGCHUN, HOSPITAL, PHARMACY, Office, get, pay, sign_month
from tests.support.world import World

AsUser = Callable[..., Client]
pytestmark = pytest.mark.usefixtures("laid_month")
LIST, ONE = "/statements/?period=202610", f"/statements/{HOSPITAL}/"
PAYMENTS = "/statements/202610/220200/payments/"


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def drawn(office: Office) -> Office:
    office.draw()
    return office


@pytest.fixture
def agreed(drawn: Office) -> Office:
    sign_month(drawn.world)
    drawn.confirm()
    drawn.answer(HOSPITAL)
    return drawn


def test_the_button_makes_a_job_that_draws_them_up(office: Office, as_user: AsUser) -> None:
    client = as_user(office.confirmer)
    assert "还没有生成" in text(client, LIST)

    client.post("/statements/draw/", {"period": "202610"})
    again = client.post("/statements/draw/", {"period": "202610"})
    job = Job.objects.get(kind="draw_statements")
    job_run(job.job_no)

    assert again.status_code == 422
    assert (job.subject_no, StatementDrawing.objects.get().care_region) == (
        "202610/220200",
        office.world.jilin,
    )
    assert "1,300.00" in text(client, LIST)


def test_the_list_has_its_sums_and_narrows(drawn: Office, as_user: AsUser) -> None:
    client = as_user(drawn.confirmer)

    whole, one = text(client, LIST), text(client, f"{LIST}&institution=P22020200009")

    assert "合计 2 份" in whole
    assert "1,300.00" in whole
    assert "H22020200001" not in one
    assert "合计 1 份" in one
    assert "没有符合条件" in text(client, f"{LIST}&state=paid")


def test_a_region_sees_its_own_the_province_all(drawn: Office, as_user: AsUser) -> None:
    assert "H22010200001" not in text(as_user(drawn.confirmer), LIST)
    province = as_user(drawn.world.prov_clearing)
    assert "合计 4 份" in text(province, LIST)
    assert "合计 1 份" in text(province, f"{LIST}&region=220100")
    for path in (f"/statements/{CHANGCHUN}/", "/statements/202610/220100/payments/"):
        assert as_user(drawn.confirmer).get(path).status_code == 404
        assert province.get(path).status_code == 200


def test_after_the_deadline_what_waits_is_late(drawn: Office, as_user: AsUser) -> None:
    assert "2026-11-20 前对完" in text(as_user(drawn.confirmer), LIST)

    with time_machine.travel("2026-11-23 09:00:00+08:00", tick=True):
        late = text(as_user(drawn.confirmer), LIST)
        row = home(drawn.confirmer, drawn.world.today.replace(day=23)).todo[0]

    assert "已过 3 天" in late
    assert "逾期 3 天" in late
    assert (row.badge, row.title, row.detail) == ("逾期", "2026年10月医药机构对账单", "待经办确认 2 份")


def test_those_ticked_or_all_are_confirmed(drawn: Office, as_user: AsUser) -> None:
    client = as_user(drawn.confirmer)
    seen = StatementDrawing.objects.get(care_region=drawn.world.jilin).draw_no
    data = {"period": "202610", "seen_draw_no": seen}

    assert "请先勾选" in client.post("/statements/confirm/", data, follow=True).content.decode()
    client.post("/statements/confirm/", {**data, "chosen": [PHARMACY]})
    assert (get(PHARMACY).state, get().state) == ("sent", "drawn")
    client.post("/statements/confirm/", {**data, "seen_draw_no": "0", "all": "1"})
    assert get().state == "drawn"
    client.post("/statements/confirm/", {**data, "all": "1"})
    assert get().state == "sent"


def test_a_statement_shows_its_figures_and_leads_behind_them(drawn: Office, as_user: AsUser) -> None:
    client = as_user(drawn.confirmer)
    page = text(client, ONE)

    assert "600.00" in page
    assert "/cases/?period=202610&amp;care_region=220200&amp;institution=H22020200001" in page
    assert "/deductions/?period=202610&amp;care_region=220200&amp;institution=H22020200001" in page
    cases = text(client, "/cases/?period=202610&care_region=220200&institution=H22020200001")
    assert [f"/cases/{number}/" in cases for number in ("S1", "S2", "R2", "S5")] == [True] * 3 + [False]


def test_confirm_answer_dispute_and_send_again_on_the_page(drawn: Office, as_user: AsUser) -> None:
    confirmer, recorder = as_user(drawn.confirmer), as_user(drawn.recorder)
    assert confirmer.post(f"{ONE}confirm/", {"seen": "0"}).status_code == 302
    assert get().state == "drawn"
    confirmer.post(f"{ONE}confirm/", {"seen": get().changed_in})
    assert "由另一位同事记录" in text(confirmer, ONE)

    answer = {"institution_contact": "马丽", "institution_on": "2026-11-20", "answer": "dispute"}
    refused = recorder.post(f"{ONE}answer/", answer)
    assert refused.status_code == 422
    assert "不同意须写明原因" in refused.content.decode()
    future = recorder.post(f"{ONE}answer/", {**answer, "answer": "agree", "institution_on": "2026-11-21"})
    assert "日期还没有到" in future.content.decode()
    recorder.post(f"{ONE}answer/", {**answer, "dispute_reason": "少一笔"})
    assert get().state == "disputed"
    assert confirmer.post(f"{ONE}send-again/", {"reason": ""}).status_code == 422
    confirmer.post(f"{ONE}send-again/", {"reason": "已说明"})
    recorder.post(f"{ONE}answer/", {**answer, "answer": "agree"})
    assert get().state == "agreed"


def test_finance_pays_from_the_list_and_takes_back(agreed: Office, as_user: AsUser) -> None:
    client = as_user(agreed.payer)
    with time_machine.travel("2026-11-20 15:00:00+08:00", tick=True):
        assert "待付款 1 份 600.00" in text(client, PAYMENTS)
        nothing = client.post(f"{PAYMENTS}pay/", {"paid_on": "2026-11-20", "voucher_no": "1"})
        assert (nothing.status_code, "请先勾选" in nothing.content.decode()) == (422, True)
        client.post(f"{PAYMENTS}pay/", {"paid_on": "2026-11-20", "voucher_no": "付1", "chosen": [HOSPITAL]})
        assert (get().state, get().voucher_no) == ("paid", "付1")
        assert "已付款 1 份 600.00" in text(client, PAYMENTS)
        assert client.post(f"{ONE}undo-payment/", {"reason": ""}).status_code == 422
        client.post(f"{ONE}undo-payment/", {"reason": "重复"})
    assert get().state == "agreed"


def test_the_home_page_of_finance_tells_what_to_pay(agreed: Office) -> None:
    rows = home(agreed.payer, agreed.world.today).todo

    assert [(row.badge, row.detail) for row in rows] == [("待付款", "1 份，共 600.00 元")]
    assert home(agreed.world.prov_clearing, agreed.world.today).todo == []


def test_the_files_say_what_is_stored(agreed: Office, as_user: AsUser) -> None:
    client = as_user(agreed.confirmer)
    pay(agreed, HOSPITAL)

    statement = client.get(f"{ONE}file.csv").content.decode("utf-8-sig").splitlines()
    summary = client.get("/statements/202610/220200/summary.csv").content.decode("utf-8-sig").splitlines()
    payments = client.get("/statements/202610/220200/payments.csv").content.decode("utf-8-sig").splitlines()

    assert statement[0] == (
        "序号,险种,医疗类别,人次,医疗总费用,统筹基金,大病保险,大额补助,公务员补助,企业补充,医疗救助,其他,"
        "基金支付合计,个人账户,扣款,应付金额"
    )
    assert statement[1:] == [
        "1,职工,住院,1,1000.00,500.00,0.00,60.00,0.00,0.00,0.00,0.00,560.00,140.00,100.00,600.00"
    ]
    assert summary[0] == (
        "序号,医药机构编号,医药机构名称,人次,医疗总费用,基金支付合计,个人账户,扣款,应付金额,状态,机构答复"
    )
    assert [line.split(",")[1:9] for line in summary[1:]] == [
        ["H22020200001", get().institution_name, "1", "1000.00", "560.00", "140.00", "100.00", "600.00"],
        [
            "P22020200009",
            get(PHARMACY).institution_name,
            "1",
            "1000.00",
            "560.00",
            "140.00",
            "0.00",
            "700.00",
        ],
    ]
    assert (
        payments[0] == "序号,医药机构编号,医药机构名称,户名,开户行,账号,付款金额,另有待追回,付款日期,凭证号"
    )
    assert payments[1].endswith(",600.00,0.00,2026-11-20,付字第1号")
    assert AuditEntry.objects.filter(action="exported", by=agreed.confirmer).count() == 3


@pytest.mark.parametrize("path", [ONE, "/statements/202610/220200/summary/", PAYMENTS])
def test_a_print_bears_a_code_that_the_verification_page_knows(
    agreed: Office, as_user: AsUser, path: str
) -> None:
    client = as_user(agreed.confirmer)

    page = text(client, f"{path}print/")

    printed = PrintedForm.objects.get()
    assert printed.code in page
    assert "表 对账" not in page
    verified = text(Client(), f"/verify/{printed.code}/")
    assert printed.title in verified


def test_pdf_and_xlsx_are_the_same_bytes_twice(agreed: Office, as_user: AsUser) -> None:
    client = as_user(agreed.confirmer)

    for extension, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        first, second = (client.get(f"{ONE}file.{extension}").content for _ in range(2))
        assert first.startswith(start)
        assert first == second


def test_the_pages_cost_the_same_queries_whatever_their_length(
    drawn: Office,
    as_user: AsUser,
    django_assert_max_num_queries: Callable[..., AbstractContextManager],
) -> None:
    client = as_user(drawn.world.prov_clearing)

    for url in (LIST, ONE, PAYMENTS):
        with django_assert_max_num_queries(24):
            client.get(url)


def test_who_reads_statements_has_them_in_the_side_bar(world: World) -> None:
    shown = {user.username for user in world.everybody() if nav(user)}

    assert {"auditor", "supervisor", "jilin_clearing", "prov_finance"} <= shown
    assert shown.isdisjoint({"clerk", "reviewer", "prov_system"})


def test_a_number_is_found_by_its_region_alone(drawn: Office) -> None:
    found = search(drawn.confirmer, HOSPITAL.lower())
    stranger = search(drawn.world.changchun_clearing, HOSPITAL)

    assert found is not None
    assert [row.number for row in found.rows] == [HOSPITAL]
    assert stranger is not None
    assert stranger.rows == []
    assert InstitutionStatement.objects.count() == 4


@pytest.mark.parametrize("seen", ["", "²", "1" * 30, "-1", "x"])
def test_what_was_not_shown_is_not_confirmed_whatever_is_posted(
    drawn: Office, as_user: AsUser, seen: str
) -> None:
    client = as_user(drawn.confirmer)

    one = client.post(f"/statements/{HOSPITAL}/confirm/", {"seen": seen}, follow=True)
    many = client.post(
        "/statements/confirm/", {"period": "202610", "all": "1", "seen_draw_no": seen}, follow=True
    )

    assert "请看过现在的数额再确认" in one.content.decode()
    assert "请看过现在的数额再确认" in many.content.decode()
    assert get().state == "drawn"
