"""Review and cancellation: by a second person, judged once more, and nothing half done."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError, DomainErrors, NotAllowed, SomeoneElseWasFirst
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import StaffRole
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_decline,
    filing_draft_save,
    filing_return,
    filing_submit,
)
from filings.filing.timekeeping import filings_record_time
from filings.models import Enrolment, Filing
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

DAY = dt.timedelta(days=1)


def test_a_second_person_puts_it_in_force(world: World) -> None:
    filing = make_submitted(world)

    filing_approve(filing, by=world.reviewer, at=world.now)

    after = stored(filing)
    assert (after.state, after.reviewed_by, after.reviewed_at) == ("in_force", world.reviewer, world.now)
    assert (after.effective_at, after.deadline_on) == (world.now, None)
    steps = StateChange.objects.filter(subject_no=filing.filing_no).values_list("to_state", flat=True)
    assert list(steps) == ["draft", "under_review", "in_force"]
    assert AuditEntry.objects.filter(action="filing_in_force", subject_no=filing.filing_no).count() == 1


def test_who_entered_it_never_approves_it(world: World) -> None:
    StaffRole.objects.create(user=world.clerk, role="review")
    world.clerk.__dict__.pop("_roles", None)
    filing = make_submitted(world)

    for act in (filing_approve, filing_return, filing_decline):
        with pytest.raises(NotAllowed):
            act(filing, by=world.clerk, at=world.now, **({} if act is filing_approve else {"reason": "x"}))

    assert stored(filing).state == "under_review"


def test_who_changed_a_colleagues_draft_does_not_approve_it_either(world: World) -> None:
    StaffRole.objects.create(user=world.reviewer, role="intake")
    world.reviewer.__dict__.pop("_roles", None)
    filing = make_draft(world)
    filing_draft_save(by=world.reviewer, at=world.now, entry=make_entry(filing.person), filing=filing)
    filing_submit(filing, by=world.clerk, at=world.now)

    with pytest.raises(NotAllowed):
        filing_approve(filing, by=world.reviewer, at=world.now)

    assert stored(filing).state == "under_review"


@pytest.mark.parametrize("who", ["yanbian_reviewer", "supervisor", "auditor", "prov_supervisor"])
def test_nobody_else_approves(world: World, who: str) -> None:
    filing = make_submitted(world)

    with pytest.raises(NotAllowed):
        filing_approve(filing, by=getattr(world, who), at=world.now)

    assert stored(filing).state == "under_review"


def test_only_what_was_submitted_is_approved(world: World) -> None:
    filing = make_draft(world)

    with pytest.raises(NotAllowed):
        filing_approve(filing, by=world.reviewer, at=world.now)

    assert stored(filing).state == "draft"


def test_of_two_overlapping_filings_the_second_is_refused_with_the_firsts_number(world: World) -> None:
    first = make_submitted(world)
    second = make_submitted(world, first.person)
    filing_approve(first, by=world.reviewer, at=world.now)

    with pytest.raises(DomainErrors) as refused:
        filing_approve(second, by=world.reviewer, at=world.now)

    assert [reason.facts["other_no"] for reason in refused.value.errors] == [first.filing_no]
    after = stored(second)
    assert (after.state, after.reviewed_by, after.effective_at) == ("under_review", None, None)


def test_a_reviewer_approves_what_they_saw_and_nothing_later(world: World) -> None:
    filing = make_submitted(world)
    seen = stored(filing)
    filing_return(stored(filing), by=world.reviewer, at=world.now, reason="地址不全")
    mended = stored(filing)
    filing_draft_save(
        by=world.clerk, at=world.now, entry=make_entry(filing.person, address="别处"), filing=mended
    )
    filing_submit(stored(filing), by=world.clerk, at=world.now)

    for act in (filing_approve, filing_return, filing_decline):
        reason = {} if act is filing_approve else {"reason": "x"}
        with pytest.raises(SomeoneElseWasFirst):
            act(stored(filing), by=world.reviewer, at=world.now, version=seen.version, **reason)
        with pytest.raises(SomeoneElseWasFirst):
            act(stored(seen), by=world.reviewer, at=world.now, version=2, **reason)

    assert (stored(filing).state, stored(filing).version) == ("under_review", 4)


def test_one_whose_time_is_over_does_not_stand_in_the_way(world: World) -> None:
    first = make_in_force(world, kind="temporary_other")
    later = dt.datetime(2027, 5, 20, 9, 0, tzinfo=world.now.tzinfo)
    entry = make_entry(first.person, kind="temporary_other", begins_on=later.date())
    second = filing_draft_save(by=world.clerk, at=later, entry=entry)
    filing_submit(second, by=world.clerk, at=later)

    filing_approve(second, by=world.reviewer, at=later)

    assert stored(first).state == "expired"
    assert stored(second).state == "in_force"


def test_insurance_that_ended_meanwhile_stops_the_approval(world: World) -> None:
    filing = make_submitted(world)
    Enrolment.objects.update(status="ended")

    with pytest.raises(DomainErrors) as refused:
        filing_approve(filing, by=world.reviewer, at=world.now)

    assert refused.value.errors[0].code == "insurance_not_in_force"
    assert stored(filing).state == "under_review"


def test_materials_that_are_gone_stop_the_approval(world: World) -> None:
    filing = make_submitted(world)
    filing.materials.all().delete()

    with pytest.raises(DomainErrors) as refused:
        filing_approve(filing, by=world.reviewer, at=world.now)

    assert [reason.code for reason in refused.value.errors] == ["material_missing", "material_missing"]
    assert stored(filing).state == "under_review"


def test_a_return_sets_a_deadline_in_working_days(world: World) -> None:
    filing = make_submitted(world)  # Friday

    filing_return(filing, by=world.reviewer, at=world.now, reason="缺居住证原件")

    after = stored(filing)
    assert (after.state, after.deadline_on) == ("awaiting_supplement", dt.date(2026, 11, 27))
    assert StateChange.objects.filter(subject_no=filing.filing_no).last().reason == "缺居住证原件"


@pytest.mark.parametrize("act", [filing_return, filing_decline])
def test_a_return_and_a_refusal_need_a_reason(world: World, act: object) -> None:
    filing = make_submitted(world)

    with pytest.raises(DomainError) as refused:
        act(filing, by=world.reviewer, at=world.now, reason="  ")  # type: ignore[operator]

    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    assert stored(filing).state == "under_review"


def test_what_was_returned_is_mended_and_comes_back(world: World) -> None:
    filing = make_submitted(world)
    filing_return(filing, by=world.reviewer, at=world.now, reason="地址不全")

    entry = make_entry(filing.person, address="青岛市市南区香港中路7号2单元")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=filing)
    filing_submit(filing, by=world.clerk, at=world.now)
    filing_approve(filing, by=world.reviewer, at=world.now)

    assert (stored(filing).state, stored(filing).address) == ("in_force", "青岛市市南区香港中路7号2单元")


def test_what_was_returned_does_not_lose_its_kind_or_change_its_person(world: World) -> None:
    filing = make_submitted(world)
    filing_return(filing, by=world.reviewer, at=world.now, reason="地址不全")
    other = make_person("另一个人")

    with pytest.raises(DomainErrors) as lost:
        filing_draft_save(
            by=world.clerk, at=world.now, entry=make_entry(filing.person, kind=""), filing=filing
        )
    with pytest.raises(DomainError) as changed:
        filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(other), filing=filing)

    assert [reason.field for reason in lost.value.errors] == ["kind"]
    assert changed.value.code == "person_fixed"
    assert (stored(filing).kind, stored(filing).version) == ("long_term_residence", 2)


def test_a_refused_filing_ends_with_its_reason(world: World) -> None:
    filing = make_submitted(world)

    filing_decline(filing, by=world.reviewer, at=world.now, reason="本人仍在长春上班")

    assert stored(filing).state == "declined"
    assert StateChange.objects.filter(subject_no=filing.filing_no).last().reason == "本人仍在长春上班"


def test_cancelling_ends_a_filing_from_that_day_and_keeps_the_days_before(world: World) -> None:
    filing = make_in_force(world)

    filing_cancel(filing, by=world.clerk, at=world.now + 10 * DAY, reason="已返回长春")

    assert (stored(filing).state, stored(filing).ends_on) == ("cancelled", dt.date(2026, 11, 29))
    assert filing in Filing.objects.in_force(dt.date(2026, 11, 29))
    assert filing not in Filing.objects.in_force(dt.date(2026, 11, 30))


@pytest.mark.parametrize("begins_on", [dt.date(2026, 11, 20), dt.date(2026, 12, 15)])
def test_one_cancelled_before_a_day_passed_has_no_valid_day(world: World, begins_on: dt.date) -> None:
    filing = make_in_force(world, begins_on=begins_on)

    filing_cancel(filing, by=world.clerk, at=world.now, reason="写错了")

    after = stored(filing)
    assert (after.state, after.ends_on, after.never_valid) == ("cancelled", None, True)
    for day in (begins_on, begins_on + 10 * DAY):
        assert not Filing.objects.in_force(day).exists()
    assert make_in_force(world, filing.person, begins_on=begins_on).state == "in_force"
    assert check_all(None).broken == []


def test_the_days_that_a_cancelled_filing_lived_stay_taken(world: World) -> None:
    first = make_in_force(world, begins_on=dt.date(2026, 10, 1))
    filing_cancel(first, by=world.clerk, at=world.now, reason="已返回")  # valid until 19 November
    again = make_draft(world, first.person, begins_on=dt.date(2026, 11, 19))

    with pytest.raises(DomainErrors) as refused:
        filing_submit(again, by=world.clerk, at=world.now)

    assert [reason.facts["other_no"] for reason in refused.value.errors] == [first.filing_no]
    assert make_in_force(world, first.person, begins_on=dt.date(2026, 11, 20)).state == "in_force"


def test_a_correction_of_what_was_returned_is_always_saved(world: World) -> None:
    filing = make_submitted(world)
    filing_return(filing, by=world.reviewer, at=world.now, reason="地址不全")
    Enrolment.objects.update(status="suspended")
    correction = make_entry(filing.person, address="新地址")

    filing_draft_save(by=world.clerk, at=world.now, entry=correction, filing=filing)
    Enrolment.objects.all().delete()
    filing_draft_save(by=world.clerk, at=world.now, entry=correction, filing=filing)

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)
    assert [reason.code for reason in refused.value.errors] == ["not_enrolled"]
    assert (stored(filing).address, stored(filing).category) == ("新地址", "retired")


def test_a_cancelled_draft_was_never_in_force(world: World) -> None:
    filing = make_draft(world)

    filing_cancel(filing, by=world.clerk, at=world.now, reason="不办了")

    assert stored(filing).state == "cancelled"
    assert not Filing.objects.in_force(dt.date(2026, 11, 20)).exists()


@pytest.mark.parametrize(("who", "reason"), [("reviewer", "x"), ("yanbian_clerk", "x"), ("clerk", " ")])
def test_a_cancellation_needs_its_clerk_and_a_reason(world: World, who: str, reason: str) -> None:
    filing = make_in_force(world)

    with pytest.raises(DomainError):
        filing_cancel(filing, by=getattr(world, who), at=world.now, reason=reason)

    assert (stored(filing).state, stored(filing).ends_on) == ("in_force", None)


def test_what_time_has_ended_is_not_cancelled(world: World) -> None:
    filing = make_in_force(world, kind="temporary_other")

    with pytest.raises(DomainError) as refused:
        filing_cancel(filing, by=world.clerk, at=world.now + 200 * DAY, reason="不办了")

    assert refused.value.code == "already_over"
    assert stored(filing).state == "in_force"


def test_a_filing_expires_and_a_draft_lapses_by_the_calendar_before_anybody_records_it(world: World) -> None:
    temporary = make_in_force(world, kind="temporary_other")
    draft = make_draft(world)
    enrol(make_person(), world.jilin)

    assert temporary.state_on(dt.date(2027, 5, 19)) == "in_force"
    assert temporary.state_on(dt.date(2027, 5, 20)) == "expired"
    assert draft.state_on(dt.date(2027, 2, 22)) == "draft"
    assert draft.state_on(dt.date(2027, 2, 23)) == "lapsed"
    assert temporary not in Filing.objects.in_force(dt.date(2027, 5, 20))
    for state, day in (("in_force", "2027-05-19"), ("expired", "2027-05-20")):
        assert temporary in Filing.objects.in_state(state, dt.date.fromisoformat(day))


def test_the_nightly_command_records_what_time_has_ended_once(world: World) -> None:
    temporary = make_in_force(world, kind="temporary_other")
    draft, lasting = make_draft(world), make_in_force(world)
    late = world.now + 200 * DAY

    first, again = filings_record_time(at=late), filings_record_time(at=late)

    assert (first.expired, first.lapsed) == (1, 1)
    assert (again.expired, again.lapsed) == (0, 0)
    assert [stored(row).state for row in (temporary, draft, lasting)] == ["expired", "lapsed", "in_force"]
    assert AuditEntry.objects.filter(action="time_recorded").count() == 1
    assert StateChange.objects.filter(subject_no=temporary.filing_no).last().by == world.system
