"""Pages of settled cases: who sees what, what is shown, what is never shown."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from settlement.records.models import SettlementRecord
from tests.settlement.records.files import RIGHT, reversal, row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
LIST = "/cases/"


@pytest.fixture
def loaded(load: Run) -> None:
    load([row("A"), reversal("B", "A"), row("C", 参保地区划="222401", 医疗类别="11", 险种="390")])


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.content.decode()


@pytest.mark.parametrize("url", [LIST, "/cases/A/", "/cases/export/csv/"])
def test_who_may_not_read_cases_is_sent_away(loaded: None, as_user: LogIn, world: World, url: str) -> None:
    assert Client().get(url).status_code == 302
    assert as_user(world.clerk).get(url).status_code == 403


def test_a_list_shows_amounts_and_no_identity_numbers(loaded: None, as_user: LogIn, world: World) -> None:
    html = page(as_user(world.changchun_clearing), LIST)

    assert reverse("settlement:record_detail", kwargs={"settlement_no": "A"}) in html
    assert RIGHT["证件号码"] not in html
    assert "1,000.00" in html
    assert "-1,000.00" in html


def test_each_region_sees_the_cases_it_is_party_to(loaded: None, as_user: LogIn, world: World) -> None:
    seen = {
        who: [n for n in "ABC" if f"/cases/{n}/" in page(as_user(getattr(world, who)), LIST)]
        for who in ("changchun_clearing", "jilin_clearing", "yanbian_clearing", "prov_finance")
    }

    assert seen == {
        "changchun_clearing": ["A", "B"],
        "jilin_clearing": ["A", "B", "C"],
        "yanbian_clearing": ["C"],
        "prov_finance": ["A", "B", "C"],
    }


def test_a_case_of_other_regions_is_not_found(loaded: None, as_user: LogIn, world: World) -> None:
    assert as_user(world.yanbian_clearing).get("/cases/A/").status_code == 404
    assert as_user(world.prov_clearing).get("/cases/none/").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("period=202610", "ABC"),
        ("period=202609", ""),
        ("insured_region=222400", "C"),
        ("care_region=220200", "ABC"),
        ("institution=H22020200001", "ABC"),
        ("care_kind=outpatient", "C"),
        ("insurance_type=employee", "AB"),
        ("batch=B000000", ""),
        ("insured_region=220100&insurance_type=resident", ""),
    ],
)
def test_the_list_is_narrowed(loaded: None, as_user: LogIn, world: World, query: str, found: str) -> None:
    html = page(as_user(world.prov_clearing), f"{LIST}?{query}")

    assert "".join(n for n in "ABC" if f"/cases/{n}/" in html) == found
    assert found or "没有符合条件的结算" in html


def test_a_wrong_filter_is_told_at_its_field(loaded: None, as_user: LogIn, world: World) -> None:
    assert "期别应为六位数字" in page(as_user(world.prov_clearing), f"{LIST}?period=2026-10")


def test_pages_follow_by_key_and_keep_the_filter(load: Run, as_user: LogIn, world: World) -> None:
    load([row(f"S{number:03d}") for number in range(120)])
    client = as_user(world.prov_clearing)

    newest = page(client, f"{LIST}?period=202610")
    pk = SettlementRecord.objects.get(settlement_no="S070").pk
    assert f"period=202610&amp;before=202610-{pk}" in newest
    older = page(client, f"{LIST}?period=202610&before=202610-{pk}")
    assert "/cases/S069/" in older
    assert "/cases/S070/" not in older
    assert f"after=202610-{SettlementRecord.objects.get(settlement_no='S069').pk}" in older


def test_a_list_asks_the_same_few_questions_however_long(
    load: Run, as_user: LogIn, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    load([row(f"S{number:03d}") for number in range(60)])
    client = as_user(world.prov_clearing)
    page(client, LIST)

    with django_assert_max_num_queries(16) as captured:
        page(client, LIST)

    assert not [
        query
        for query in captured.captured_queries
        if "COUNT(" in query["sql"] and "settlementrec" in query["sql"]
    ]


def test_a_case_shows_parts_with_their_sums_and_where_it_comes_from(
    loaded: None, as_user: LogIn, world: World
) -> None:
    html = page(as_user(world.changchun_clearing), "/cases/A/")

    for text in ("费用构成", "基金支付", "谁付的", "820.00", "560.00", "140.00", "300.00", "合计不符"):
        assert (text in html) is (text != "合计不符")
    assert "第 2 行" in html
    assert "load-1.csv" in html
    assert "2201**********128X" in html
    assert RIGHT["证件号码"] not in html
    assert "已冲正" in html
    assert "/cases/B/" in html
    assert "/cases/A/" in page(as_user(world.changchun_clearing), "/cases/B/")


def test_a_number_with_odd_signs_has_a_page(load: Run, as_user: LogIn, world: World) -> None:
    load([row("A/B 1%?#")])
    client = as_user(world.prov_clearing)
    url = reverse("settlement:record_detail", kwargs={"settlement_no": "A/B 1%?#"})

    assert url in page(client, LIST)
    assert "A/B 1%?#" in page(client, url)
