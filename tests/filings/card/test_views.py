"""The person's card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.filings.making import enrol, make_in_force, make_person
from tests.support.world import World

Login = Callable[[object], Client]


def test_the_card_shows_enrolments_filings_and_the_next_step(world: World, as_user: Login) -> None:
    person = make_person("周𬍡")
    enrol(person, world.changchun, employer="长春市轨道装备有限公司")
    enrol(person, world.jilin, insurance_type="resident", status="suspended", employer="吉林市某厂")
    filing = make_in_force(world, person)

    page = as_user(world.clerk).get(f"/people/{person.person_no}/").content.decode()

    assert "周𬍡" in page and person.cert_no not in page
    assert "周𬍡" not in page.partition("</title>")[0]
    assert "长春市轨道装备有限公司" in page
    assert "另有外地参保" in page and "暂停" not in page and "吉林市某厂" not in page
    assert filing.filing_no in page and "已生效" in page
    assert f'href="/filings/new/?person={person.person_no}"' in page


def test_a_reviewer_has_no_new_filing_on_the_card(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)

    page = as_user(world.reviewer).get(f"/people/{person.person_no}/").content.decode()

    assert "新办备案" not in page
    assert "没有办过备案" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("clerk", 200), ("reviewer", 200), ("supervisor", 200), ("auditor", 200), ("prov_auditor", 200),
        ("yanbian_clerk", 404), ("changchun_clearing", 403), ("prov_finance", 403), ("prov_system", 403),
    ],
)  # fmt: skip
def test_a_card_is_for_those_who_may_see_the_person(
    world: World, as_user: Login, who: str, status: int
) -> None:
    person = make_person()
    enrol(person, world.changchun)

    assert as_user(getattr(world, who)).get(f"/people/{person.person_no}/").status_code == status


def test_anonymous_visitors_see_no_card(world: World) -> None:
    person = make_person()

    assert Client().get(f"/people/{person.person_no}/").status_code == 302
