"""Who may be the same person, asked of the register: by number, name, birth date, within what one may see."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.identity import check_digit
from filings.models import InsuredPerson
from filings.people.alike import alike
from filings.people.twins import Likeness
from tests.filings.making import enrol, id_number, make_person
from tests.support.world import World

LI = "220102195604182784"
NEAR = "22010219560418279" + check_digit("22010219560418279")
BORN = dt.date(1956, 4, 18)


@pytest.fixture
def li(world: World) -> InsuredPerson:
    person = make_person("李桂芳", cert_no=LI, birth_date=BORN)
    enrol(person, world.changchun)
    return person


def test_a_number_one_digit_off_is_found_for_those_who_may_see_the_person(
    world: World, li: InsuredPerson
) -> None:
    for number in (NEAR, LI[:17] + "5", "220102560418278"):
        assert [twin.person for twin in alike(world.clerk, number=number, name="", birth_date=None)] == [li]
        assert alike(world.yanbian_clerk, number=number, name="", birth_date=None) == []
    assert alike(world.clerk, number=NEAR, name="王建国", birth_date=BORN) == []
    assert alike(world.clerk, number=LI, name="李桂芳", birth_date=BORN, but=li) == []


def test_the_same_name_and_birth_date_under_another_certificate_is_found(
    world: World, li: InsuredPerson
) -> None:
    permit = make_person(
        "李桂芳", cert_type="17", cert_no=id_number("830000", "19560418", 2), birth_date=BORN
    )
    passport = make_person("李桂芳", cert_type="08", cert_no="E1234567A", birth_date=None)
    for person in (permit, passport):
        enrol(person, world.changchun)

    found = alike(world.clerk, number=LI, name="李桂芳", birth_date=BORN, but=li)
    beside_passport = alike(world.clerk, number="E1234567A", name="李桂芳", birth_date=None, but=passport)

    assert [(twin.person, twin.likeness) for twin in found] == [
        (permit, Likeness.NAME),
        (passport, Likeness.NAME_ONLY),
    ]
    assert {twin.person for twin in beside_passport} == {li, permit}


def test_a_common_name_alone_says_nothing(world: World, li: InsuredPerson) -> None:
    for number in range(4):
        enrol(make_person("李桂芳", cert_type="08", cert_no=f"E000000{number}"), world.changchun)
    InsuredPerson.objects.filter(cert_type="08").update(birth_date=None)

    assert alike(world.clerk, number=LI, name="李桂芳", birth_date=BORN, but=li) == []


def test_nothing_is_read_but_through_an_index_and_few_times(world: World, li: InsuredPerson) -> None:
    with CaptureQueriesContext(connection) as queries:
        alike(world.clerk, number=NEAR, name="李桂芳", birth_date=BORN)

    assert len(queries) <= 6
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                assert "SCAN" not in " ".join(row[3] for row in cursor.fetchall())
