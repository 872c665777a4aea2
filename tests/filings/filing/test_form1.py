"""表 1: all of a filing on paper, in both copies, with its code; page and PDF from one template."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pypdf import PdfReader

from agency.journal.models import AuditEntry, PrintedForm
from filings.filing.form1 import form_of
from filings.filing.printing import form1_pdf
from filings.filing.rules import Agent
from filings.filing.services import filing_cancel
from filings.models import Filing
from tests.filings.making import enrol, id_number, make_draft, make_in_force, make_person, make_submitted
from tests.support.world import World

Login = Callable[[object], Client]
AGENT = Agent("李四", id_number("220104", "19880229", 18), "13900001111", "女儿")


@pytest.fixture
def filing(world: World) -> Filing:
    person = make_person("欧阳䶮")
    enrol(person, world.changchun, area_code="220103")
    papers = {"valid_identity_card": "original", "commitment_letter": "original"}
    return make_in_force(world, person, agent=AGENT, materials=papers)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages)


def test_every_field_is_filled(world: World, filing: Filing) -> None:
    said = form_of(filing, world.today)

    assert (said.number, said.name, said.sex) == (filing.filing_no, "欧阳䶮", "女")
    assert said.cert_no == filing.person.cert_no
    assert said.insured_at == "吉林省　长春市　宽城区"
    assert said.care_at == "山东省青岛市"
    assert said.period == "2026年11月20日 起，长期有效"
    assert [tick.label for tick in said.kinds if tick.on] == ["异地长期居住人员"]
    assert [tick.label for tick in said.scopes if tick.on] == ["跨省"]
    assert [(tick.label, tick.on, tick.promised) for tick in said.materials] == [
        ("有效身份证件（原件）", True, False),
        ("个人承诺书（代替证明）", False, True),
        ("代办人身份证件复印件（复印件）", True, False),
        ("本人身份证件复印件（复印件）", True, False),
    ]
    assert (said.agent_name, said.agent_relation) == ("李四", "女儿")
    assert (said.taken_in_by, said.reviewed_by, said.lock_months) == ("clerk", "reviewer", 6)
    assert said.mark == ""


@pytest.mark.parametrize("name", ["欧阳䶮", "周𬍡"])
def test_the_pdf_has_rare_names_in_an_embedded_noto_font_on_two_pages(world: World, name: str) -> None:
    person = make_person(name)
    enrol(person, world.changchun)
    filing = make_in_force(world, person, agent=AGENT)

    pdf = form1_pdf(filing, by=world.clerk, at=world.now).pdf

    reader = PdfReader(io.BytesIO(pdf))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert name in text_of(pdf)
    assert len(reader.pages) == 2
    assert all("Noto" in font["/BaseFont"] for font in fonts)
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
    assert "经办机构留存" in text_of(pdf) and "参保人留存" in text_of(pdf)


def test_the_same_content_gives_the_same_bytes_and_keeps_its_code(world: World, filing: Filing) -> None:
    first = form1_pdf(filing, by=world.clerk, at=world.now)
    again = form1_pdf(filing, by=world.reviewer, at=world.now + dt.timedelta(days=3))

    assert first == again
    assert PrintedForm.objects.count() == 1
    assert AuditEntry.objects.filter(action="printed", subject_no=filing.filing_no).count() == 2


def test_changed_content_gets_a_new_code(world: World, filing: Filing) -> None:
    form1_pdf(filing, by=world.clerk, at=world.now)
    Filing.objects.filter(pk=filing.pk).update(address="搬家以后")

    form1_pdf(Filing.objects.get(pk=filing.pk), by=world.clerk, at=world.now)

    assert PrintedForm.objects.count() == 2


def test_the_longest_form_still_has_one_page_a_copy(world: World) -> None:
    person = make_person("阿" * 20)
    enrol(person, world.changchun, area_code="220184")
    filing = make_in_force(
        world, person, agent=AGENT, address="很长的地址" * 30, phone="0431-88776655-123456"
    )

    pdf = form1_pdf(filing, by=world.clerk, at=world.now).pdf

    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2


def test_the_print_page_shows_code_and_qr_and_is_logged(world: World, as_user: Login, filing: Filing) -> None:
    response = as_user(world.clerk).get(f"/filings/{filing.filing_no}/form/1/")

    page = response.content.decode()
    assert PrintedForm.objects.get().code in page
    assert page.count("<svg") == 2
    assert page.count("吉林省医疗保险异地就医登记备案表</h1>") == 2
    assert AuditEntry.objects.filter(action="printed", by=world.clerk).count() == 1


@pytest.mark.parametrize(("make", "mark"), [(make_draft, "草稿"), (make_submitted, "待复核")])
@pytest.mark.parametrize("page", ["form/1/", "form/1.pdf"])
def test_what_is_not_in_force_prints_with_its_mark_without_a_code_and_is_logged(
    world: World, as_user: Login, make: Callable[[World], Filing], mark: str, page: str
) -> None:
    filing = make(world)

    response = as_user(world.clerk).get(f"/filings/{filing.filing_no}/{page}")

    text = response.content.decode() if page.endswith("/") else text_of(response.content)
    assert mark in text and "验证码" not in text
    assert not PrintedForm.objects.exists()
    entry = AuditEntry.objects.get(action="printed", subject_no=filing.filing_no)
    assert (entry.by, entry.region, entry.detail["code"], entry.detail["mark"]) == (
        world.clerk, world.changchun, "", mark,
    )  # fmt: skip


def test_a_promise_is_not_ticked(world: World, as_user: Login, filing: Filing) -> None:
    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/form/1/").content.decode()

    assert '<span class="tick">承诺　个人承诺书（代替证明）</span>' in page


@pytest.mark.parametrize(
    ("begins_on", "period"),
    [("2026-10-01", "2026年10月1日 至 2026年11月19日"), ("2026-12-15", "没有有效日：生效前已撤销")],
)
def test_a_cancelled_filing_prints_the_days_it_lived(world: World, begins_on: str, period: str) -> None:
    filing = make_in_force(world, begins_on=dt.date.fromisoformat(begins_on))

    filing_cancel(filing, by=world.clerk, at=world.now, reason="已返回")

    said = form_of(filing, world.today)
    assert (said.period, said.mark) == (period, "已撤销")


def test_the_pdf_is_served_to_its_region_only(world: World, as_user: Login, filing: Filing) -> None:
    url = f"/filings/{filing.filing_no}/form/1.pdf"

    response = as_user(world.reviewer).get(url)

    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    assert as_user(world.yanbian_clerk).get(url).status_code == 404
    assert as_user(world.changchun_clearing).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_the_command_writes_the_same_form(world: World, filing: Filing, tmp_path: Path) -> None:
    out, told = tmp_path / "form.pdf", StringIO()

    call_command("print_form", "1", "--number", filing.filing_no, "--out", str(out), "--json", stdout=told)

    data = json.loads(told.getvalue())
    assert data == {"file": str(out), "digest": form_of(filing, world.today).digest()}
    assert "欧阳䶮" in text_of(out.read_bytes())


def test_without_a_number_the_form_prints_blank(db: None, tmp_path: Path) -> None:
    out = tmp_path / "blank.pdf"

    call_command("print_form", "1", "--out", str(out), stdout=StringIO())

    assert "吉林省医疗保险异地就医登记备案表" in text_of(out.read_bytes())
    assert not PrintedForm.objects.exists()


@pytest.mark.parametrize("arguments", [["99"], ["1", "--number", "F2026119999"]])
def test_what_cannot_be_printed_leaves_no_file(db: None, tmp_path: Path, arguments: list[str]) -> None:
    out = tmp_path / "none.pdf"

    with pytest.raises(CommandError):
        call_command("print_form", *arguments, "--out", str(out))

    assert not out.exists()
