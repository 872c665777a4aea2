"""What the entry page says of the kind chosen: what does not fit the person, whether it wants an address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from filings.filing.rules import kind_warnings
from filings.filing.services import filing_submit
from filings.models import InsuredPerson
from tests.filings.making import enrol, id_number, make_draft, make_person
from tests.support.world import World

Login = Callable[[object], Client]
TOLD = "参保人是男性，备案类型是异地生育"
HTMX = {"HX-Request": "true"}
STAR = '<i id="address_star" aria-hidden="true"'


def person(world: World, sex: str) -> InsuredPerson:
    number = id_number(serial=11 if sex == "male" else 12)
    made = make_person(sex=sex, cert_no=number)
    enrol(made, world.changchun)
    return made


@pytest.mark.parametrize(
    ("kind", "sex", "told"),
    [
        ("maternity", "male", 1),
        ("maternity", "female", 0),
        ("maternity", "unknown", 0),
        ("referral", "male", 0),
    ],
)
def test_only_a_man_with_maternity_is_told_of(kind: str, sex: str, told: int) -> None:
    assert len(kind_warnings(kind, sex)) == told


@pytest.mark.parametrize(("sex", "told"), [("male", True), ("female", False)])
def test_the_warning_stands_on_the_form_after_either_choice_and_on_the_page(
    world: World, as_user: Login, sex: str, told: bool
) -> None:
    who, client = person(world, sex), as_user(world.clerk)
    said = {"cert_type": "01", "cert_no": who.cert_no, "kind": "maternity"}
    draft = make_draft(world, who, kind="maternity")

    for url in ("/filings/places/", "/filings/person/"):
        answer = client.post(
            url, said, headers={"HX-Request": "true", "HX-Trigger-Name": "kind"}
        ).content.decode()
        assert 'id="kind_warnings" role="status" hx-swap-oob="true"' in answer and (TOLD in answer) is told
    for url in (f"/filings/{draft.filing_no}/edit/", f"/filings/{draft.filing_no}/"):
        assert (TOLD in client.get(url).content.decode()) is told


def test_the_warning_refuses_nothing(world: World) -> None:
    papers = {"valid_identity_card": "original", "maternal_handbook": "original"}
    draft = make_draft(world, person(world, "male"), kind="maternity", materials=papers)

    assert filing_submit(draft, by=world.clerk, at=world.now).state == "under_review"


@pytest.mark.parametrize(("kind", "star"), [("long_term_residence", "*"), ("temporary_other", ""), ("", "")])
def test_the_address_has_its_star_when_the_kind_asks_for_it(
    world: World, as_user: Login, kind: str, star: str
) -> None:
    client = as_user(world.clerk)

    answer = client.post("/filings/places/", {"kind": kind}, headers=HTMX).content.decode()

    assert f'{STAR} hx-swap-oob="true">{star}</i>' in answer
    assert 'name="address"' not in answer  # what is being typed stays
    assert f"{STAR}></i>" in client.get("/filings/new/").content.decode()
    draft = make_draft(world, kind=kind)
    assert f"{STAR}>{star}</i>" in client.get(f"/filings/{draft.filing_no}/edit/").content.decode()
