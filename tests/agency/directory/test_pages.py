"""The directory's pages: list, filters in the URL, export, print, one institution, search."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable

import pytest
from django.test import Client

from agency.directory import views
from agency.journal.models import AuditEntry
from agency.organisation.models import Institution
from tests.support.world import World

Login = Callable[[object], Client]
SHENYANG = "province=210000&city=210100&care=inpatient"


def test_everybody_finds_institutions_by_filters_that_stand_in_the_url(world: World, as_user: Login) -> None:
    page = as_user(world.yanbian_clearing).get(f"/institutions/?{SHENYANG}").content.decode()
    page = html.unescape(page)

    assert page.count('class="code" href="/institutions/') == 3
    assert '<option value="210100" selected>沈阳市</option>' in page
    assert f"/institutions/print/?{SHENYANG}" in page
    assert f"/institutions/export.csv?{SHENYANG}" in page
    assert "定点机构" in page


def test_pages_go_on_by_code_and_come_back(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(world.clerk)
    everything = list(Institution.objects.designated(world.today).order_by("code"))

    first = client.get("/institutions/").context["page"]
    second = client.get(first.older_url).context["page"]
    back = client.get(second.newer_url).context["page"]

    assert [*first.rows, *second.rows] == everything[:100]
    assert back.rows == first.rows
    assert (first.newer_url, back.newer_url) == (None, None)
    assert client.get("/institutions/?before=H9%00").status_code == 400
    assert client.get("/institutions/?before=nonsense").context["page"].rows == first.rows


def test_a_new_province_brings_its_cities_and_nothing_else(world: World, as_user: Login) -> None:
    response = as_user(world.clerk).get(
        "/institutions/?province=210000", headers={"HX-Request": "true", "HX-Target": "city"}
    )

    assert "沈阳市" in response.content.decode()
    assert "<table" not in response.content.decode()


def test_a_filter_that_cannot_be_read_says_so_and_nothing_found_says_what_to_do(
    world: World, as_user: Login
) -> None:
    client = as_user(world.clerk)
    wrong = client.get("/institutions/?on=2026-13-01&care=surgery&city=440100")
    none = client.get("/institutions/?name=没有的")

    assert wrong.status_code == 200
    assert set(wrong.context["form"].errors) == {"on", "care"}  # a city left over just does not narrow
    assert not wrong.context["page"].rows
    assert "没有符合条件的机构" in none.content.decode()


def test_what_is_listed_is_exported_and_the_export_is_logged(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(world.clerk)
    response = client.get(f"/institutions/export.csv?{SHENYANG}")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    entry = AuditEntry.objects.get(action="exported")

    assert [row["机构编码"] for row in rows] == ["H21010000001", "H21010000021", "H21010000022"]
    assert (rows[0]["住院"], rows[0]["门诊慢特病"], rows[0]["资格"]) == ("跨省", "", "区域中心")
    assert (rows[0]["所在地"], rows[0]["状态"], rows[0]["定点止"]) == ("辽宁 沈阳市", "定点", "")
    assert (entry.detail["what"], entry.detail["rows"]) == ("institutions", 3)
    assert client.get(f"/institutions/export.xlsx?{SHENYANG}").content.startswith(b"PK")
    assert client.get("/institutions/export.pdf").status_code == 404

    monkeypatch.setattr(views, "MOST_EXPORTED", 2)
    refused = client.get(f"/institutions/export.csv?{SHENYANG}")
    assert refused.status_code == 422
    assert "一次最多导出 2 行，没有导出" in refused.content.decode()
    assert AuditEntry.objects.filter(action="exported").count() == 2


def test_the_list_for_the_counter_is_one_page_by_level(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(world.clerk)
    page = client.get("/institutions/print/?province=220000&city=220100&care=inpatient").content.decode()

    assert "吉林省长春市可直接结算的定点医药机构" in page
    assert "省内异地就医直接结算" in page
    assert page.index("H22010500025") < page.index("H22018200021") < page.index("H22010200030")
    assert "H22010400026" not in page  # no longer designated
    abroad = client.get(f"/institutions/print/?{SHENYANG}&sort=H").content.decode()
    assert "辽宁省沈阳市可直接结算的定点医院" in abroad
    assert "跨省异地就医直接结算" in abroad
    monkeypatch.setattr(views, "MOST_PRINTED", 2)
    assert "不止 2 家" in client.get(f"/institutions/print/?{SHENYANG}").content.decode()
    asked = client.get("/institutions/print/?province=220000", follow=True)
    assert "先选省和医疗类别，再打印清单。" in asked.content.decode()


def test_one_institution_shows_what_is_open_and_what_was(world: World, as_user: Login) -> None:
    client = as_user(world.clerk)
    page = client.get("/institutions/H22240300022/").content.decode()
    ended = client.get("/institutions/H22010400026/").content.decode()

    assert "延边朝鲜族自治州" in page
    assert "2025-12-31" in page  # the connection that ended
    assert "已停" in page
    assert "[P] 示例数据" in page
    assert "修改" not in page  # a clerk only looks
    assert "定点到 2025-12-31 为止" in ended
    assert ended.count("不能</span>") == 5
    assert client.get("/institutions/H99999999999/").status_code == 404
    assert client.get("/institutions/H1/").status_code == 404


def test_a_stub_says_that_it_is_to_be_completed_and_who_does_it(world: World, as_user: Login) -> None:
    stub = Institution.objects.create(code="H99010000001", is_stub=True)

    told = as_user(world.clerk).get(f"/institutions/{stub.code}/").content.decode()
    province = as_user(world.prov_supervisor).get(f"/institutions/{stub.code}/").content.decode()

    assert "名称待补" in told
    assert "待完善" in told
    assert "由省级主管在后台补全" in told
    assert f"/admin/agency/institution/{stub.pk}/change/" in province
    assert stub.code in as_user(world.clerk).get("/institutions/?standing=stub").content.decode()


def test_the_search_box_leads_to_a_code_or_an_exact_name(world: World, as_user: Login) -> None:
    client = as_user(world.changchun_clearing)

    for term in ("h21010000021", "沈阳市第21医院"):
        assert client.post("/search/", {"term": term})["Location"] == "/institutions/H21010000021/"
    several = client.post("/search/", {"term": "H2101"}).content.decode()
    assert several.count("/institutions/H2101") == 4  # the one that ended too, with its badge
    assert "已终止" in several
    assert "没有找到" in client.post("/search/", {"term": "H21"}).content.decode()
