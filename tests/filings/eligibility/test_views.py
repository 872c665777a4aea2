"""能否结算 from the question to the paper: what is gathered, who may ask, what stands where."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.journal.models import AuditEntry, PrintedForm
from agency.masking import mask_id
from agency.organisation.models import Institution, InstitutionConnection, Place, PoolingRegion, RegionPair
from agency.policy.care import CareKind
from filings.eligibility.selectors import Question, answer_to
from filings.models import Enrolment, Filing, InsuredPerson
from tests.filings.making import enrol, id_number, make_draft, make_in_force, make_person, make_submitted
from tests.support.world import World

Login = Callable[[object], Client]
PAGE = "/eligibility/"
NEXT_YEAR = dt.date(2027, 11, 20)
FIRST_OF_OCTOBER = dt.date(2026, 10, 1)


def make_hospital(code: str, region: str, name: str, place: str = "", **changes: Any) -> Institution:
    """A designated hospital, connected for stays in hospital, near and far."""
    made = Institution.objects.create(
        code=code,
        name=name,
        region=PoolingRegion.objects.get(code=region),
        place=Place.objects.filter(code=place).first(),
        **changes,
    )
    for scope in ("in_province", "cross_province"):
        InstitutionConnection.objects.create(institution=made, care_kind="inpatient", scope=scope)
    return made


@pytest.fixture
def person(world: World) -> InsuredPerson:
    found = make_person("周桂兰")
    enrol(found, world.changchun)
    return found


@pytest.fixture
def qingdao(world: World) -> Institution:
    return make_hospital("H37020200901", "370000", "青岛某院", "370200")


def codes(world: World, person: InsuredPerson, at: Institution, **changes: Any) -> list[str]:
    """The reasons why not, or what a yes rests on."""
    asked: dict[str, Any] = {"by": world.clerk, "on": world.today, "care_kind": CareKind.INPATIENT}
    found = answer_to(Question(person=person, institution=at, **{**asked, **changes})).answer
    return [reason.code for reason in found.reasons or found.basis]


def test_a_filing_answers_for_the_days_on_which_it_is_valid(
    world: World, person: InsuredPerson, qingdao: Institution
) -> None:
    assert codes(world, person, qingdao) == ["no_filing"]
    draft = make_draft(world, person, province="370000", city="370600")
    assert codes(world, person, qingdao) == ["no_filing_for_place"]
    waiting = make_submitted(world, person, province="370000", city="370200")
    assert codes(world, person, qingdao) == ["filing_under_review"]
    Filing.objects.filter(pk=waiting.pk).update(state="in_force", effective_at=world.now)

    assert draft.filing_no != waiting.filing_no
    assert codes(world, person, qingdao) == codes(world, person, qingdao, on=NEXT_YEAR) == ["filing_in_force"]
    assert codes(world, person, qingdao, on=FIRST_OF_OCTOBER) == ["filing_begins_later"]


def test_a_temporary_filing_is_over_a_year_later_and_a_cancelled_one_counts_for_its_days(
    world: World, person: InsuredPerson, qingdao: Institution
) -> None:
    filing = make_in_force(world, person, kind="temporary_other", begins_on=FIRST_OF_OCTOBER)
    assert codes(world, person, qingdao, on=NEXT_YEAR) == ["filing_expired"]

    Filing.objects.filter(pk=filing.pk).update(state="cancelled", ends_on=dt.date(2026, 10, 31))
    assert codes(world, person, qingdao) == ["filing_cancelled"]
    assert codes(world, person, qingdao, on=FIRST_OF_OCTOBER) == ["filing_in_force"]


def test_a_promised_paper_that_did_not_come_stops_the_filing(
    world: World, person: InsuredPerson, qingdao: Institution
) -> None:
    filing = make_in_force(world, person)
    due, lapses = dt.date(2026, 12, 4), dt.date(2026, 12, 11)
    Filing.objects.filter(pk=filing.pk).update(proof_due_on=due, proof_lapses_on=lapses)

    assert codes(world, person, qingdao, on=due) == ["filing_in_force"]
    assert codes(world, person, qingdao, on=lapses) == ["filing_awaits_supplement"]
    assert codes(world, person, qingdao, on=NEXT_YEAR) == ["filing_lapsed"]


def test_the_place_that_a_filing_names(world: World, person: InsuredPerson, qingdao: Institution) -> None:
    make_in_force(world, person, kind="temporary_other", province="110000", city="")
    jinan = make_hospital("H37010200901", "370000", "济南某院", "370100")
    beijing = make_hospital("H11010500901", "110000", "北京某院")
    assert codes(world, person, qingdao) == codes(world, person, jinan) == ["place_differs"]
    assert codes(world, person, beijing) == ["filing_in_force"]

    make_in_force(world, person)
    assert codes(world, person, qingdao) == ["filing_in_force"]
    assert codes(world, person, jinan) == ["place_differs", "place_differs"]
    by_code_alone = make_hospital("H37020300901", "370000", "青岛另一院")
    assert codes(world, person, by_code_alone) == ["filing_in_force"]


def test_within_the_province_county_level_is_free_and_a_city_needs_a_temporary_filing(
    world: World, person: InsuredPerson
) -> None:
    in_city = make_hospital("H22020200901", "220200", "吉林市某院")
    in_county = make_hospital("H22022100901", "220200", "永吉县某院")
    at_home = make_hospital("H22010200901", "220100", "长春某院")
    of_province = make_hospital("H22010200902", "229900", "省直某院")

    assert codes(world, person, in_city) == ["no_filing"]
    assert codes(world, person, in_city, student=True) == ["no_filing_needed"]
    assert codes(world, person, in_city, emergency=True) == ["no_filing_needed"]
    assert codes(world, person, in_county) == codes(world, person, of_province) == ["no_filing_needed"]
    assert codes(world, person, at_home, care_kind=CareKind.PHARMACY) == ["not_cross_region"]
    make_in_force(world, person, kind="temporary_other", province="220000", city="220200")
    assert codes(world, person, in_city) == codes(world, person, in_county) == ["filing_in_force"]

    RegionPair.objects.update(is_cross_region=False)
    assert codes(world, person, of_province) == ["not_cross_region"]


def test_a_filing_for_changchun_covers_the_hospitals_of_the_province_there(world: World) -> None:
    from_yanbian = make_person("金哲")
    enrol(from_yanbian, world.yanbian)
    filing = make_in_force(world, person_of(world), kind="temporary_other", province="220000", city="220200")
    Filing.objects.filter(pk=filing.pk).update(
        person=from_yanbian,
        insured_region=world.yanbian,
        care_region=world.changchun,
        care_area_code="220100",
    )
    of_province = make_hospital("H22010200902", "229900", "省直某院")

    assert codes(world, from_yanbian, of_province, by=world.yanbian_clerk) == ["filing_in_force"]


def person_of(world: World) -> InsuredPerson:
    found = make_person("某人")
    enrol(found, world.changchun)
    return found


def test_the_hospital_and_the_insurance_are_those_of_the_day(
    world: World, person: InsuredPerson, qingdao: Institution
) -> None:
    make_in_force(world, person)
    Institution.objects.filter(pk=qingdao.pk).update(designated_to=dt.date(2026, 12, 31))
    qingdao.refresh_from_db()
    InstitutionConnection.objects.filter(institution=qingdao).update(valid_to=dt.date(2026, 12, 31))
    assert codes(world, person, qingdao) == ["filing_in_force"]
    assert codes(world, person, qingdao, care_kind=CareKind.OUTPATIENT) == ["institution_not_connected"]

    Enrolment.objects.filter(person=person).update(ends_on=dt.date(2026, 12, 31))
    assert codes(world, person, qingdao, on=NEXT_YEAR) == [
        "insurance_ended", "institution_not_designated", "institution_not_connected"
    ]  # fmt: skip
    stub = Institution.objects.create(code="H37020200777", is_stub=True)
    assert codes(world, person, stub) == ["institution_unknown"]


def test_an_answer_costs_a_dozen_queries_at_most_however_many_filings(
    world: World, person: InsuredPerson, qingdao: Institution
) -> None:
    for city in ("370100", "370600"):
        make_in_force(world, person, city=city)
    here = make_in_force(world, person)
    Filing.objects.filter(pk=here.pk).update(settlements_allowed=0)
    question = Question(world.clerk, person, qingdao, world.today, CareKind.INPATIENT)

    with CaptureQueriesContext(connection) as spent:
        found = answer_to(question)

    assert [reason.code for reason in found.answer.reasons] == ["settlements_used_up"] and found.papers
    assert len(spent) == 8  # 12 at most: hospitals of ours, other regions, reversals cost one more each


def asked_of(person: InsuredPerson, at: str, **changes: str) -> dict[str, str]:
    typed = {"cert_type": "01", "cert_no": person.cert_no, "institution": at, "care_kind": "inpatient"}
    return {**typed, "on": "", **changes}


def test_the_number_is_posted_and_the_answer_stands_at_an_address_without_it(
    world: World, as_user: Login, person: InsuredPerson, qingdao: Institution
) -> None:
    filing = make_submitted(world, person)
    client = as_user(world.clerk)

    response = client.post(PAGE, asked_of(person, "青岛某院", student=""))
    page = client.get(response["Location"]).content.decode()

    assert response.status_code == 302 and response["Location"] == (
        f"/eligibility/?person={person.person_no}&institution=H37020200901&on=2026-11-20&care_kind=inpatient"
    )
    assert person.cert_no not in page and mask_id(person.cert_no) in page
    assert "不能直接结算" in page and "只有一个原因" in page and "还在等复核" in page
    assert 'value="青岛某院"' in page and 'name="institution_code" value="H37020200901"' in page
    assert "autofocus" not in page
    assert f'href="/filings/{filing.filing_no}/"' in page and "依据：异地就医结算新规" in page
    assert not AuditEntry.objects.filter(action="unmasked").exists()
    asked_again = client.get(response["Location"] + "&student=on").content.decode()
    assert "可以直接结算" in asked_again and "在校学生，不用备案" in asked_again


def test_who_lacks_a_filing_is_led_to_it_with_the_papers_to_bring(
    world: World, as_user: Login, person: InsuredPerson, qingdao: Institution
) -> None:
    address = f"{PAGE}?person={person.person_no}&institution={qingdao.code}&care_kind=maternity"

    page = as_user(world.clerk).get(address).content.decode()

    assert f'<a class="btn go" href="/filings/new/?person={person.person_no}">新办备案</a>' in page
    assert "身份凭证：医保电子凭证、有效身份证件、社会保障卡，任选一" in page
    assert "个人承诺书，任选一" in page and "母子健康手册" in page
    for_reviewer = as_user(world.reviewer).get(address).content.decode()
    assert "不能直接结算" in for_reviewer and "/filings/new/" not in for_reviewer


def test_a_reason_about_the_institution_leads_to_its_page(
    world: World, as_user: Login, person: InsuredPerson, qingdao: Institution
) -> None:
    InstitutionConnection.objects.filter(institution=qingdao).delete()
    asked = f"?person={person.person_no}&institution={qingdao.code}&care_kind=inpatient"

    page = as_user(world.clerk).get(PAGE + asked).content.decode()

    link = f'<a href="/institutions/{qingdao.code}/">看机构的定点和联网</a>'
    assert link in page.partition('id="reason-institution_not_connected"')[2].partition("</li>")[0]
    assert page.count(link) == 1


def test_errors_stand_beside_their_fields_and_say_which_institutions_could_be_meant(
    world: World, as_user: Login, person: InsuredPerson, qingdao: Institution
) -> None:
    client = as_user(world.clerk)
    other = make_hospital("H37020200902", "370000", "青岛某院", "370200")

    empty = client.post(PAGE, {})
    several = client.post(PAGE, asked_of(person, "青岛某院"))
    part = client.post(PAGE, asked_of(person, "青岛某"))
    picked = client.post(PAGE, asked_of(person, "青岛某院", institution_code=other.code))
    nowhere = client.post(PAGE, asked_of(person, "没有的医院", on="昨天"))
    bad = client.post(PAGE, asked_of(person, qingdao.code, cert_no="220102196103150000"))

    assert {response.status_code for response in (empty, several, part, nowhere, bad)} == {422}
    page = empty.content.decode()
    for field, told in (
        ("cert_no", "请刷身份证，或输入证件号码。"),
        ("institution", "请填写机构，输入名称或编码。"),
        ("care_kind", "请选择就医类别。"),
    ):
        assert re.search(f'id="id_{field}_error">{told}', page) and f'href="#id_{field}"' in page
    assert "有 2 家叫“青岛某院”，请从列表选，或改填编码：H37020200901" in several.content.decode()
    assert "名称相近的有：H37020200901 青岛某院" in part.content.decode()
    assert "institution=H37020200902&" in picked["Location"]
    assert "名录里没有“没有的医院”" in nowhere.content.decode() and "哪一天" in nowhere.content.decode()
    assert "校验位不对" in bad.content.decode()


def test_a_stranger_is_not_known_here_whoever_insures_them(
    world: World, as_user: Login, person: InsuredPerson, qingdao: Institution
) -> None:
    stranger, told = as_user(world.yanbian_clerk), "这里查不到这个人"
    nobody = make_person("无此人")
    nobody.cert_no = id_number()
    known = f"?person={person.person_no}&institution={qingdao.code}&care_kind=inpatient"

    assert told in stranger.post(PAGE, asked_of(person, "青岛某院")).content.decode()
    assert told in stranger.post(PAGE, asked_of(nobody, "青岛某院")).content.decode()
    for path in (PAGE, "/eligibility/paper/", "/eligibility/paper.pdf"):
        response = stranger.get(path + known)
        assert response.status_code == 422 and "周桂兰" not in response.content.decode()
    opened = stranger.get(f"{PAGE}?person={person.person_no}")
    assert opened.status_code == 404 and told in opened.content.decode()
    by_province = as_user(world.prov_auditor)
    assert "参保登记里没有这个人" in by_province.post(PAGE, asked_of(nobody, "青岛某院")).content.decode()
    assert by_province.get(PAGE + known).status_code == 200
    for odd in ("P" * 60, "周桂兰"):
        page = stranger.get(PAGE, {"person": odd, "institution": qingdao.code, "care_kind": "inpatient"})
        assert page.status_code == 422 and "查不到" in page.content.decode()
    in_url = as_user(world.clerk).get(f"{PAGE}?cert_no={person.cert_no}&institution={qingdao.code}")
    assert in_url.status_code == 422 and person.cert_no not in in_url.content.decode()


def test_the_card_and_the_filing_lead_to_the_question(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    filing = make_submitted(world, person)
    clerk, link = as_user(world.clerk), f'href="/eligibility/?person={person.person_no}"'

    assert link in clerk.get(f"/people/{person.person_no}/").content.decode()
    assert link in clerk.get(f"/filings/{filing.filing_no}/").content.decode()
    asked = clerk.get(f"{PAGE}?person={person.person_no}").content.decode()
    assert "周桂兰" in asked and person.cert_no not in asked and 'name="cert_no"' not in asked
    assert 'href="/eligibility/"' in clerk.get("/").content.decode()


def test_the_answer_on_paper_has_its_moment_its_code_and_a_line_in_the_log(
    world: World, as_user: Login, person: InsuredPerson, qingdao: Institution
) -> None:
    clerk = as_user(world.clerk)
    known = f"?person={person.person_no}&institution={qingdao.code}&on=2026-11-20&care_kind=inpatient"

    page = clerk.get("/eligibility/paper/" + known).content.decode()
    pdf = clerk.get("/eligibility/paper.pdf" + known)

    assert "不能直接结算" in page and "2026-11-20 12:00" in page and "窗口答复" in page
    assert person.cert_no not in page and mask_id(person.cert_no) in page
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    printed = PrintedForm.objects.get()
    assert printed.subject_no.startswith(f"{person.person_no}-") and printed.code in page
    assert [e.region for e in AuditEntry.objects.filter(action="printed")] == [world.changchun] * 2
    verified = Client().get(f"/verify/{printed.code}/").content.decode()
    assert "只答复出具当时的情况" in verified and "周桂兰" not in verified
    assert person.cert_no not in verified
