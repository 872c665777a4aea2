"""The card's own sections: the next step of each filing, papers, prints, and who may be the same person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.journal.papers import paper_name, paper_page, paper_pdf
from filings.filing.printing import form1_page
from filings.filing.services import filing_return
from filings.followups.printing import deferral_printable
from filings.injuries.printing import FORM3
from filings.models import Filing, InsuredPerson
from filings.outside_care.printing import FORM4
from filings.reimbursements.notice import ReimbursementNotice
from filings.reimbursements.printing import notice_page
from tests.filings.making import enrol, id_number, make_draft, make_in_force, make_person, make_submitted
from tests.filings.staying import make_late_stay, make_reimbursement, make_slip, make_statement, make_stay
from tests.support.world import World

Login = Callable[[object], Client]


def card(client: Client, person: InsuredPerson) -> str:
    return client.get(f"/people/{person.person_no}/").content.decode()


def prints_in(page: str) -> str:
    """What the card says under 打印记录."""
    return page.split("打印记录", 1)[1].split("</section>", 1)[0]


def test_the_card_takes_the_same_queries_however_much_is_known(world: World, as_user: Login) -> None:
    person, client = make_person(), as_user(world.clerk)
    enrol(person, world.changchun)
    spent = []
    for several in range(2):
        for number in range(1 + several * 3):
            make_in_force(world, person, city=f"370{1 + several * 3 + number}00")
            stay = make_stay(world, person, admission_no=f"ZY{several}{number}")
            make_slip(world, stay)
        with CaptureQueriesContext(connection) as queries:
            card(client, person)
        spent.append(len(queries))

    assert spent[0] == spent[1] <= 60


def test_more_drafts_and_more_sent_back_take_no_more_queries(world: World, as_user: Login) -> None:
    """Of each state the newest is judged, the others say that they are to be opened."""
    person, client = make_person(), as_user(world.clerk)
    enrol(person, world.changchun)
    spent, cities = [], iter(range(1, 9))
    for several in (1, 2):
        for _ in range(several):
            make_draft(world, person, address="", city=f"370{next(cities)}00")
            returned = make_submitted(world, person, city=f"370{next(cities)}00")
            filing_return(returned, by=world.reviewer, at=world.now, reason="请补居住证")
        with CaptureQueriesContext(connection) as queries:
            page = card(client, person)
        spent.append(len(queries))

    assert spent[0] == spent[1]
    assert page.count("退回补正：请补居住证") == 3 and page.count("还差什么，打开这一份看") == 4
    assert page.count("还差 1 项") == 1


def test_each_open_filing_has_one_next_step_for_whoever_looks(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    draft = make_draft(world, person, address="", kind="long_term_residence")
    waiting = make_submitted(world, person, city="370100")
    returned = make_submitted(world, person, city="370300")
    filing_return(returned, by=world.reviewer, at=world.now, reason="请补居住证")

    clerk, reviewer = card(as_user(world.clerk), person), card(as_user(world.reviewer), person)

    assert f'href="/filings/{draft.filing_no}/edit/"' in clerk and "继续填写" in clerk
    assert "还差 1 项" in clerk and "居住地址" in clerk
    assert f'href="/filings/{returned.filing_no}/edit/"' in clerk and "退回补正：请补居住证" in clerk
    assert "等同事复核" in clerk and ">复核<" not in clerk
    assert ">复核<" in reviewer and "等您复核" in reviewer
    assert "继续填写" not in reviewer and f"/filings/{draft.filing_no}/edit/" not in reviewer
    assert waiting.filing_no in reviewer


def test_a_filing_in_force_is_printed_once_and_its_prints_are_listed(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    filing = make_in_force(world, person)
    before = card(as_user(world.clerk), person)

    form1_page(filing, by=world.clerk, at=world.now)
    after = card(as_user(world.clerk), person)

    assert f'href="/filings/{filing.filing_no}/form/1/"' in before and "还没有打印过" in before
    assert f'href="/filings/{filing.filing_no}/form/1/"' not in after
    assert "表 1" in after and "验证码" in after and "还没有打印过" not in after
    assert "交过的材料" in after and "居住证" in after


def test_another_form_of_a_filing_does_not_stand_for_its_form_1(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    filing = make_in_force(world, person)
    paper_page(FORM3.of_filing(filing, world.clerk, world.now), by=world.clerk, at=world.now)

    page = card(as_user(world.clerk), person)

    assert "表 3 外伤承诺书" in page
    assert "还没有打印登记备案表" in page and f'href="/filings/{filing.filing_no}/form/1/"' in page


def test_prints_of_all_the_records_of_a_person_are_listed_in_their_region(
    world: World, as_user: Login
) -> None:
    stay = make_late_stay(world)
    statement, slip, row = (
        make_statement(world, stay),
        make_slip(world, stay),
        make_reimbursement(world, stay),
    )
    paper_page(FORM3.of_record(statement), by=world.clerk, at=world.now)
    paper_page(FORM4.of_record(slip), by=world.clerk, at=world.now)
    notice_page(row, by=world.clerk, at=world.now)

    listed = prints_in(card(as_user(world.clerk), stay.person))

    for said in ("表 3 外伤承诺书", "表 4 ", paper_name(ReimbursementNotice.FORM_NO)):
        assert said in listed
    for number in (statement.statement_no, slip.slip_no, row.reimbursement_no):
        assert f">{number}<" in listed
    enrol(stay.person, world.yanbian)
    assert "还没有打印过" in prints_in(card(as_user(world.yanbian_clerk), stay.person))


def test_a_paper_that_was_promised_is_asked_for(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    filing = make_in_force(world, person)
    filing.materials.filter(material__code="residence_permit").update(given_as="deferred")
    Filing.objects.update(proof_due_on="2026-12-01", proof_lapses_on="2026-12-31")

    page = card(as_user(world.clerk), person)

    assert "补交材料" in page and "2026-12-01 前补交材料" in page and "容缺后补" in page


def test_a_reader_is_offered_no_step(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    make_draft(world, person)

    page = card(as_user(world.auditor), person)

    assert "下一步" in page and "继续填写" not in page and "新办备案" not in page


def test_who_may_be_the_same_is_shown_on_the_card_and_before_the_work_starts(
    world: World, as_user: Login
) -> None:
    person = make_person("周桂兰", cert_no=id_number(serial=101))
    other = make_person("周桂兰", cert_no=id_number(serial=201))
    for one in (person, other):
        enrol(one, world.changchun)
    filing = make_in_force(world, other)
    client = as_user(world.clerk)

    page = card(client, person)
    read = client.post("/filings/person/", {"cert_type": "01", "cert_no": person.cert_no}).content.decode()

    for said in (page, read):
        assert "可能是同一人" in said and filing.filing_no in said and other.cert_no not in said
        assert f'href="/people/{other.person_no}/"' in said
    assert "长春市 职工 正常" in read and "用此人新办" not in read
    assert "可能是同一人" not in card(as_user(world.prov_auditor), make_person("另一人", cert_no="A1"))


def test_a_mistyped_number_asks_who_was_meant_within_the_region(world: World, as_user: Login) -> None:
    person = make_person("李桂芳", cert_no="220102195604182784")
    enrol(person, world.changchun)
    typed = {"cert_type": "01", "cert_no": "220102195604182785"}

    here = as_user(world.clerk).post("/filings/person/", typed).content.decode()
    there = as_user(world.yanbian_clerk).post("/filings/person/", typed).content.decode()

    assert "是不是" in here and "李桂芳" in here and "2201**********2784" in here
    assert f'href="/filings/new/?person={person.person_no}"' in here
    assert "是不是" not in there and "李桂芳" not in there


def test_the_name_typed_later_tells_more(world: World, as_user: Login) -> None:
    person = make_person("安娜", cert_type="08", cert_no="E1234567A", birth_date=None)
    enrol(person, world.changchun)
    typed = {"cert_type": "08", "cert_no": "F7654321B", "name": "安娜"}
    client = as_user(world.clerk)

    assert "安娜" in client.post("/people/alike/", typed).content.decode()
    assert "同一人" not in client.post("/people/alike/", {**typed, "name": "玛丽"}).content.decode()
    assert as_user(world.reviewer).post("/people/alike/", typed).status_code == 403


def test_prints_are_listed_by_name(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    papers = {"valid_identity_card": "original", "maternal_handbook": "deferred"}
    filing = make_in_force(world, person, kind="maternity", materials=papers)
    form1_page(filing, by=world.clerk, at=world.now)
    paper_pdf(deferral_printable(filing, by=world.clerk, at=world.now), by=world.clerk, at=world.now)
    client = as_user(world.clerk)

    for page in (card(client, person), client.get(f"/filings/{filing.filing_no}/").content.decode()):
        assert "表 1 登记备案表" in page and "<li>容缺承诺书" in page and "表 容缺" not in page


@pytest.mark.parametrize(
    ("form_no", "name"),
    [
        ("3", "表 3 外伤承诺书"),
        ("催办", "材料催办单"),
        ("告知", "告知单"),
        ("12", "表 12"),
        ("旧表", "旧表"),
    ],
)
def test_a_paper_has_the_name_people_call_it_by(form_no: str, name: str) -> None:
    assert paper_name(form_no) == name
