"""The search of the register: by number, name and initials, within what somebody may see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.organisation.models import User
from filings.filing.services import filing_cancel
from filings.models import Enrolment, Filing, InsuredPerson, SearchKey
from filings.people.selectors import people_found
from filings.people.services import write_initials
from tests.filings.making import enrol, make_draft, make_in_force, make_person
from tests.support.world import World


@pytest.fixture
def ouyang(world: World) -> str:
    person = make_person("欧阳䶮")
    enrol(person, world.changchun)
    return person.cert_no


@pytest.mark.parametrize("term", ["欧阳", "欧阳䶮", "oyy", "oy", "OY"])
def test_a_person_is_found_by_the_beginning_of_name_or_initials(world: World, ouyang: str, term: str) -> None:
    assert [person.cert_no for person in people_found(world.clerk, term)] == [ouyang]


def test_a_person_is_found_by_the_number_or_its_first_six_figures(world: World, ouyang: str) -> None:
    for by in (world.clerk, world.prov_auditor):
        for typed in (ouyang, ouyang[:17], ouyang[:6]):
            assert [person.name for person in people_found(by, typed)] == ["欧阳䶮"]
        assert people_found(by, ouyang[:5]) == []
        assert people_found(by, ouyang[1:12]) == []
    assert people_found(world.yanbian_clerk, ouyang[:6]) == []


def test_whoever_leaves_a_region_is_not_found_there_any_more(world: World, ouyang: str) -> None:
    Enrolment.objects.update(region=world.yanbian)

    for term in ("欧阳", "oyy", ouyang[:6], ouyang):
        assert people_found(world.clerk, term) == []
        assert [person.name for person in people_found(world.yanbian_clerk, term)] == ["欧阳䶮"]


def test_a_renamed_person_is_found_by_the_new_name_alone(world: World, ouyang: str) -> None:
    person = InsuredPerson.objects.get()
    person.name = "区阳"
    person.save()
    write_initials([person])

    for by in (world.clerk, world.prov_auditor):
        assert [people_found(by, term) for term in ("欧阳", "oyy")] == [[], []]
        for term in ("区阳", "qy", "oy", ouyang[:8]):
            assert people_found(by, term) == [person]


def test_rows_written_past_the_program_are_found(world: World) -> None:
    person = make_person("解晓东")
    Enrolment.objects.bulk_create(
        [Enrolment(person=person, region=world.changchun, area_code="220102", insurance_type="employee",
                   category="working", status="normal", begins_on="2010-01-01")]
    )  # fmt: skip

    assert people_found(world.clerk, "xxd") == people_found(world.clerk, "jxd") == [person]
    assert {key.text for key in SearchKey.objects.all()} == {"解晓东", person.cert_no, "jxd", "xxd"}


def test_a_name_with_several_readings_is_found_once(world: World) -> None:
    person = make_person("乐乐乐")
    enrol(person, world.changchun)

    assert people_found(world.clerk, "l") == [person]


def test_readings_do_not_crowd_out_persons(world: World) -> None:
    for number in range(30):
        enrol(make_person(f"王{chr(0x4E00 + number * 37)}行乐长"), world.changchun)

    assert len(people_found(world.clerk, "w")) == 21


def test_a_passport_is_found_however_it_is_typed(world: World) -> None:
    person = make_person("SMITH", cert_type="08", cert_no="E1234567A")
    enrol(person, world.changchun)

    for term in ("e1234567a", "E1234567A", "e 1234567a"):
        assert people_found(world.clerk, term) == [person]


def test_a_draft_does_not_open_another_regions_person(world: World) -> None:
    person = make_person("朴英爱")
    make_draft(world, person)
    enrol(person, world.yanbian, employer="延边某厂")

    assert people_found(world.clerk, "朴英爱") == []
    filing = Filing.objects.get()
    filing_cancel(filing, by=world.clerk, at=world.now, reason="不办了")
    assert people_found(world.clerk, person.cert_no) == []


def test_a_hit_shows_the_enrolments_of_the_own_region_only(world: World, ouyang: str) -> None:
    enrol(people_found(world.clerk, ouyang)[0], world.yanbian, insurance_type="resident")

    def regions(by: User) -> list[str]:
        return [str(row.region) for row in people_found(by, ouyang)[0].enrolments.all()]

    assert regions(world.clerk) == ["长春市"]
    assert len(regions(world.prov_auditor)) == 2


def test_another_region_finds_nobody_who_is_not_theirs(world: World, ouyang: str) -> None:
    assert people_found(world.yanbian_clerk, ouyang) == []
    assert people_found(world.yanbian_clerk, "欧阳") == []
    assert people_found(world.yanbian_clerk, "oyy") == []


def test_the_province_finds_everybody(world: World, ouyang: str) -> None:
    assert [person.cert_no for person in people_found(world.prov_auditor, "欧阳")] == [ouyang]


def test_a_person_with_a_filing_in_the_region_is_found_after_moving_away(world: World) -> None:
    person = make_person("搬走的人")
    enrolment = enrol(person, world.changchun)
    make_in_force(world, person)
    enrolment.region = world.jilin
    enrolment.save()

    assert people_found(world.clerk, "搬走") == [person]


def test_one_more_than_asked_for_tells_that_there_are_more(world: World) -> None:
    for number in range(4):
        enrol(make_person(f"李明{number}"), world.changchun)

    assert len(people_found(world.clerk, "李明", at_most=2)) == 3


@pytest.mark.parametrize("who", ["clerk", "prov_auditor"])
@pytest.mark.parametrize("term", ["李", "l", "220102199001011234", "220102"])
def test_a_search_never_counts_and_uses_an_index(world: World, who: str, term: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        people_found(getattr(world, who), term)

    said = [query["sql"] for query in queries]
    assert not any("COUNT(" in sql for sql in said)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {said[0]}")
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "SCAN filings_insuredperson" not in plan
        assert "SCAN filings_personinitials" not in plan
        assert "SCAN filings_searchkey" not in plan
        assert "TEMP B-TREE" not in plan or len(term) == 18  # the order is that of the index
