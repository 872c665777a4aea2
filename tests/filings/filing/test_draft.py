"""Drafts and submission: what is kept, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from agency.errors import DomainError, DomainErrors, NotAllowed, SomeoneElseWasFirst
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import RegionPair
from agency.policy.models import Parameter
from filings.filing.services import AlreadySaved, filing_draft_save, filing_submit
from filings.models import Enrolment, Filing, InsuredPerson, KindTerms, MaterialRule
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


def codes(error: DomainError) -> list[str]:
    return [reason.code for reason in (error.errors if isinstance(error, DomainErrors) else [error])]


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


def test_a_whole_filing_waits_for_review_the_same_day(world: World) -> None:
    filing = make_submitted(world)

    after = stored(filing)
    assert (after.state, after.deadline_on) == ("under_review", dt.date(2026, 11, 20))
    assert (after.category, after.ends_on) == ("retired", None)


def test_what_came_through_a_platform_is_reviewed_within_two_working_days(world: World) -> None:
    filing = make_submitted(world, channel="app")  # a Friday

    assert stored(filing).deadline_on == dt.date(2026, 11, 24)


def test_all_reasons_come_at_once_and_the_draft_stays(world: World) -> None:
    filing = make_draft(world, address="", phone="", materials={}, city="")

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert [(reason.code, reason.field) for reason in refused.value.errors] == [
        ("phone_missing", "phone"),
        ("city_missing", "city"),
        ("address_missing", "address"),
        ("material_missing", "material_1"),
        ("material_missing", "material_2"),
    ]
    assert stored(filing).state == "draft"
    assert StateChange.objects.filter(subject_no=filing.filing_no).count() == 1


@pytest.mark.parametrize(
    ("enrolment", "code"),
    [
        ({"status": "suspended"}, "insurance_not_in_force"),
        ({"status": "ended"}, "insurance_not_in_force"),
        ({"begins_on": dt.date(2027, 1, 1)}, "insurance_not_in_force"),
        ({"ends_on": dt.date(2026, 11, 19)}, "insurance_not_in_force"),
        ({"insurance_type": "resident"}, "not_enrolled"),
    ],
)
def test_insurance_must_be_in_force_in_the_region_today(
    world: World, enrolment: dict[str, object], code: str
) -> None:
    person = make_person()
    enrol(person, world.changchun, **enrolment)
    filing = make_draft(world, person)

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert codes(refused.value) == [code]
    assert stored(filing).state == "draft"


def test_insurance_that_moved_to_another_region_does_not_serve(world: World) -> None:
    person = make_person()
    enrolment = enrol(person, world.changchun)
    filing = make_draft(world, person)
    Enrolment.objects.filter(pk=enrolment.pk).update(region=world.jilin)

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert codes(refused.value) == ["not_enrolled"]


@pytest.mark.parametrize("name", ["周桂兰", "猜的名字"])
def test_a_person_of_another_region_is_refused_alike_whatever_name_is_tried(world: World, name: str) -> None:
    person = make_person()
    enrol(person, world.jilin)

    with pytest.raises(DomainError) as refused:
        filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(person, name=name))

    assert (refused.value.code, refused.value.field) == ("person_elsewhere", "cert_no")
    assert "省级经办机构" in refused.value.message
    assert not Filing.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"province": "220000", "city": "220100"}, "place_is_insured_region"),
        ({"kind": "retired_relocation"}, "not_retired"),
        ({"begins_on": dt.date(2062, 11, 20)}, "begin_far_away"),
        ({"begins_on": dt.date(9999, 12, 31)}, "begin_far_away"),
        ({"begins_on": dt.date(2026, 1, 1), "kind": "temporary_other"}, "over_already"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused(world: World, changes: dict[str, object], code: str) -> None:
    person = make_person()
    enrol(person, world.changchun, category="working")
    papers = {"valid_identity_card": "original", "residence_permit": "original", "maternal_handbook": "copy"}
    filing = make_draft(world, person, materials=papers, **changes)

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert codes(refused.value) == [code]
    assert stored(filing).state == "draft"


def test_a_pair_that_is_set_as_not_cross_region_needs_no_filing(world: World) -> None:
    person = make_person()
    enrol(person, world.changchun)
    RegionPair.objects.create(region_a=world.changchun, region_b=world.jilin, is_cross_region=False)
    filing = make_draft(world, person, province="220000", city="220200")

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert codes(refused.value) == ["not_cross_region"]


@pytest.mark.parametrize("kind", ["retired_relocation", "long_term_residence", "long_term_work"])
def test_every_long_term_kind_is_served_by_one_page(world: World, kind: str) -> None:
    assert stored(make_submitted(world, kind=kind)).state == "under_review"


def test_a_temporary_filing_gets_its_last_day(world: World) -> None:
    filing = make_submitted(
        world, kind="temporary_other", address="", materials={"social_security_card": "original"}
    )

    assert stored(filing).ends_on == dt.date(2027, 5, 19)


def test_a_municipality_needs_no_city(world: World) -> None:
    filing = make_submitted(world, province="110000", city="")

    assert (stored(filing).care_area_code, stored(filing).care_place_name) == ("110000", "北京市")


def test_an_overlapping_filing_is_refused_with_the_others_number(world: World) -> None:
    first = make_in_force(world)
    second = make_draft(world, first.person)

    with pytest.raises(DomainErrors) as refused:
        filing_submit(second, by=world.clerk, at=world.now)

    assert codes(refused.value) == ["overlapping"]
    assert first.filing_no in refused.value.message
    assert stored(second).state == "draft"


@pytest.mark.parametrize("changes", [{"city": "370600"}, {"kind": "long_term_work"}])
def test_another_place_or_kind_does_not_overlap(world: World, changes: dict[str, object]) -> None:
    first = make_in_force(world)

    assert stored(make_submitted(world, first.person, **changes)).state == "under_review"


def test_a_kind_without_review_takes_effect_at_once(world: World) -> None:
    KindTerms.objects.filter(kind="temporary_other").update(needs_review=False)

    filing = make_submitted(world, kind="temporary_other")

    after = stored(filing)
    assert (after.state, after.reviewed_by, after.effective_at) == ("in_force", None, world.now)


def test_a_channel_without_review_takes_effect_at_once(world: World) -> None:
    Parameter.objects.create(
        key="filing.review_required.counter", region=world.changchun, value="false", value_type="bool",
        label="窗口受理的备案须经复核",
    )  # fmt: skip

    assert stored(make_submitted(world)).state == "in_force"


def test_a_draft_past_its_deadline_is_neither_saved_nor_submitted(world: World) -> None:
    filing = make_draft(world)
    late = world.now + dt.timedelta(days=95)  # Tuesday 2027-02-23, the day after the deadline

    with pytest.raises(DomainError) as unsaved:
        filing_draft_save(by=world.clerk, at=late, entry=make_entry(filing.person), filing=filing)
    with pytest.raises(DomainError) as unsubmitted:
        filing_submit(filing, by=world.clerk, at=late)

    assert (unsaved.value.code, unsubmitted.value.code) == ("lapsed", "lapsed")
    assert (stored(filing).state, stored(filing).version) == ("draft", 1)


def test_how_far_back_a_begin_may_lie_is_a_parameter(world: World) -> None:
    Parameter.objects.filter(key="filing.backdate_days").update(value="10")
    filing = make_draft(world, begins_on=dt.date(2026, 11, 9))

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert codes(refused.value) == ["begin_far_away"]
    assert "最多可提前 10 天" in refused.value.message
    assert stored(filing).state == "draft"


def test_what_was_judged_is_what_is_submitted(world: World) -> None:
    filing = make_draft(world)
    seen = stored(filing)
    entry = make_entry(filing.person, kind="temporary_other", phone="")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=stored(filing))

    with pytest.raises(SomeoneElseWasFirst):
        filing_submit(seen, by=world.clerk, at=world.now)

    assert (stored(filing).state, stored(filing).kind) == ("draft", "temporary_other")


def test_a_submission_is_a_new_version_and_keeps_its_first_moment(world: World) -> None:
    filing = make_submitted(world)

    assert (stored(filing).version, stored(filing).submitted_at) == (2, world.now)


def test_a_renewal_begins_when_the_former_ends(world: World) -> None:
    first = make_in_force(world, kind="temporary_other", begins_on=dt.date(2026, 6, 1))  # until 30 November

    early = make_draft(world, first.person, kind="temporary_other", begins_on=dt.date(2026, 11, 30))
    with pytest.raises(DomainErrors) as refused:
        filing_submit(early, by=world.clerk, at=world.now)
    renewal = make_in_force(world, first.person, kind="temporary_other", begins_on=dt.date(2026, 12, 1))

    assert codes(refused.value) == ["overlapping"]
    assert [stored(row).state for row in (first, renewal)] == ["in_force", "in_force"]
    assert check_all(None).broken == []


def test_a_kind_without_any_material_rule_is_not_submitted(world: World) -> None:
    MaterialRule.objects.filter(filing_kind="long_term_residence").update(valid_to=dt.date(2026, 10, 31))
    filing = make_draft(world, materials={})

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert codes(refused.value) == ["material_rules_missing"]
    assert stored(filing).state == "draft"


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
