"""The pick field: who is meant by what was typed or picked, and what it offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django import forms
from django.test import Client

from agency.directory.fields import InstitutionField
from agency.organisation.models import Institution, PoolingRegion
from tests.support.world import World

pytestmark = pytest.mark.django_db


class Picking(forms.Form):
    care_institution = InstitutionField(
        label="就医机构", required=False, province="province", city="city", on="begins_on"
    )
    referring_institution = InstitutionField(label="转出医院")


def picked(text: str, code: str = "") -> tuple[str | None, str]:
    """The code that was understood, and what was said against it."""
    form = Picking({"care_institution": text, "care_institution_code": code, "referring_institution": "x"})
    form.is_valid()
    found = form.cleaned_data.get("care_institution")
    return (found.code if found else None), " ".join(form.errors.get("care_institution", []))


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("H21010000001", "", "H21010000001"),
        ("ｈ２１０１００００００１", "", "H21010000001"),
        (" 辽宁省第1医院 ", "", "H21010000001"),
        ("安康药房", "P21010000024", "P21010000024"),  # one of several, picked
        ("辽宁省第1医院", "H21010000021", "H21010000001"),  # typed on after picking another
        ("辽宁省第1医院", "nonsense", "H21010000001"),
        ("", "H21010000001", None),  # emptied after picking
    ],
)
def test_a_code_an_exact_name_or_the_option_picked(text: str, code: str, found: str | None) -> None:
    assert picked(text, code) == (found, "")


def test_a_text_that_means_none_or_several_is_told_what_to_do() -> None:
    Institution.objects.filter(code__in=["P11010500024", "P21010000024", "P22010300031"]).update(
        name="同名药房"
    )

    assert picked("同名药房")[1] == (
        "有 3 家叫“同名药房”，请从列表选，或改填编码：P11010500024 同名药房（北京市）、"
        "P21010000024 同名药房（辽宁 沈阳市）、P22010300031 同名药房（长春市）。"
    )
    assert picked("安康药房")[1].startswith("有 6 家以上叫“安康药房”")
    assert "名称相近的有：H21010000021 沈阳市第21医院（辽宁 沈阳市）" in picked("沈阳市第2")[1]
    assert picked("没有的医院")[1] == "名录里没有“没有的医院”，请核对名称或编码，或从列表选。"
    assert picked("长" * 101)[1] == "最多 100 个字，请只填机构名称或编码。"
    assert picked("a\x00b")[1] != ""


def test_a_needed_one_is_asked_for_and_one_stored_is_shown() -> None:
    form, stored = Picking({}), Institution.objects.get(code="H21010000001")
    shown = str(Picking(initial={"care_institution": stored})["care_institution"])

    assert not form.is_valid()
    assert form.errors["referring_institution"] == ["请填写机构，输入名称或编码。"]
    assert 'value="辽宁省第1医院"' in shown
    assert 'name="care_institution_code" value="H21010000001"' in shown
    assert not Picking(
        {"care_institution": "H21010000001"}, initial={"care_institution": stored}
    ).changed_data


def test_the_box_sends_only_what_narrows() -> None:
    form = Picking()
    form.fields["referring_institution"].refers(PoolingRegion.objects.get(code="220100"))  # type: ignore[attr-defined]

    assert (
        'hx-params="care_institution,pick,pick_listbox,pick_province,pick_city,pick_on,province,city,begins_on"'
        in str(form["care_institution"])
    )
    within = str(Picking(prefix="stay")["care_institution"])
    assert "pick_on,stay-province,stay-city,stay-begins_on" in within and "stay-begins_on&quot;}" in within
    assert "pick_insured" in str(form["referring_institution"])
    assert "pick_insured" not in str(Picking()["referring_institution"])  # another form is not touched


def test_what_is_offered(world: World, as_user: Callable[..., Client]) -> None:
    client = as_user(world.clerk)
    asks = {
        "pick": "who",
        "pick_listbox": "id_who_list",
        "pick_province": "p",
        "pick_city": "c",
        "pick_on": "on",
    }
    place = {"p": "210000", "c": "210100"}

    def offered(**sent: str) -> str:
        return client.post("/institutions/pick/", {**asks, **sent}).content.decode()

    there = offered(**place, who="市第2")
    assert there.index("H21010000021") < there.index("H21010000022")
    assert 'id="id_who_list_1" role="option"' in there
    assert "2 家（辽宁省沈阳市），用上下键选，回车确定" in there
    assert "H21010000023" in offered(**place, who="第23", on="2025-06-30")  # still designated then
    assert "辽宁省沈阳市没有“第23”" in offered(**place, who="第23")
    assert "H21010000021" in offered(**place, who="")  # the place alone offers its first ones
    assert "请输入名称中的几个字" in offered(who="")
    assert "可为长春市参保人转诊" in offered(who="第1", pick_insured="220100")
    assert "H22021100001" not in offered(who="第1", pick_insured="220100")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"pick": "csrfmiddlewaretoken"},
        {"pick": "a", "a": "", "pick_listbox": '"><script>', "pick_on": "b", "b": "never"},
        {"pick": "a", "a": "长" * 500, "pick_insured": "999999", "pick_province": "b", "b": "%%"},
    ],
)
def test_odd_questions_are_answered_with_an_empty_list(
    world: World, as_user: Callable[..., Client], sent: dict[str, str]
) -> None:
    response = as_user(world.clerk).post("/institutions/pick/", sent)

    assert response.status_code == 200
    assert "<script>" not in response.content.decode()
    assert 'role="option"' not in response.content.decode()
