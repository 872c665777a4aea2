"""The list of cases: what narrows it, both sides of a region in one order, paging both ways, no counting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from settlement.cases.filters import CaseFilterForm
from settlement.records.models import SettlementRecord
from tests.filings.making import enrol, id_number, make_person
from tests.settlement.records.files import RIGHT, reversal, row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
LIST = "/cases/"
SMALL = {
    "医疗费总额": "100.00", "全自费": "0", "超限价自费": "0", "先行自付": "0", "符合政策范围": "100.00",
    "实际起付线": "0", "统筹基金": "60.00", "职工大额补助": "0", "基金支付总额": "60.00", "个人账户": "0",
    "个人现金": "40.00",
}  # fmt: skip


@pytest.fixture
def loaded(load: Run) -> None:
    """A reversed by B; C at home; D small, of 延边's insured; E of November, 长春 treats."""
    load(
        [
            row("A"),
            reversal("B", "A"),
            row("C", 就医地区划="220103"),
            row("D", 参保地区划="222401", **SMALL),
            row("E", 参保地区划="222401", 就医地区划="220103", 结算时间="2026-11-02 09:00:00"),
        ]
    )


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.content.decode()


def listed(html: str) -> str:
    return "".join(re.findall(r'href="/cases/([A-Z])/"', html))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "EBDCA"),
        ("period=202610&state=standing", "DC"),
        ("period=202610&state=reversed", "A"),
        ("period=202610&state=reversal", "B"),
        ("period=202610&state=corrected", ""),
        ("period=202610&state=local", "C"),
        ("period=202610&state=late", ""),
        ("period=202610&most=100", "BD"),
        ("period=202610&least=１００.０１", "CA"),
        ("institution=H22020200001&least=-1000&most=-1000", "B"),
        ("institution=H22020299999", ""),
    ],
)
def test_the_list_is_narrowed(loaded: None, as_user: LogIn, world: World, query: str, found: str) -> None:
    assert listed(page(as_user(world.prov_clearing), f"{LIST}?{query}")) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "EBCA"),
        ("insured_region=220100", "BCA"),
        ("care_region=220100", "EC"),
        ("insured_region=222400", "E"),
        ("insured_region=222400&care_region=220200", ""),
        ("care_region=220200", "BA"),
        ("insured_region=220100&care_region=220100", "C"),
    ],
)
def test_a_region_sees_both_its_sides_in_one_order_and_no_case_twice(
    loaded: None, as_user: LogIn, world: World, query: str, found: str
) -> None:
    assert listed(page(as_user(world.changchun_clearing), f"{LIST}?{query}")) == found


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("state=reversal", "按状态筛选时，请同时填期别、医药机构或批次。"),
        ("least=5", "按总额从（元）筛选时，请同时填期别、医药机构或批次。"),
        ("period=202610&least=abc", "不是金额"),
        ("period=202610&least=10&most=5", "上限小于下限，请核对。"),
        ("state=unheard&period=202610", "unheard"),
    ],
)
def test_a_filter_that_cannot_be_read_is_told_and_exports_nothing(
    loaded: None, as_user: LogIn, world: World, query: str, told: str
) -> None:
    client = as_user(world.prov_clearing)

    html = page(client, f"{LIST}?{query}")

    assert told in html
    assert ("筛选条件有误，有 1 处需要修改" in html, "没有保存" in html) == (True, False)
    assert client.get(f"/cases/export/csv/?{query}").status_code == 422


def test_pages_of_a_region_run_through_both_sides_and_back(load: Run, as_user: LogIn, world: World) -> None:
    load(
        [
            row(f"S{number:03d}", **({"参保地区划": "222401", "就医地区划": "220103"} if number % 3 else {}))
            for number in range(120)
        ]
    )
    client = as_user(world.changchun_clearing)
    wanted = [f"S{number:03d}" for number in reversed(range(120))]

    seen, url = [], LIST
    pages = []
    while url:
        html = page(client, url)
        pages.append(re.findall(r'href="/cases/(S\d+)/"', html))
        seen += pages[-1]
        onward = re.search(r'rel="next" href="([^"]+)"', html)
        url = onward.group(1).replace("&amp;", "&") if onward else ""
    assert seen == wanted
    assert [len(found) for found in pages] == [50, 50, 20]

    back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert back is not None
    assert re.findall(r'href="/cases/(S\d+)/"', page(client, back.group(1))) == pages[1]


def test_a_page_counts_nothing_and_sorts_nothing(loaded: None, as_user: LogIn, world: World) -> None:
    client = as_user(world.changchun_clearing)

    with CaptureQueriesContext(
        connection,
    ) as captured:
        page(client, f"{LIST}?period=202610")

    of_cases = [one["sql"] for one in captured if "settlement_settlementrecord" in one["sql"]]
    assert not [sql for sql in of_cases if "COUNT(" in sql]
    assert not [sql for sql in of_cases if " OR " in sql and "ORDER BY" in sql]
    assert len(captured) <= 18


def test_cases_of_one_person_are_found_without_the_number_in_the_url(
    loaded: None, load: Run, as_user: LogIn, world: World
) -> None:
    load([row("F", 姓名="李四", 证件号码=id_number(serial=20))])
    client = as_user(world.changchun_clearing)

    found = client.post("/search/", {"term": RIGHT["证件号码"]})
    assert found.url.startswith("/cases/?same_as=")
    assert RIGHT["证件号码"] not in found.url
    assert listed(page(client, found.url)) == "EBCA"
    assert listed(page(client, "/cases/?same_as=none")) == ""

    by_name = client.post("/search/", {"term": "李四"})
    assert listed(page(client, by_name.url)) == "F"


def test_another_regions_person_is_not_found(loaded: None, as_user: LogIn, world: World) -> None:
    client = as_user(world.jilin_clearing)

    assert listed(page(client, "/cases/?same_as=C")) == ""
    assert "C" not in listed(page(client, "/cases/?same_as=A"))


def test_who_stands_in_the_register_is_found_once_with_the_card(
    loaded: None, as_user: LogIn, world: World
) -> None:
    person = make_person(RIGHT["姓名"], cert_no=RIGHT["证件号码"])
    enrol(person, world.changchun)

    found = as_user(world.supervisor).post("/search/", {"term": RIGHT["证件号码"]})

    assert found.url == f"/people/{person.person_no}/"
    assert listed(page(as_user(world.supervisor), f"/cases/?person={person.person_no}")) == "EBCA"
    assert listed(page(as_user(world.changchun_clearing), f"/cases/?person={person.person_no}")) == ""


def test_every_region_filter_has_its_index() -> None:
    """The lists walk these, newest first; without one a page would sort millions of rows."""
    fields = [tuple(index.fields) for index in SettlementRecord._meta.indexes]

    for first in ("period", "insured_region", "care_region", "cert_no", "person_name"):
        assert {(first, "period", "id"), (first, "id"), (first, "-id")} & set(fields)
    for side in ("insured_region", "care_region"):
        assert ("institution", side, "period", "id") in fields
    bare = [field.name for field in SettlementRecord._meta.fields if field.is_relation and field.db_index]
    assert bare == []


def test_nothing_personal_stands_in_the_filter() -> None:
    assert not {"cert_no", "person_name", "name"} & set(CaseFilterForm.base_fields)
