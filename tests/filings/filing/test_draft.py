"""Drafts: what is kept, whose they are, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal.models import AuditEntry, StateChange
from filings.filing.services import AlreadySaved, filing_draft_save, filing_submit
from filings.models import Filing, InsuredPerson
from tests.filings.making import (
    enrol,
    id_number,
    make_draft,
    make_entry,
    make_in_force,
    make_person,
    make_submitted,
    stored,
)
from tests.support.world import World


def test_a_draft_takes_a_number_of_its_month_and_a_deadline(world: World) -> None:
    first, second = make_draft(world), make_draft(world)

    assert (first.filing_no, second.filing_no) == ("F2026110001", "F2026110002")
    assert first.state == "draft"
    assert first.received_on == dt.date(2026, 11, 20)
    assert first.deadline_on == dt.date(2027, 2, 22)  # the 20th is a Saturday
    assert (first.insured_region, first.counter) == (world.changchun, world.clerk.counter)
    assert (first.care_region.code, first.care_place_name) == ("370000", "山东省青岛市")
    assert [row.material.code for row in first.materials.all()] == ["valid_identity_card", "residence_permit"]
    assert StateChange.objects.filter(subject_no=first.filing_no).count() == 1
    assert AuditEntry.objects.filter(action="filing_saved").count() == 2


def test_a_draft_may_hold_no_more_than_a_number_and_a_name(world: World) -> None:
    filing = make_draft(
        world, make_person(), insurance_type="", phone="", kind="", province="", city="", begins_on=None,
        address="", materials={},
    )  # fmt: skip

    assert stored(filing).kind == ""


def test_a_draft_registers_a_person_whom_nobody_knows(world: World) -> None:
    stranger = InsuredPerson(cert_type="01", cert_no=id_number(), name="新来的人")

    filing = filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(stranger))

    assert filing.person.name == "新来的人"
    assert AuditEntry.objects.filter(action="person_registered").count() == 1


def test_a_wrong_number_saves_nothing(world: World) -> None:
    stranger = InsuredPerson(cert_type="01", cert_no="220102196103150026", name="错号")

    with pytest.raises(DomainError) as refused:
        filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(stranger))

    assert (refused.value.code, refused.value.field) == ("bad_id_number", "cert_no")
    assert not Filing.objects.exists() and not InsuredPerson.objects.exists()


def test_saving_again_replaces_the_content_and_counts_the_version(world: World) -> None:
    filing = make_draft(world)

    entry = make_entry(filing.person, city="370600", materials={"social_security_card": "copy"})
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=filing, version=1)

    after = stored(filing)
    assert (after.version, after.care_place_name) == (2, "山东省烟台市")
    assert [row.material.code for row in after.materials.all()] == ["social_security_card"]


def test_two_clerks_do_not_overwrite_each_other(world: World) -> None:
    filing = make_draft(world)
    entry = make_entry(filing.person, address="第一个人写的")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=stored(filing), version=1)

    with pytest.raises(SomeoneElseWasFirst) as refused:
        late = make_entry(filing.person, address="第二个人写的")
        filing_draft_save(by=world.clerk, at=world.now, entry=late, filing=filing, version=1)

    assert "没有保存" in refused.value.message
    assert stored(filing).address == "第一个人写的"


@pytest.mark.parametrize("make", [make_submitted, make_in_force])
def test_what_was_submitted_is_not_edited(world: World, make: object) -> None:
    filing = make(world)  # type: ignore[operator]

    with pytest.raises(DomainError) as refused:
        entry = make_entry(filing.person, address="改一下")
        filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=filing)

    assert refused.value.code == "not_editable"
    assert stored(filing).address == "青岛市市南区香港中路7号"


def test_another_regions_clerk_does_not_touch_a_draft(world: World) -> None:
    filing = make_draft(world)

    with pytest.raises(NotAllowed):
        filing_draft_save(
            by=world.yanbian_clerk, at=world.now, entry=make_entry(filing.person), filing=filing
        )

    assert stored(filing).version == 1


def test_a_reviewer_takes_nothing_in(world: World) -> None:
    with pytest.raises(NotAllowed):
        filing_draft_save(by=world.reviewer, at=world.now, entry=make_entry(make_person()))

    assert not Filing.objects.exists()


@pytest.mark.parametrize("name", ["周桂兰", "猜的名字"])
def test_a_person_of_another_region_is_refused_alike_whatever_name_is_tried(world: World, name: str) -> None:
    person = make_person()
    enrol(person, world.jilin)

    with pytest.raises(DomainError) as refused:
        filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(person, name=name))

    assert (refused.value.code, refused.value.field) == ("person_elsewhere", "cert_no")
    assert "省级经办机构" in refused.value.message
    assert not Filing.objects.exists()


def test_a_draft_past_its_deadline_is_neither_saved_nor_submitted(world: World) -> None:
    filing = make_draft(world)
    late = world.now + dt.timedelta(days=95)  # Tuesday 2027-02-23, the day after the deadline

    with pytest.raises(DomainError) as unsaved:
        filing_draft_save(by=world.clerk, at=late, entry=make_entry(filing.person), filing=filing)
    with pytest.raises(DomainError) as unsubmitted:
        filing_submit(filing, by=world.clerk, at=late)

    assert (unsaved.value.code, unsubmitted.value.code) == ("lapsed", "lapsed")
    assert (stored(filing).state, stored(filing).version) == ("draft", 1)


def test_a_slip_in_a_new_persons_name_is_mended_on_the_draft(world: World) -> None:
    stranger = InsuredPerson(cert_type="01", cert_no=id_number(), name="李晓明")
    filing = filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(stranger))

    entry = make_entry(stranger, name="王小明")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=filing)

    person = InsuredPerson.objects.get()
    assert person.name == "王小明"
    assert person.initials.filter(letters="wxm").exists()
    assert not person.initials.filter(letters__startswith="l").exists()
    assert AuditEntry.objects.get(action="person_renamed").subject_no == person.person_no


@pytest.mark.parametrize("known_by", ["enrolment", "filing"])
def test_a_name_that_others_rely_on_is_not_changed_by_a_draft(world: World, known_by: str) -> None:
    stranger = InsuredPerson(cert_type="01", cert_no=id_number(), name="王晓明")
    filing = filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(stranger))
    if known_by == "enrolment":
        enrol(filing.person, world.changchun)
    else:
        filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(stranger))

    with pytest.raises(DomainError) as refused:
        entry = make_entry(stranger, name="王小明")
        filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=filing)

    assert refused.value.code == "name_differs"
    assert InsuredPerson.objects.get().name == "王晓明"


def test_the_log_names_the_fields_that_changed_not_what_they_say(world: World) -> None:
    filing = make_draft(world)

    entry = make_entry(filing.person, address="别处", materials={"valid_identity_card": "original"})
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=filing)

    detail = AuditEntry.objects.filter(action="filing_saved").latest("seq").detail
    assert detail == {"version": 2, "changed": ["address", "materials"]}


def test_one_opened_form_is_saved_once(world: World) -> None:
    person, token = make_person(), uuid4()
    enrol(person, world.changchun)
    first = filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(person), form_token=token)

    with pytest.raises(AlreadySaved) as refused:
        filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(person), form_token=token)

    assert refused.value.facts["filing_no"] == first.filing_no
    assert Filing.objects.count() == 1


@pytest.mark.parametrize("typed", ["e1234567a", "E1234567A", "e 1234567a"])
def test_a_passport_is_one_persons_however_it_is_typed(world: World, typed: str) -> None:
    first = InsuredPerson(cert_type="08", cert_no="E1234567A", name="SMITH")
    filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(first))

    again = InsuredPerson(cert_type="08", cert_no=typed, name="SMITH")
    filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(again))

    assert list(InsuredPerson.objects.values_list("cert_no", flat=True)) == ["E1234567A"]
