"""What was deducted from whom: sums by institution and kind, their items, form 14, the export."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from agency.journal.models import AuditEntry
from settlement.clearing.services import period_compute
from settlement.deductions.models import Deduction
from settlement.deductions.services import deduction_withdraw
from tests.settlement.deductions.rows import by_case, by_group
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
PAGE = "/deductions/by-institution/"
HOSPITAL = "H22020200001"


@pytest.fixture
def deducted(load: Run) -> None:
    load(
        [
            by_case("S1"),
            by_case("S2", 扣款类别="稽核追回"),
            by_group(),
            by_case("S1", 期别="202611", 金额="9"),
        ]
    )


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.content.decode()


def amounts(html: str) -> list[str]:
    """The figures of the total row."""
    foot = html.partition("<tfoot>")[2].partition("</tfoot>")[0]
    return re.findall(r'class="n">([^<]+)<', foot)


@pytest.mark.parametrize(
    ("who", "query", "figures"),
    [
        ("prov_finance", "", ["4", "129.50", "120.50", "1,000.00", "—", "—", "1,250.00"]),
        ("changchun_clearing", "", ["3", "129.50", "—", "1,000.00", "—", "—", "1,129.50"]),
        ("jilin_clearing", "period=202610", ["3", "120.50", "120.50", "1,000.00", "—", "—", "1,241.00"]),
        ("yanbian_clearing", "", ["1", "—", "120.50", "—", "—", "—", "120.50"]),
        ("prov_finance", "kind=recoupment", ["1", "—", "120.50", "—", "—", "—", "120.50"]),
        ("prov_finance", "insured_region=222400", ["1", "—", "120.50", "—", "—", "—", "120.50"]),
    ],
)
def test_sums_are_of_what_one_may_see(
    deducted: None, as_user: LogIn, world: World, who: str, query: str, figures: list[str]
) -> None:
    assert amounts(page(as_user(getattr(world, who)), f"{PAGE}?{query}")) == figures


def test_what_was_taken_back_is_netted(deducted: None, as_user: LogIn, world: World) -> None:
    deduction = Deduction.objects.get(kind="contract_penalty")
    deduction_withdraw(by=world.changchun_clearing, at=world.now, deduction=deduction, reason="误扣")

    figures = amounts(page(as_user(world.prov_finance), PAGE))
    assert (figures[0], figures[-1]) == ("3", "250.00")


def test_each_sum_leads_to_its_items(deducted: None, as_user: LogIn, world: World) -> None:
    client = as_user(world.prov_finance)
    html = page(client, f"{PAGE}?period=202610")

    url = f"/deductions/?period=202610&amp;institution={HOSPITAL}&amp;kind=contract_penalty"
    assert url in html
    assert page(client, url.replace("&amp;", "&")).count("/deductions/D2026") == 1


def test_form_14_of_the_month_is_one_click_away(deducted: None, as_user: LogIn, world: World) -> None:
    sheet = "/clearing/202610/sheets/14/220100/"
    assert sheet not in page(as_user(world.changchun_clearing), f"{PAGE}?period=202610")
    period_compute(period="202610", by=world.system, at=world.now)

    assert sheet in page(as_user(world.changchun_clearing), f"{PAGE}?period=202610")
    assert sheet not in page(as_user(world.changchun_clearing), PAGE)
    assert "sheets/14" not in page(as_user(world.prov_finance), f"{PAGE}?period=202610")
    assert sheet in page(as_user(world.prov_finance), f"{PAGE}?period=202610&insured_region=220100")


def test_the_sums_go_out_as_a_file(deducted: None, as_user: LogIn, world: World) -> None:
    response = as_user(world.jilin_clearing).get(f"{PAGE}export/csv/?period=202610")

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(one["医药机构编号"], one["笔数"], one["协议违约"], one["合计"]) for one in rows] == [
        (HOSPITAL, "3", "1000.00", "1241.00")
    ]
    assert AuditEntry.objects.get(action="exported").detail["filters"] == {"period": "202610"}


def test_who_may_not_is_sent_away_and_what_is_wrong_is_told(
    deducted: None, as_user: LogIn, world: World
) -> None:
    assert as_user(world.clerk).get(PAGE).status_code == 403
    client = as_user(world.prov_finance)
    assert "期别应为六位数字" in page(client, f"{PAGE}?period=10")
    assert client.get(f"{PAGE}export/csv/?period=10").status_code == 422
    assert client.get(f"{PAGE}export/pdf/").status_code == 404
    assert "没有符合条件的扣款" in page(client, f"{PAGE}?period=209912")


def test_the_page_asks_once_however_many(
    deducted: None, as_user: LogIn, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_user(world.prov_finance)
    page(client, PAGE)

    with django_assert_max_num_queries(14) as captured:
        page(client, PAGE)

    assert len([q for q in captured.captured_queries if "GROUP BY" in q["sql"]]) == 1
