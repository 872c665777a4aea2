"""Notes on a person's card: who may write, what they may say, and that they stay as they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry
from filings.card.rules import holds_whole_number
from filings.card.services import note_add
from filings.models import InsuredPerson, Note
from tests.filings.making import enrol, make_person
from tests.support.world import World

Login = Callable[[object], Client]


@pytest.fixture
def person(world: World) -> InsuredPerson:
    person = make_person()
    enrol(person, world.changchun)
    return person


def test_a_note_is_written_on_the_card_and_logged(
    world: World, as_user: Login, person: InsuredPerson
) -> None:
    url = f"/people/{person.person_no}/notes/"
    whole = as_user(world.clerk).post(url, {"text": " 听力不便，请写字沟通。"}, follow=True)
    part = as_user(world.reviewer).post(url, {"text": "女儿代办"}, headers={"HX-Request": "true"})

    assert "听力不便，请写字沟通。" in whole.content.decode() and "备注已写下" in whole.content.decode()
    page = part.content.decode()
    assert "<html" not in page and page.index("女儿代办") < page.index("听力不便")
    assert [note.region for note in Note.objects.all()] == [world.changchun] * 2
    logged = AuditEntry.objects.filter(action="note_added")
    assert {entry.subject_no for entry in logged} == {person.person_no}
    assert all("听力" not in str(entry.detail) for entry in logged)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("  ", "请写备注的内容"),
        ("长" * 501, "最多 500 个字"),
        ("证件 220102195604182784", "不要写完整的证件号码"),
    ],
)
def test_a_refused_note_says_why_and_keeps_what_was_typed(
    world: World, as_user: Login, person: InsuredPerson, text: str, told: str
) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = as_user(world.clerk).post(
            f"/people/{person.person_no}/notes/", {"text": text}, headers=headers
        )

        assert answer.status_code == 422
        assert told in answer.content.decode() and text.strip() in answer.content.decode()
    assert not Note.objects.exists()


def test_notes_are_the_insured_regions(world: World, as_user: Login, person: InsuredPerson) -> None:
    note_add(by=world.clerk, at=world.now, person=person, text="本地的话")
    url = f"/people/{person.person_no}/"

    assert "本地的话" in as_user(world.prov_auditor).get(url).content.decode()
    assert "写下" not in as_user(world.auditor).get(url).content.decode()
    for who, status in ((world.yanbian_clerk, 404), (world.auditor, 403), (world.prov_supervisor, 403)):
        assert as_user(who).post(f"{url}notes/", {"text": "不行"}).status_code == status
    enrol(person, world.yanbian, insurance_type="resident")
    assert "本地的话" not in as_user(world.yanbian_clerk).get(url).content.decode()
    with pytest.raises(NotAllowed):
        note_add(by=world.auditor, at=world.now, person=person, text="不行")
    assert Note.objects.count() == 1


def test_a_note_can_neither_be_changed_nor_taken_away_nor_empty(world: World, person: InsuredPerson) -> None:
    note = note_add(by=world.clerk, at=world.now, person=person, text="如此")

    for change in (lambda: Note.objects.update(text="改"), lambda: Note.objects.all()._raw_delete("default")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create(person=person, region=world.changchun, text="", by=world.clerk, at=world.now)
    with pytest.raises(DomainError):
        note_add(by=world.clerk, at=world.now, person=person, text="")
    note.refresh_from_db()
    assert note.text == "如此"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("220102195604182784", True), ("22010219560418278x。", True), ("2201 0219 5604 1827 84", True),
        ("旧号220102560418278", True), ("２２０１０２１９５６０４１８２７８４", True),
        ("电话 13800432716", False), ("末四位 2784", False), ("备案 F2026110001", False),
    ],
)  # fmt: skip
def test_a_whole_number_is_seen_in_a_text(text: str, whole: bool) -> None:
    assert holds_whole_number(text) is whole
