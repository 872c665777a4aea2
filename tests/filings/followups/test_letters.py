"""表 2, the 容缺 letter, the reminder: what they say, one page a copy, before and after taking effect."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pypdf import PdfReader

from agency.errors import DomainError
from agency.journal.models import AuditEntry, PrintedForm
from filings.filing.rules import Agent
from filings.followups.letters import deferral_of, form2_of, reminder_of
from filings.followups.services import follow_up_receive
from filings.models import Filing
from tests.filings.followups.made import DEFERRAL, PROMISE, deferred, promised, stored, taken_in
from tests.filings.making import enrol, id_number, make_in_force, make_person
from tests.support.world import World

Login = Callable[[object], Client]
AGENT = Agent("李四", id_number("220104", "19880229", 18), "13900001111", "女儿")


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_form_2_says_who_promises_what_by_when(world: World) -> None:
    row = promised(world, agent=AGENT)

    said = form2_of(row.filing, world.today)

    assert (said.number, said.name) == (row.filing.filing_no, "周桂兰")
    assert (said.cert_no, said.agent_name, said.agent_relation) == (row.filing.person.cert_no, "李四", "女儿")
    assert [(item.label, item.due_on) for item in said.wanted] == [("长期证明", dt.date(2026, 12, 18))]
    assert (
        "居住证、居住证明" in said.wanted[0].papers
        and "户口簿首页和本人常住人口登记卡" in said.wanted[0].papers
    )
    assert (said.no_promise_months, said.mark) == (12, "")


def test_the_letter_stays_the_same_when_the_promise_was_kept(world: World) -> None:
    row = promised(world)
    before = form2_of(row.filing, world.today).digest()

    follow_up_receive(row, papers="residence_permit", how="original", by=world.clerk, at=world.now)

    assert form2_of(stored(row).filing, world.today + dt.timedelta(days=9)).digest() == before


def test_a_draft_prints_for_the_signature_with_the_date_of_today_and_no_code(
    world: World, as_user: Login
) -> None:
    filing = taken_in(world, PROMISE)
    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/form/2/").content.decode()

    assert "2026-12-18 前（含当日）" in page and "验证码" not in page and 'class="draft"' not in page
    assert form2_of(filing, dt.date(2026, 11, 23)).wanted[0].due_on == dt.date(2026, 12, 21)
    assert AuditEntry.objects.get(action="printed").detail["code"] == ""
    assert "打印承诺书" in as_user(world.clerk).get(f"/filings/{filing.filing_no}/").content.decode()


def test_the_pdf_has_one_page_a_copy_even_at_its_longest(world: World, as_user: Login) -> None:
    person = make_person("阿" * 20)
    enrol(person, world.changchun, area_code="220184")
    row = promised(world, person=person, agent=AGENT, address="很长的地址" * 30)

    pdf = as_user(world.clerk).get(f"/filings/{row.filing.filing_no}/form/2.pdf").content

    text = text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2
    assert "个人承诺书" in text and PrintedForm.objects.get().code in text
    entry = AuditEntry.objects.get(action="printed")
    assert (entry.subject_no, entry.detail["copy"]) == (row.filing.filing_no, "经办机构留存、承诺人留存")


def test_the_deferral_letter_says_what_is_missing_and_what_follows(world: World, as_user: Login) -> None:
    row = deferred(world)

    said = deferral_of(row.filing, world.today)

    assert [(item.label, item.papers, item.due_on) for item in said.wanted] == [
        ("长期证明", "居住证", dt.date(2026, 12, 4))
    ]
    assert said.lapses_on == dt.date(2026, 12, 11)
    page = as_user(world.clerk).get(f"/filings/{row.filing.filing_no}/form/deferral/").content.decode()
    assert "待补正" in page and "2026-12-11" in page and "表 容缺" not in page
    draft = deferral_of(taken_in(world, DEFERRAL), world.today)
    assert (draft.due_on, draft.lapses_on) == (dt.date(2026, 12, 4), dt.date(2026, 12, 11))


def test_a_reminder_names_what_is_owed_and_no_number_of_the_person(world: World, as_user: Login) -> None:
    row = promised(world, world.now - dt.timedelta(days=40))

    said = reminder_of(row, world.today)
    page = as_user(world.clerk).get(f"/followups/{row.follow_up_no}/form/reminder/").content.decode()

    assert said.is_overdue and "期限已过" in page
    assert row.filing.person.cert_no not in page and row.filing.phone not in page
    code = PrintedForm.objects.get().code
    assert "这张表是真的" in Client().get(f"/verify/{code}/").content.decode()
    follow_up_receive(row, papers="residence_permit", how="original", by=world.clerk, at=world.now)
    after = Client().get(f"/verify/{code}/").content.decode()
    assert "现在不生效" in after and "已补交" in after
    gone = as_user(world.clerk).get(f"/followups/{row.follow_up_no}/form/reminder/")
    assert gone.status_code == 422 and "不用再催" in gone.content.decode()


def test_what_promises_nothing_has_no_letter(world: World, as_user: Login) -> None:
    filing = make_in_force(world)

    for make in (form2_of, deferral_of):
        with pytest.raises(DomainError):
            make(filing, world.today)
    answer = as_user(world.clerk).get(f"/filings/{filing.filing_no}/form/2/")
    assert answer.status_code == 422 and "不用打印承诺书" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="printed").exists()


def test_the_command_prints_by_filing_by_follow_up_and_blank(world: World, tmp_path: Path) -> None:
    row = promised(world)
    files = {}
    for number in (row.filing.filing_no, row.follow_up_no, ""):
        out = tmp_path / f"{number or 'blank'}.pdf"
        call_command("print_form", "2", f"--number={number}", f"--out={out}", stdout=StringIO())
        files[number] = out.read_bytes()

    assert files[row.filing.filing_no] == files[row.follow_up_no]
    assert row.filing.person.name not in text_of(files[""]) and "承诺事项" in text_of(files[""])
    with pytest.raises(CommandError):
        call_command("print_form", "2", "--number=G2026119999", f"--out={tmp_path / 'none.pdf'}")


def test_form_1_printed_before_the_proof_came_is_told_to_be_changed(world: World, as_user: Login) -> None:
    row = promised(world)
    url = f"/filings/{row.filing.filing_no}/form"
    client = as_user(world.clerk)
    client.get(f"{url}/1/")
    client.get(f"{url}/2/")
    codes = dict(PrintedForm.objects.values_list("form_no", "code"))

    follow_up_receive(row, papers="residence_permit", how="original", by=world.clerk, at=world.now)

    told = {no: Client().get(f"/verify/{code}/").content.decode() for no, code in codes.items()}
    assert "在最近一次打印以后改过" in told["1"]
    assert "这张表是真的" in told["2"]
    assert Filing.objects.get(pk=row.filing_id).person.name not in told["1"]
