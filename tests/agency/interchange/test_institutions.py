"""Institutions, connections and qualifications by file: each region its own, by the rules of their page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from agency.journal.models import AuditEntry
from agency.organisation.models import Counter, Institution, InstitutionConnection, InstitutionQualification
from tests.agency.interchange.files import INSTITUTION, confirm, counts, lines, may_confirm, told, upload
from tests.support.world import World

Login = Callable[[object], Client]
OWN, OTHER = "H22010000007", "H22240000001"
CONNECTIONS, QUALIFICATIONS = 1, 2
CONNECTION_COLUMNS = "医药机构,医疗类别,联网范围,生效日期,失效日期,依据"
QUALIFICATION_COLUMNS = "医药机构,资格,生效日期"


def test_a_region_corrects_its_own_institutions_only(world: World, as_user: Login) -> None:
    client = as_user(world.supervisor)

    both = upload(client, INSTITUTION, lines("编码,地址", f"{OWN},新址", f"{OTHER},新址"))
    page = upload(client, INSTITUTION, lines("编码,地址", f"{OWN},新址"))
    confirm(client, INSTITUTION, page)

    assert told(both) == ["第 3 行：这一条不在您的统筹区，不能由您导入。"]
    assert counts(page) == {"修改": 1}
    assert Institution.objects.get(code=OWN).address == "新址"
    assert Institution.objects.get(code=OTHER).address != "新址"
    assert AuditEntry.objects.get(action="reference_changed").detail["code"] == OWN


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (f"{OWN},222400", "第 2 行“统筹区”：“222400”不在您的统筹区，不能由您填写。"),
        ("H2201,220100", "第 2 行“编码”：编码是 H 或 P 加 11 位数字，共 12 位，请核对。"),
        ("H22010099999,220100", "第 2 行“名称”：请填写名称；还没有核实的，请勾选“待完善”。"),
    ],
)
def test_the_rules_of_the_form_hold(world: World, as_user: Login, row: str, sentence: str) -> None:
    before = Institution.objects.count()

    page = upload(as_user(world.supervisor), INSTITUTION, lines("编码,统筹区", row))

    assert told(page)[0] == sentence
    assert Institution.objects.count() == before


def test_a_connection_comes_in_as_on_the_page_of_its_institution(world: World, as_user: Login) -> None:
    client = as_user(world.supervisor)
    content = lines(
        CONNECTION_COLUMNS,
        f"{OWN},住院,省内异地,2018-07-01,2026-12-31,[P] 示例数据",
        f"{OWN},住院,省内异地,2027-01-01,,吉医保发〔2026〕9号",
        f"{OWN},住院,跨省异地,2026-12-01,,吉医保发〔2026〕9号",
    )

    page = upload(client, INSTITUTION, content, table=CONNECTIONS)
    confirm(client, INSTITUTION, page)

    assert counts(page) == {"新增": 2, "修改": 1}
    rows = InstitutionConnection.objects.filter(institution__code=OWN, care_kind="inpatient")
    assert sorted((row.scope, str(row.valid_from), str(row.valid_to)) for row in rows) == [
        ("cross_province", "2026-12-01", "None"),
        ("in_province", "2018-07-01", "2026-12-31"),
        ("in_province", "2027-01-01", "None"),
    ]
    entry = AuditEntry.objects.get(action="reference_changed")
    assert (entry.subject_kind, entry.detail) == ("institution", {"columns": ["connections"], "code": OWN})
    again = upload(client, INSTITUTION, content, table=CONNECTIONS)
    assert counts(again) == {"相同": 3}


def test_a_connection_is_refused_for_what_its_page_would_refuse(world: World, as_user: Login) -> None:
    client = as_user(world.supervisor)
    content = lines(
        CONNECTION_COLUMNS,
        f"{OWN},住院,省内异地,2026-12-01,,",
        f"{OTHER},住院,跨省异地,2026-12-01,,",
        "H22988999999,住院,跨省异地,2026-12-01,,",
        f"{OWN},生育,跨省异地,2026-12-01,2026-11-30,",
    )

    page = upload(client, INSTITUTION, content, table=CONNECTIONS)

    assert [sentence.split("：")[0] for sentence in told(page)] == [
        "第 2 行“生效日期”",
        "第 3 行“医药机构”",
        "第 4 行“医药机构”",
        "第 5 行",
    ]
    assert "请在同一个文件里把前一行的失效日期填为 2026-11-30" in told(page)[0]
    assert "不在您的统筹区" in told(page)[1]
    assert told(page)[3] == "第 5 行：失效日期不能早于生效日期。"


def test_a_regional_centre_is_for_the_province_to_say(world: World, as_user: Login) -> None:
    content = lines(QUALIFICATION_COLUMNS, f"{OWN},省级以上区域医疗中心,2026-12-01")

    regional = upload(as_user(world.supervisor), INSTITUTION, content, table=QUALIFICATIONS)
    client = as_user(world.prov_supervisor)
    confirm(client, INSTITUTION, upload(client, INSTITUTION, content, table=QUALIFICATIONS))

    assert told(regional) == ["第 2 行：省级以上区域医疗中心由省级主管登记，统筹区不能增改。"]
    assert InstitutionQualification.objects.filter(
        institution__code=OWN, qualification="regional_centre"
    ).exists()


def test_counters_come_in_for_the_own_agency(world: World, as_user: Login) -> None:
    own, other = (Counter.objects.get(code=code).agency.code for code in ("220100-01", "222400-01"))
    content = lines("编码,经办机构,名称", f"220100-77,{own},示例窗口", f"220100-78,{other},示例窗口")

    page = upload(as_user(world.supervisor), "/admin/agency/counter/", content)

    assert told(page) == [f"第 3 行“经办机构”：“{other}”不在您的统筹区，不能由您填写。"]
    assert not may_confirm(page)


def test_a_preview_of_many_rows_that_are_the_same_costs_few_queries(
    world: World, as_user: Login, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = as_user(world.prov_supervisor)
    rows = [f"{code},住院" for code in Institution.objects.values_list("code", flat=True)[:60]]
    content = lines("编码,待完善", *(row.replace("住院", "否") for row in rows))

    with django_assert_max_num_queries(25):  # type: ignore[operator]
        page = upload(client, INSTITUTION, content)

    assert sum(counts(page).values()) == 60
