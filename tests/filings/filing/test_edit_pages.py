"""The form of a draft that exists: what it shows, what it keeps, and submitting from the filing's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.filings.making import make_draft, make_submitted, stored, typed
from tests.support.world import World

Login = Callable[[object], Client]


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


def test_another_regions_clerk_does_not_find_the_draft(world: World, as_user: Login) -> None:
    filing = make_draft(world)

    assert as_user(world.yanbian_clerk).get(f"/filings/{filing.filing_no}/edit/").status_code == 404
    assert Client().get(f"/filings/{filing.filing_no}/edit/").status_code == 302


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
