"""Form 3: one page for stay and injury, corrections, the paper."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from pypdf import PdfReader

from agency.errors import DomainErrors
from agency.journal import papers
from agency.journal.models import AuditEntry, PrintedForm
from filings.injuries.form3 import form3_of
from filings.injuries.hooks import search_statements
from filings.injuries.rules import Proxy, injury_reasons
from filings.injuries.services import injury_record
from filings.injuries.standing import standing_of_statement
from filings.models import InjuryStatement, Stay
from tests.filings.making import enrol, id_number, make_in_force, make_person
from tests.filings.staying import HOSPITAL, injury_entry, make_statement, make_stay
from tests.support.world import World

Login = Callable[[object], Client]
TODAY, ADMITTED = dt.date(2026, 11, 20), dt.date(2026, 11, 10)
INJURY = {"place": "自家楼道", "course": "下楼踩空摔倒", "injured_on": "2026-11-10", "injured_time": "7:40"}


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    ("injured_on", "injured_time", "proxy", "codes"),
    [
        (None, None, Proxy(), []),
        (ADMITTED, dt.time(7, 40), Proxy("王晓峰", "儿子", "13864220917", "护照E1"), []),
        (dt.date(2026, 11, 11), None, Proxy(), ["date_after_admission"]),
        (dt.date(2026, 11, 21), None, Proxy(), ["date_ahead"]),
        (None, dt.time(8), Proxy(phone="123"), [
            "time_without_date", "proxy_name_missing", "proxy_relation_missing", "proxy_phone_bad"]),
        (None, None, Proxy("甲", "本人", "", "220102195604182784"), ["proxy_is_person"]),
        (None, None, Proxy("甲", "儿子", "", "220102195604182783"), ["proxy_cert_bad"]),
    ],
)  # fmt: skip
def test_what_keeps_a_statement_from_being_written(
    injured_on: dt.date | None, injured_time: dt.time | None, proxy: Proxy, codes: list[str]
) -> None:
    found = injury_reasons(
        injured_on=injured_on,
        injured_time=injured_time,
        admitted_on=ADMITTED,
        proxy=proxy,
        person_cert_no="220102195604182784",
        on=TODAY,
    )

    assert [reason.code for reason in found] == codes


def test_stay_and_injury_are_written_down_on_one_page(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    client, url = as_user(world.clerk), f"/injuries/new/?person={person.person_no}"
    new = {"stay": "new", "stay-institution": HOSPITAL, "stay-admission_no": "ZY1"}
    new["stay-admitted_on"] = "2026-11-10"
    assert 'type="hidden" name="stay" value="new"' in client.get(url).content.decode()

    wrong = client.post(url, {**new, **INJURY, "stay-admission_no": "", "place": ""})
    late = client.post(url, {**new, **INJURY, "injured_on": "2026-11-12"})
    assert wrong.status_code == late.status_code == 422
    assert "请填写住院号" in wrong.content.decode() and "请填写受伤地点" in wrong.content.decode()
    assert "不能晚于入院日期" in late.content.decode()
    assert not Stay.objects.exists() and not InjuryStatement.objects.exists()
    saved = client.post(url, {**new, **INJURY, "form_token": "2f1e7f0e-3f5f-4c8e-9d44-0d8b1c2f3a4b"})
    twice = client.post(url, {**new, **INJURY, "form_token": "2f1e7f0e-3f5f-4c8e-9d44-0d8b1c2f3a4b"})

    statement = InjuryStatement.objects.get()
    assert saved.url == twice.url == f"/injuries/{statement.statement_no}/"
    assert (statement.stay.stay_no, statement.injured_time) == ("S2026110001", dt.time(7, 40))
    assert AuditEntry.objects.filter(action__in=["stay_recorded", "injury_recorded"]).count() == 2
    assert "自家楼道" in client.get(f"/people/{person.person_no}/").content.decode()
    chosen = client.post(url, {**INJURY, "stay": "S2026110001"})
    assert chosen.status_code == 302 and Stay.objects.count() == 1


def test_a_stay_of_somebody_else_is_refused(world: World, as_user: Login) -> None:
    stay, other = make_stay(world), make_stay(world, admission_no="ZY2")

    with pytest.raises(DomainErrors):
        injury_record(
            by=world.clerk, at=world.now, person=stay.person, stay=other, entry=injury_entry(place="")
        )
    posted = as_user(world.clerk).post(
        f"/injuries/new/?stay={stay.stay_no}", {**INJURY, "stay": other.stay_no}
    )

    assert posted.status_code == 422 and not InjuryStatement.objects.exists()


def test_a_statement_of_a_stay_older_than_those_offered_is_corrected(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    stay = make_stay(world)
    statement = make_statement(world, stay)
    make_stay(world, stay.person, admission_no="ZY2")
    monkeypatch.setattr("filings.stays.selectors.SHOWN", 1)

    posted = as_user(world.clerk).post(
        f"/injuries/{statement.statement_no}/edit/", {**INJURY, "stay": stay.stay_no, "version": "1"}
    )

    statement.refresh_from_db()
    assert posted.status_code == 302 and statement.version == 2


def test_a_correction_shows_on_the_paper_that_was_printed_before(world: World, as_user: Login) -> None:
    statement = make_statement(world)
    client, url = as_user(world.clerk), f"/injuries/{statement.statement_no}/"
    page = client.get(f"{url}form/3/").content.decode()
    printed = PrintedForm.objects.get()
    assert printed.code in page and "没有应当承担责任的第三方" in page
    assert standing_of_statement(printed).is_effective  # type: ignore[union-attr]
    assert "与现在一致" in client.get(url).content.decode()

    edited = client.get(f"{url}edit/").content.decode()
    same = client.post(f"{url}edit/", {**INJURY, "stay": statement.stay.stay_no, "version": "1"})
    stale = client.post(
        f"{url}edit/", {**INJURY, "stay": statement.stay.stay_no, "version": "1", "place": "x"}
    )

    assert "登记一次新的就医" not in edited and 'value="自家楼道"' in edited
    assert (same.status_code, stale.status_code) == (302, 422)
    assert "打印后有更正" in client.get(url).content.decode()
    assert standing_of_statement(printed).label == "打印后有更正"  # type: ignore[union-attr]
    entry = AuditEntry.objects.get(action="injury_changed")
    assert entry.detail["changed"] == ["course", "injured_time"]
    assert "踩空" not in str(entry.detail)


def test_the_form_prints_of_a_statement_a_stay_a_filing_or_blank(world: World, tmp_path: Path) -> None:
    filing = make_in_force(world)
    out, told = tmp_path / "form.pdf", io.StringIO()

    def printed(*number: str) -> str:
        call_command("print_form", "3", *number, "--out", str(out), stdout=told)
        return text_of(out.read_bytes())

    of_filing = printed("--number", filing.filing_no)
    stay = make_stay(world, filing.person, filing=filing)
    of_stay = printed("--number", filing.filing_no)
    assert "周桂兰" in of_filing and "ZY0001" not in of_filing
    assert "ZY0001" in of_stay and "验证码" not in of_stay
    assert not PrintedForm.objects.exists()
    statement = make_statement(world, stay, proxy=Proxy("王晓峰", "儿子"))
    for number in (statement.statement_no, stay.stay_no, filing.filing_no):
        assert statement.statement_no in printed("--number", number)
    assert "王晓峰" in text_of(out.read_bytes()) and PrintedForm.objects.count() == 1
    assert form3_of(statement).digest() in told.getvalue()
    assert "周桂兰" not in printed()
    with pytest.raises(CommandError, match="没有外伤承诺书"):
        printed("--number", "W2026119999")


def test_other_regions_see_nothing_of_it(world: World, as_user: Login) -> None:
    statement = make_statement(world)
    stranger = as_user(world.yanbian_clerk)

    for path in ("", "edit/", "form/3/", "form/3.pdf"):
        assert stranger.get(f"/injuries/{statement.statement_no}/{path}").status_code == 404
    assert search_statements(world.yanbian_clerk, statement.statement_no).rows == []  # type: ignore[union-attr]
    assert search_statements(world.clerk, statement.statement_no).rows  # type: ignore[union-attr]
    assert as_user(world.auditor).get(f"/injuries/{statement.statement_no}/edit/").status_code == 403


@pytest.mark.parametrize(
    "change", [{"place": ""}, {"injured_on": None, "injured_time": "08:00"}, {"proxy_name": "甲"}]
)
def test_the_database_refuses_what_python_missed(world: World, change: dict[str, str | None]) -> None:
    make_statement(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        InjuryStatement.objects.update(**change)


def test_for_a_child_the_guardian_signs_unless_the_clerk_chooses(world: World, as_user: Login) -> None:
    child = make_person(
        "周小宝", birth_date=dt.date(2021, 5, 4), cert_no=id_number(birth="20210504", serial=7)
    )
    enrol(child, world.changchun)
    stay = make_stay(world, child)
    client, url = as_user(world.clerk), f"/injuries/new/?person={child.person_no}"
    said = {**INJURY, "stay": stay.stay_no, "injured_time": ""}
    assert 'value="guardian" id="id_signer_1" checked' in client.get(url).content.decode()

    nobody = client.post(url, {**said, "signer": "guardian"})
    assert nobody.status_code == 422 and "由监护人签字的，请填写监护人姓名" in nobody.content.decode()
    saved = client.post(
        url, {**said, "signer": "guardian", "proxy_name": "周强", "proxy_relation": "父亲"}, follow=True
    )
    page = saved.content.decode()
    assert "<dt>监护人</dt><dd>周强（父亲）</dd>" in page and "患者本人" not in page
    edit = client.get(f"/injuries/{InjuryStatement.objects.get()}/edit/").content.decode()
    assert 'value="guardian" id="id_signer_1" checked' in edit

    chosen = client.post(url, {**said, "signer": "patient", "proxy_name": "周强"}, follow=True)
    assert "患者未成年，一般由监护人签字" in chosen.content.decode()
    assert not InjuryStatement.objects.latest("pk").has_proxy


@pytest.mark.parametrize(("birth", "first"), [("20081120", "patient"), ("20081121", "guardian")])
def test_who_comes_of_age_today_signs_alone(world: World, as_user: Login, birth: str, first: str) -> None:
    born = dt.datetime.strptime(birth, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    person = make_person(birth_date=born, cert_no=id_number(birth=birth, serial=9))
    enrol(person, world.changchun)

    form = as_user(world.clerk).get(f"/injuries/new/?person={person.person_no}").context["form"]

    assert form["signer"].value() == first


def test_somebody_else_may_sign_for_an_adult(world: World, as_user: Login) -> None:
    stay = make_stay(world)
    client, url = as_user(world.clerk), f"/injuries/new/?stay={stay.stay_no}"
    said = {**INJURY, "stay": stay.stay_no, "signer": "proxy", "proxy_name": "王晓峰"}

    lacking = client.post(url, said)
    saved = client.post(url, {**said, "proxy_relation": "儿子"}, follow=True)

    assert lacking.status_code == 422 and "请填写代理人与患者的关系" in lacking.content.decode()
    assert "<dt>代理人</dt><dd>王晓峰（儿子）</dd>" in saved.content.decode()


@pytest.mark.parametrize(("signer", "printed"), [("guardian", "监护人"), ("proxy", "代理人")])
def test_an_adult_s_guardian_stays_one_on_the_page_and_on_paper(
    signer: str, printed: str, world: World, as_user: Login
) -> None:
    stay, client = make_stay(world), as_user(world.clerk)
    said = {
        **INJURY,
        "stay": stay.stay_no,
        "signer": signer,
        "proxy_name": "王晓峰",
        "proxy_relation": "儿子",
    }

    client.post(f"/injuries/new/?stay={stay.stay_no}", said)

    statement = InjuryStatement.objects.get()
    url = f"/injuries/{statement.statement_no}/"
    page, paper = (client.get(f"{url}{part}").content.decode() for part in ("", "form/3/"))
    assert f"<dt>{printed}</dt><dd>王晓峰（儿子）" in page
    assert f"患者（{printed}）签字" in paper
    assert f"<th>{printed}</th><td>王晓峰</td>" in paper
    other = {"代理人", "监护人"} - {printed}
    assert not any(word in paper for word in other)
    edit = client.get(f"{url}edit/").content.decode()
    assert f'value="{signer}"' in edit and edit.count("checked") >= 1


def test_a_statement_without_a_role_keeps_the_digest_it_was_printed_with(world: World) -> None:
    statement = make_statement(world, make_stay(world), proxy=Proxy("王晓峰", "儿子"))
    said = form3_of(statement)

    names = {field.name for field in dataclasses.fields(said)} - {"signed_as"}
    content = {name: papers._plain(getattr(said, name)) for name in names}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert said.digest() == hashlib.sha256(text.encode()).hexdigest()
    assert dataclasses.replace(said, signed_as="监护人").digest() != said.digest()
