"""Stays: written down once, corrected with before and after, guarded by the database."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from agency.errors import DomainError, DomainErrors, NotAllowed, SomeoneElseWasFirst
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import Institution, PoolingRegion
from agency.policy.models import Parameter
from filings.models import Filing, Stay
from filings.stays.checks import filing_is_of_the_person
from filings.stays.selectors import verdict_of
from filings.stays.services import AlreadyRecorded, stay_change, stay_record
from tests.filings.making import enrol, make_in_force, make_person
from tests.filings.staying import make_late_stay, make_stay, stay_entry
from tests.support.world import World


def test_a_stay_is_written_down_once_with_its_number(world: World) -> None:
    person, token = make_person(), uuid.uuid4()
    enrol(person, world.changchun)

    stay = stay_record(by=world.clerk, at=world.now, person=person, entry=stay_entry(), form_token=token)
    with pytest.raises(AlreadyRecorded):
        stay_record(by=world.clerk, at=world.now, person=person, entry=stay_entry(), form_token=token)
    with pytest.raises(DomainError, match="已登记为 S2026110001"):
        stay_record(by=world.clerk, at=world.now, person=person, entry=stay_entry())

    assert (stay.stay_no, stay.insured_region) == ("S2026110001", world.changchun)
    assert Stay.objects.count() == AuditEntry.objects.filter(action="stay_recorded").count() == 1


def test_another_regions_record_of_the_stay_is_not_named(world: World) -> None:
    stay = make_stay(world)
    enrol(stay.person, world.yanbian)

    with pytest.raises(DomainError) as refused:
        stay_record(by=world.yanbian_clerk, at=world.now, person=stay.person, entry=stay_entry())

    assert refused.value.code == "stay_known_elsewhere"
    assert stay.stay_no not in refused.value.message


def test_what_is_wrong_is_told_all_at_once_and_nothing_changes(world: World) -> None:
    stranger = make_in_force(world)

    with pytest.raises(DomainErrors) as refused:
        make_stay(world, admitted_on=dt.date(2026, 11, 21), filing=stranger, admission_no="")
    with pytest.raises(NotAllowed):
        stay_record(by=world.reviewer, at=world.now, person=stranger.person, entry=stay_entry())

    assert [error.code for error in refused.value.errors] == [
        "date_ahead", "admission_no_missing", "filing_of_another",
    ]  # fmt: skip
    assert not Stay.objects.exists()


def test_a_correction_is_logged_with_before_and_after(world: World) -> None:
    stay = make_stay(world)
    entry = stay_entry(settled_on=dt.date(2026, 11, 18), department="神经外科")

    stay_change(stay, by=world.clerk, at=world.now, entry=entry, version=1)
    stay_change(stay, by=world.clerk, at=world.now, entry=entry, version=2)
    with pytest.raises(SomeoneElseWasFirst):
        stay_change(stay, by=world.clerk, at=world.now, entry=stay_entry(), version=1)

    changed = AuditEntry.objects.get(action="stay_changed").detail["changed"]
    assert changed == ["department: 骨科 → 神经外科", "settled_on: 空 → 2026-11-18"]
    assert Stay.objects.get().version == 2


def test_the_verdict_comes_from_the_filing_and_the_dated_parameter(world: World) -> None:
    filing = make_in_force(world, begins_on=dt.date(2026, 11, 1))
    stay = make_late_stay(world, filing)
    late = verdict_of(stay, world.today)
    stay.settled_on = dt.date(2026, 11, 20)
    same_day = verdict_of(stay, world.today)
    Parameter.objects.filter(key="filing.late_filing_until").update(value="admission", source="[S4]")

    assert (late.is_manual, late.source, late.filed_on) == (True, "[S2]", world.today)
    assert not same_day.is_manual
    assert (verdict_of(stay, world.today).is_manual, verdict_of(stay, world.today).source) == (True, "[S4]")


def test_a_filing_for_another_place_or_without_its_promised_paper_does_not_settle_the_stay(
    world: World,
) -> None:
    filing = make_in_force(world, begins_on=dt.date(2026, 11, 1))
    settled = dt.date(2026, 11, 20)
    here = make_late_stay(world, filing, settled_on=settled)
    yantai = Institution.objects.create(
        code="H37060200901", name="烟台某院", region=PoolingRegion.objects.get(code="370000")
    )
    elsewhere = make_late_stay(world, filing, settled_on=settled, institution=yantai)
    assert not verdict_of(here, world.today).is_manual
    told = verdict_of(elsewhere, world.today)
    assert told.is_manual and "就医地不含这家医疗机构" in told.sentence

    due = dt.date(2026, 11, 9)  # the day before the admission, not recorded by the nightly command yet
    Filing.objects.filter(pk=filing.pk).update(proof_due_on=due, proof_lapses_on=due)
    here.filing.refresh_from_db()  # type: ignore[union-attr]
    assert "有效期不含这次就医" in verdict_of(here, world.today).sentence


@pytest.mark.parametrize(("settled", "manual"), [(5, False), (12, True), (25, False)])
def test_a_filing_that_stopped_for_a_promised_paper_was_in_force_before_that_too(
    world: World, settled: int, manual: bool
) -> None:
    filing = make_in_force(world)
    days = {number: world.now + dt.timedelta(days=number) for number in (10, 20)}
    about = {"subject_kind": "filing", "subject_no": filing.filing_no, "by": world.system}
    waits, runs = "awaiting_supplement", "in_force"
    StateChange.objects.create(from_state=runs, to_state=waits, at=days[10], **about)
    StateChange.objects.create(from_state="under_review", to_state=runs, at=days[20], **about)
    Filing.objects.filter(pk=filing.pk).update(effective_at=days[20])
    filing.refresh_from_db()
    stay = make_stay(world, filing.person, filing=filing)
    stay.admitted_on = world.today
    stay.settled_on = world.today + dt.timedelta(days=settled)

    assert verdict_of(stay, world.today + dt.timedelta(days=30)).is_manual is manual


@pytest.mark.parametrize(
    "change",
    [{"admission_no": ""}, {"discharged_on": "2026-11-09"}, {"settled_on": "2026-11-09"}],
)
def test_the_database_refuses_what_python_missed(world: World, change: dict[str, str]) -> None:
    make_stay(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        Stay.objects.update(**change)


def test_the_database_takes_an_admission_once(world: World) -> None:
    stay = make_stay(world)
    make_stay(world, stay.person, admission_no="ZY0002")

    with pytest.raises(IntegrityError), transaction.atomic():
        Stay.objects.update(admission_no="ZY0003")


def test_the_books_find_a_stay_on_somebody_elses_filing(world: World) -> None:
    make_stay(world)
    assert list(filing_is_of_the_person(None)) == []

    Stay.objects.update(filing=make_in_force(world))

    assert [broken.subject for broken in filing_is_of_the_person(None)] == ["S2026110001"]
