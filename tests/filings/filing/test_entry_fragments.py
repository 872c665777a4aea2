"""What the one-page form is told while it is filled in: the person, the cities, the checklist."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from filings.models import Filing, InsuredPerson
from tests.filings.making import enrol, id_number, make_in_force, make_person, typed
from tests.support.world import World

NEW = "/filings/new/"
DISTRICTS = {"220102": "南关区", "220103": "宽城区", "220104": "朝阳区"}  # made-up numbers go on to the next
Login = Callable[[object], Client]


def test_reading_a_person_fills_the_form_without_saving(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    form = {"action": "read", "cert_type": "01", "cert_no": person.cert_no, "name": "", "phone": ""}

    response = as_user(world.clerk).post(NEW, form)

    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="欧阳䶮"' in page and 'value="13911112222"' in page
    assert "长春市 · 正常参保" in page
    assert not Filing.objects.exists()


def test_the_fragment_knows_the_person_and_earlier_filings(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    filing = make_in_force(world, person)

    response = as_user(world.clerk).post(
        "/filings/person/", {"cert_type": "01", "cert_no": person.cert_no}, headers={"hx-request": "true"}
    )

    page = response.content.decode()
    assert page.strip().startswith('<div id="person"')
    assert filing.filing_no in page and "已生效" in page
    assert 'value="13800432716"' in page  # the phone of the last filing
    assert f"户籍地 长春市{DISTRICTS[person.cert_no[:6]]}" in page


def test_what_was_typed_for_the_same_person_stays(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    form = {
        "cert_type": "01", "cert_no": person.cert_no, "read_no": person.cert_no, "name": "欧阳䶮",
        "phone": "13700000000", "insurance_type": "resident",
    }  # fmt: skip

    page = as_user(world.clerk).post("/filings/person/", form).content.decode()

    assert 'value="13700000000"' in page
    assert "没有此人在长春市的参保关系" in page


def test_another_number_takes_the_former_persons_fields_away(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    form = {
        "cert_type": "01",
        "cert_no": id_number(birth="19880808"),
        "read_no": person.cert_no,
        "name": "欧阳䶮",
        "phone": "139",
    }

    page = as_user(world.clerk).post("/filings/person/", form).content.decode()

    assert "欧阳䶮" not in page


def test_nothing_is_told_of_a_person_of_another_region(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    page = (
        as_user(world.yanbian_clerk)
        .post("/filings/person/", {"cert_type": "01", "cert_no": person.cert_no})
        .content.decode()
    )

    assert "欧阳" not in page and "13911112222" not in page
    assert "参保登记里没有此人在延边州的参保关系" in page


def test_suspended_insurance_is_said_at_once(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun, status="suspended")

    page = (
        as_user(world.clerk)
        .post("/filings/person/", {"cert_type": "01", "cert_no": person.cert_no})
        .content.decode()
    )

    assert "参保状态是“暂停”" in page


@pytest.mark.parametrize(
    ("province", "said"),
    [("370000", "青岛市"), ("110000", "备案到省级即可"), ("220000", "延边朝鲜族自治州"), ("", "先选择省")],
)
def test_cities_follow_the_province(world: World, as_user: Login, province: str, said: str) -> None:
    page = as_user(world.clerk).post("/filings/places/", {"province": province}).content.decode()

    assert said in page


def test_checklist_and_validity_follow_kind_and_place(world: World, as_user: Login) -> None:
    form = {"kind": "long_term_work", "province": "370000", "begins_on": "2026-11-20"}

    page = as_user(world.clerk).post("/filings/places/", form).content.decode()

    assert "长期，6 个月内不得变更" in page
    assert "个人承诺书（代替证明）" in page and "工作合同" in page
    assert "登记备案表" in page and "免交" in page


@pytest.mark.parametrize("url", [NEW, "/filings/places/", "/filings/person/"])
@pytest.mark.parametrize("begins_on", ["9999-12-31", "9999-06-01", "0001-01-01", "1999-12-31"])
def test_a_date_of_no_calendar_is_told_and_breaks_nothing(
    world: World, as_user: Login, person: InsuredPerson, url: str, begins_on: str
) -> None:
    form = typed(person, kind="temporary_other", begins_on=begins_on)

    response = as_user(world.clerk).post(url, form)

    assert response.status_code == (422 if url == NEW else 200)
    assert not Filing.objects.exists()


def test_a_chosen_paper_is_told_at_once_with_the_count(world: World, as_user: Login) -> None:
    form = {
        "kind": "long_term_residence", "province": "370000", "begins_on": "2026-11-20",
        "material_1": "valid_identity_card", "material_2": "",
    }  # fmt: skip
    client = as_user(world.clerk)
    chosen = {"hx-request": "true", "hx-trigger-name": "material_1"}

    page = client.post("/filings/places/", form, headers=chosen).content.decode()
    promised = client.post(
        "/filings/places/", {**form, "material_2": "commitment_letter"}, headers=chosen
    ).content.decode()

    assert page.strip().startswith('<section class="card" id="checklist"')
    assert "1 / 2" in page and "已收" in page and "待交" in page
    assert 'id="city"' not in page and "hx-swap-oob" not in page
    assert "2 / 2" in promised and "承诺</span>" in promised


def test_a_paper_select_asks_for_badges_and_count_anew(world: World, as_user: Login) -> None:
    page = as_user(world.clerk).post("/filings/places/", {"kind": "temporary_other"}).content.decode()

    select = page.partition('name="material_1"')[2].partition(">")[0]
    assert 'hx-select-oob="#served,#badge_1"' in select and 'hx-post="/filings/places/"' in select
    assert 'id="badge_1"' in page and 'id="served"' in page
