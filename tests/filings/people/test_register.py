"""A person entered at the counter."""

import datetime as dt

import pytest

from agency.errors import DomainError
from filings.models import InsuredPerson
from filings.people.services import person_enter
from tests.filings.making import make_person
from tests.support.world import World

NUMBER = "22010619521001285X"


def test_birth_date_and_sex_come_out_of_the_number(world: World) -> None:
    person, done = person_enter(
        by=world.clerk, on=world.today, cert_type="01", cert_no=NUMBER.lower(), name="王建国"
    )

    assert done == "person_registered"
    assert person.birth_date == dt.date(1952, 10, 1)
    assert person.sex == "male"
    assert person.cert_no == NUMBER
    assert person.person_no.startswith("P") and len(person.person_no) == 9
    assert person.initials.filter(letters="wjg").exists()


def test_a_person_is_registered_once(world: World) -> None:
    first = person_enter(by=world.clerk, on=world.today, cert_type="01", cert_no=NUMBER, name="王建国")

    again = person_enter(by=world.clerk, on=world.today, cert_type="01", cert_no=NUMBER, name="王建国")

    assert again == (first[0], "")
    assert InsuredPerson.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"cert_no": "220106195210012850"}, "bad_id_number", "cert_no"),
        ({"cert_no": "220106195213012850"}, "bad_id_number", "cert_no"),
        ({"cert_no": "220106521001285"}, "bad_id_number", "cert_no"),
        ({"cert_no": "220106202710010014"}, "bad_id_number", "cert_no"),
        ({"name": "　"}, "name_missing", "name"),
        ({"cert_type": "88"}, "unknown_certificate", "cert_type"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nobody_is_registered(
    world: World, changes: dict[str, str], code: str, field: str
) -> None:
    values = {"cert_type": "01", "cert_no": NUMBER, "name": "王建国", **changes}

    with pytest.raises(DomainError) as refused:
        person_enter(by=world.clerk, on=world.today, **values)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert not InsuredPerson.objects.exists()


def test_a_known_number_under_another_name_is_refused_without_telling_the_name(world: World) -> None:
    person = make_person("张秀英", cert_no=NUMBER)

    with pytest.raises(DomainError) as refused:
        person_enter(by=world.clerk, on=world.today, cert_type="01", cert_no=NUMBER, name="王建国")

    assert refused.value.code == "name_differs"
    assert "张" not in refused.value.message
    person.refresh_from_db()
    assert person.name == "张秀英"
