"""Submission: what waits for review, what takes effect at once, what is refused with all its reasons."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError, DomainErrors, SomeoneElseWasFirst
from agency.journal.books import check_all
from agency.journal.models import StateChange
from agency.organisation.models import RegionPair
from agency.policy.models import Parameter
from filings.filing.services import filing_draft_save, filing_submit
from filings.models import Enrolment, KindTerms, MaterialRule
from tests.filings.making import (
    enrol,
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
