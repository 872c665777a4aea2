"""The one-page form: new, edit, submit, fragments; without htmx as with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agency.journal.models import AuditEntry
from filings.models import Filing, InsuredPerson
from tests.filings.making import (
    enrol,
    id_number,
    make_draft,
    make_in_force,
    make_person,
    make_submitted,
    stored,
)
from tests.support.world import World

NEW = "/filings/new/"
Login = Callable[[object], Client]


@pytest.fixture
def person(world: World) -> InsuredPerson:
    person = make_person("欧阳䶮", phone="13911112222")
    enrol(person, world.changchun)
    return person


def typed(person: InsuredPerson, action: str = "submit", **changes: str) -> dict[str, str]:
    """What a clerk types into the whole form."""
    return {
        "action": action,
        "cert_type": "01",
        "cert_no": person.cert_no,
        "name": person.name,
        "insurance_type": "employee",
        "phone": "13800432716",
        "kind": "long_term_residence",
        "province": "370000",
        "city": "370200",
        "begins_on": "20261120",
        "address": "青岛市市南区香港中路7号",
        "material_1": "valid_identity_card",
        "given_1": "original",
        "material_2": "residence_permit",
        "given_2": "copy",
        **changes,
    }


def test_a_whole_form_is_submitted_in_one_step(world: World, as_user: Login, person: InsuredPerson) -> None:
    response = as_user(world.clerk).post(NEW, typed(person))

    filing = Filing.objects.get()
    assert response.status_code == 302
    assert response.url == f"/filings/{filing.filing_no}/"
    assert filing.state == "under_review"
    assert str(filing.begins_on) == "2026-11-20"
    assert {row.material.code: row.given_as for row in filing.materials.all()} == {
        "valid_identity_card": "original", "residence_permit": "copy",
    }  # fmt: skip


def test_saving_a_draft_stays_on_the_page(world: World, as_user: Login, person: InsuredPerson) -> None:
    client = as_user(world.clerk)

    response = client.post(NEW, typed(person, "draft", kind="", address=""), follow=True)

    filing = Filing.objects.get()
    assert response.redirect_chain[-1][0] == f"/filings/{filing.filing_no}/edit/"
    assert f"草稿 {filing.filing_no} 已保存" in response.content.decode()
    assert filing.state == "draft"


def test_all_reasons_stand_beside_their_fields_and_the_draft_is_kept(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    response = as_user(world.clerk).post(NEW, typed(person, address="", phone="", material_2=""))

    filing = Filing.objects.get()
    errors = response.context["form"].errors
    assert response.status_code == 422
    assert set(errors) == {"address", "phone", "material_2"}
    assert filing.state == "draft"
    page = response.content.decode()
    assert f'action="/filings/{filing.filing_no}/edit/"' in page
    assert 'href="#id_address"' in page
    assert AuditEntry.objects.filter(action="refused").count() == 1


def test_a_wrong_number_shows_the_other_reasons_too_and_saves_nothing(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    response = as_user(world.clerk).post(NEW, typed(person, cert_no="220102196103150026", address=""))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"cert_no", "address"}
    assert not Filing.objects.exists()


def test_going_on_after_a_refusal_saves_into_the_same_draft(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    client = as_user(world.clerk)
    refused = client.post(NEW, typed(person, address=""))
    number = refused.context["filing"].filing_no

    version = str(refused.context["version"])
    response = client.post(f"/filings/{number}/edit/", typed(person, version=version))

    assert response.status_code == 302
    assert Filing.objects.get().state == "under_review"


def test_a_stale_version_is_refused_in_a_sentence(world: World, as_user: Login) -> None:
    filing = make_draft(world)
    client, url = as_user(world.clerk), f"/filings/{filing.filing_no}/edit/"
    client.post(url, typed(filing.person, "draft", version="1", address="甲写的"))

    response = client.post(url, typed(filing.person, "draft", version="1", address="乙写的"))

    assert response.status_code == 422
    told = response.content.decode()
    assert "刚被clerk改过" in told and "与您这里不同的有：异地居住地址。" in told
    assert "乙写的" in told
    assert stored(filing).address == "甲写的"


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
    assert "户籍地 长春市南关区" in page


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
        "cert_no": id_number(),
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


def test_a_known_person_is_filled_in_by_number_of_ours(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    page = as_user(world.clerk).get(f"{NEW}?person={person.person_no}").content.decode()

    assert person.cert_no in page and "欧阳䶮" in page


def test_only_offered_kinds_stand_on_the_page(world: World, as_user: Login) -> None:
    form = as_user(world.clerk).get(NEW).context["form"]

    assert [value for value, _ in form.fields["kind"].choices] == [
        "retired_relocation", "long_term_residence", "long_term_work", "maternity", "referral", "emergency",
        "temporary_other",
    ]  # fmt: skip


def test_the_page_never_puts_personal_data_in_a_url(world: World, as_user: Login) -> None:
    page = as_user(world.clerk).get(NEW).content.decode()

    assert "hx-get" not in page
    assert 'method="post"' in page


def test_an_edit_page_shows_what_is_stored(world: World, as_user: Login) -> None:
    filing = make_draft(world, materials={"household_first_page": "original"})

    response = as_user(world.clerk).get(f"/filings/{filing.filing_no}/edit/")

    form = response.context["form"]
    assert form["city"].value() == "370200"
    assert form["material_2"].value() == "household_first_page"
    assert "还差 2 项" in response.content.decode()


def test_what_is_under_review_is_not_edited(world: World, as_user: Login) -> None:
    filing = make_submitted(world)

    response = as_user(world.clerk).get(f"/filings/{filing.filing_no}/edit/")

    assert response.status_code == 302
    assert response.url == f"/filings/{filing.filing_no}/"


def test_a_draft_is_submitted_from_its_page(world: World, as_user: Login) -> None:
    filing = make_draft(world)

    response = as_user(world.clerk).post(reverse("filings:filing_submit", args=[filing.filing_no]))

    assert response.status_code == 302
    assert stored(filing).state == "under_review"


def test_an_incomplete_draft_submitted_from_its_page_shows_the_form(world: World, as_user: Login) -> None:
    filing = make_draft(world, address="")

    response = as_user(world.clerk).post(reverse("filings:filing_submit", args=[filing.filing_no]))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"address"}
    assert stored(filing).state == "draft"


@pytest.mark.parametrize("url", [NEW, "/filings/{no}/edit/"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("reviewer", 403), ("supervisor", 403), ("auditor", 403), ("changchun_clearing", 403), ("clerk", 200)],
)
def test_only_intake_opens_the_form(world: World, as_user: Login, url: str, who: str, status: int) -> None:
    filing = make_draft(world)

    response = as_user(getattr(world, who)).get(url.format(no=filing.filing_no))

    assert response.status_code == status


def test_another_regions_clerk_does_not_find_the_draft(world: World, as_user: Login) -> None:
    filing = make_draft(world)

    assert as_user(world.yanbian_clerk).get(f"/filings/{filing.filing_no}/edit/").status_code == 404
    assert Client().get(f"/filings/{filing.filing_no}/edit/").status_code == 302


def looks() -> list[tuple[str, str]]:
    found = AuditEntry.objects.filter(action="unmasked").order_by("seq")
    return list(found.values_list("subject_kind", "subject_no"))


def test_a_form_filled_with_a_stored_number_is_a_look_that_is_logged(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    client, draft = as_user(world.clerk), make_draft(world, person, address="")
    assert client.get(NEW).status_code == 200
    assert looks() == []

    client.get(f"{NEW}?person={person.person_no}")
    client.get(f"/filings/{draft.filing_no}/edit/")
    client.post(f"/filings/{draft.filing_no}/submit/")

    filing = ("filing", draft.filing_no)
    assert looks() == [("person", person.person_no), filing, filing]
    assert set(AuditEntry.objects.filter(action="unmasked").values_list("region", flat=True)) == {
        world.changchun.pk
    }


def test_a_form_is_saved_once_however_often_it_is_sent(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    client = as_user(world.clerk)
    token = client.get(NEW).context["form_token"]
    sent = typed(person, form_token=token)

    first, second = client.post(NEW, sent), client.post(NEW, sent)

    filing = Filing.objects.get()
    assert (first.url, second.url) == (f"/filings/{filing.filing_no}/", f"/filings/{filing.filing_no}/")
    assert "没有重复办理" in client.get(second.url).content.decode()
    assert client.get(NEW).context["form_token"] != token


def test_a_form_sent_again_after_a_refusal_leads_to_its_draft(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    client = as_user(world.clerk)
    sent = typed(person, form_token=client.get(NEW).context["form_token"], address="")
    assert client.post(NEW, sent).status_code == 422

    again = client.post(NEW, sent)

    assert again.url == f"/filings/{Filing.objects.get().filing_no}/edit/"


@pytest.mark.parametrize("version", ["", "x"])
def test_an_edit_that_does_not_say_what_it_saw_is_refused(world: World, as_user: Login, version: str) -> None:
    filing = make_draft(world)

    response = as_user(world.clerk).post(
        f"/filings/{filing.filing_no}/edit/", typed(filing.person, "draft", version=version, address="旧的")
    )

    assert response.status_code == 422
    assert "请重新打开" in response.content.decode()
    assert (stored(filing).address, stored(filing).version) == ("青岛市市南区香港中路7号", 1)


def test_an_edit_keeps_what_the_form_does_not_show(world: World, as_user: Login) -> None:
    papers = {
        "valid_identity_card": "original", "social_security_card": "copy",
        "residence_permit": "original", "property_certificate": "copy",
    }  # fmt: skip
    filing = make_draft(world, materials=papers, channel="web")
    form = typed(filing.person, "draft", version="1", address="新地址", given_2="original")

    as_user(world.clerk).post(f"/filings/{filing.filing_no}/edit/", form)

    after = stored(filing)
    assert (after.channel, after.address) == ("web", "新地址")
    assert {row.material.code: row.given_as for row in after.materials.all()} == papers


def test_another_paper_chosen_on_the_form_takes_the_place_of_the_former(world: World, as_user: Login) -> None:
    filing = make_draft(world)
    form = typed(filing.person, "draft", version="1", material_2="lease_contract", given_2="original")

    as_user(world.clerk).post(f"/filings/{filing.filing_no}/edit/", form)

    assert [row.material.code for row in stored(filing).materials.all()] == [
        "valid_identity_card", "lease_contract",
    ]  # fmt: skip


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
