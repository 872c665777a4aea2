"""The one-page form of a new filing: saved, submitted, refused; without htmx as with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from agency.journal.models import AuditEntry
from filings.models import Filing, InsuredPerson
from tests.filings.making import make_draft, typed
from tests.support.world import World

NEW = "/filings/new/"
Login = Callable[[object], Client]


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


@pytest.mark.parametrize("url", [NEW, "/filings/{no}/edit/"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("reviewer", 403), ("supervisor", 403), ("auditor", 403), ("changchun_clearing", 403), ("clerk", 200)],
)
def test_only_intake_opens_the_form(world: World, as_user: Login, url: str, who: str, status: int) -> None:
    filing = make_draft(world)

    response = as_user(getattr(world, who)).get(url.format(no=filing.filing_no))

    assert response.status_code == status


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
