"""变更: a successor takes the place of a filing in force; the place in another province stays six months."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError, DomainErrors, NotAllowed
from filings.filing.checks import changes_join, filings_do_not_overlap
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_draft_save,
    filing_lock_waive,
    filing_submit,
)
from filings.models import Filing
from tests.filings.making import enrol, make_draft, make_entry, make_in_force, make_person, stored
from tests.support.world import World

D = dt.date
LATER = dt.timedelta(days=200)  # past the six months


def to_yantai(filing: Filing, draft: Filing, world: World, at: dt.datetime) -> Filing:
    """The successor, filled in for 烟台 and submitted."""
    entry = make_entry(filing.person, city="370600", address="烟台市芝罘区6号", begins_on=at.date())
    filing_draft_save(by=world.clerk, at=at, entry=entry, filing=draft)
    return filing_submit(stored(draft), by=world.clerk, at=at)


def codes(error: DomainErrors) -> list[str]:
    return [reason.code for reason in error.errors]


def test_a_change_after_six_months_ends_the_old_one_the_day_before(world: World) -> None:
    old = make_in_force(world)
    at = world.now + LATER

    draft = filing_change_begin(old, by=world.clerk, at=at)
    assert (draft.state, draft.replaces, draft.address) == ("draft", old, "青岛市市南区香港中路7号")
    assert stored(old).state == "in_force"
    new = filing_approve(to_yantai(old, draft, world, at), by=world.reviewer, at=at)

    old = stored(old)
    assert (old.state, old.ends_on) == ("superseded", at.date() - dt.timedelta(days=1))
    assert (new.state, new.begins_on, new.ends_on) == ("in_force", at.date(), None)
    assert list(Filing.objects.in_force(at.date())) == [new]
    assert list(Filing.objects.in_force(at.date() - dt.timedelta(days=1))) == [old]


@pytest.mark.parametrize(
    ("begins_on", "refused"),
    [(D(2026, 11, 21), True), (D(2027, 5, 19), True), (D(2027, 5, 20), False), (D(2027, 6, 1), False)],
)
def test_a_place_in_another_province_stays_six_months(world: World, begins_on: D, refused: bool) -> None:
    """In force from 2026-11-20: the place may be changed from 2027-05-20 on."""
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, city="370600", begins_on=begins_on)
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)

    if not refused:
        assert filing_submit(stored(draft), by=world.clerk, at=world.now).state == "under_review"
        return
    with pytest.raises(DomainErrors) as told:
        filing_submit(stored(draft), by=world.clerk, at=world.now)
    assert codes(told.value) == ["locked"]
    assert told.value.errors[0].facts["other_no"] == old.filing_no
    assert stored(draft).state == "draft"


def test_a_place_within_the_province_is_not_locked(world: World) -> None:
    old = make_in_force(world, province="220000", city="220200")
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, province="220000", city="222400", address="延吉市公园路1号")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)

    assert filing_submit(stored(draft), by=world.clerk, at=world.now).state == "under_review"


def test_another_address_in_the_same_place_is_no_change_of_place(world: World) -> None:
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, address="青岛市崂山区新址8号")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)

    submitted = filing_submit(stored(draft), by=world.clerk, at=world.now)
    new = filing_approve(submitted, by=world.reviewer, at=world.now)

    assert new.state == "in_force"
    assert (stored(old).state, stored(old).ends_on, stored(old).never_valid) == ("superseded", None, True)


def test_a_supervisor_lets_go_early_with_a_reason(world: World) -> None:
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, city="370600", address="烟台市芝罘区6号")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)

    with pytest.raises(NotAllowed):
        filing_lock_waive(stored(draft), by=world.reviewer, at=world.now, reason="随子女迁居")
    with pytest.raises(DomainError, match="理由"):
        filing_lock_waive(stored(draft), by=world.supervisor, at=world.now, reason=" ")
    filing_lock_waive(stored(draft), by=world.supervisor, at=world.now, reason="随子女迁居")

    new = filing_approve(to_yantai(old, stored(draft), world, world.now), by=world.reviewer, at=world.now)
    assert (new.state, new.lock_waived_by, new.lock_waived_reason) == (
        "in_force",
        world.supervisor,
        "随子女迁居",
    )


def test_cancelling_and_filing_anew_elsewhere_is_a_change_too(world: World) -> None:
    old = make_in_force(world)
    at = world.now + dt.timedelta(days=3)
    filing_cancel(old, by=world.clerk, at=at, reason="搬走")
    anew = filing_draft_save(
        by=world.clerk, at=at, entry=make_entry(old.person, city="370600", begins_on=at.date())
    )

    with pytest.raises(DomainErrors) as refused:
        filing_submit(anew, by=world.clerk, at=at)

    assert codes(refused.value) == ["locked"]
    back = filing_draft_save(by=world.clerk, at=at, entry=make_entry(old.person, begins_on=at.date()))
    assert filing_submit(back, by=world.clerk, at=at).state == "under_review"


def test_a_temporary_filing_elsewhere_leaves_nothing(world: World) -> None:
    old = make_in_force(world)
    at = world.now + dt.timedelta(days=3)
    filing_cancel(old, by=world.clerk, at=at, reason="回来了")
    entry = make_entry(old.person, kind="temporary_other", city="370600", begins_on=at.date())

    away = filing_submit(filing_draft_save(by=world.clerk, at=at, entry=entry), by=world.clerk, at=at)

    assert away.state == "under_review"


def test_a_second_change_leads_to_the_first(world: World) -> None:
    old = make_in_force(world)
    first = filing_change_begin(old, by=world.clerk, at=world.now)

    with pytest.raises(DomainError) as refused:
        filing_change_begin(stored(old), by=world.clerk, at=world.now)

    assert (refused.value.code, refused.value.facts["other_no"]) == ("change_under_way", first.filing_no)
    assert old.successors.count() == 1


def test_nothing_changed_is_no_change(world: World) -> None:
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(old.person), filing=draft)

    with pytest.raises(DomainErrors) as refused:
        filing_submit(stored(draft), by=world.clerk, at=world.now)

    assert "nothing_changed" in codes(refused.value)


def test_what_is_no_longer_in_force_cannot_be_changed(world: World) -> None:
    person = make_person()
    enrol(person, world.changchun)
    waiting = make_draft(world, person)
    with pytest.raises(DomainError) as refused:
        filing_change_begin(waiting, by=world.clerk, at=world.now)
    assert refused.value.code == "not_in_force"

    old = make_in_force(world)
    at = world.now + LATER
    draft = filing_change_begin(old, by=world.clerk, at=at)
    submitted = to_yantai(old, draft, world, at)
    filing_cancel(stored(old), by=world.clerk, at=at, reason="去世")
    with pytest.raises(DomainErrors) as too_late:
        filing_approve(stored(submitted), by=world.reviewer, at=at)
    assert codes(too_late.value) == ["replaced_not_in_force"]
    assert stored(submitted).state == "under_review"


def test_a_change_called_off_before_it_begins_changes_nothing(world: World) -> None:
    """Approved on 2027-06-08 for 2027-07-01, cancelled on 2027-06-10: the old one goes on as it was."""
    old, at = make_in_force(world), world.now + LATER
    draft = filing_change_begin(old, by=world.clerk, at=at)
    entry = make_entry(old.person, city="370600", address="烟台市芝罘区6号", begins_on=D(2027, 7, 1))
    filing_draft_save(by=world.clerk, at=at, entry=entry, filing=draft)
    new = filing_approve(filing_submit(stored(draft), by=world.clerk, at=at), by=world.reviewer, at=at)
    assert (stored(old).state, stored(old).ends_on) == ("superseded", D(2027, 6, 30))

    filing_cancel(new, by=world.clerk, at=at + dt.timedelta(days=2), reason="不搬了")

    assert (stored(new).state, stored(new).never_valid) == ("cancelled", True)
    assert (stored(old).state, stored(old).ends_on) == ("in_force", None)
    assert list(Filing.objects.in_force(D(2027, 8, 1))) == [old]
    assert [found for check in (filings_do_not_overlap, changes_join) for found in check(None)] == []


def test_another_address_in_the_place_does_not_begin_the_lock_anew(world: World) -> None:
    """At 青岛 from 2026-11-20, new address there from 2027-05-01: the place may be left from 2027-05-20."""
    old = make_in_force(world)
    moved_at = dt.datetime.combine(D(2027, 5, 1), world.now.timetz())
    draft = filing_change_begin(old, by=world.clerk, at=moved_at)
    entry = make_entry(old.person, address="青岛市崂山区新址8号", begins_on=D(2027, 5, 1))
    filing_draft_save(by=world.clerk, at=moved_at, entry=entry, filing=draft)
    there = filing_approve(
        filing_submit(stored(draft), by=world.clerk, at=moved_at), by=world.reviewer, at=moved_at
    )

    at = dt.datetime.combine(D(2027, 5, 20), world.now.timetz())
    away = filing_change_begin(stored(there), by=world.clerk, at=at)

    assert to_yantai(there, away, world, at).state == "under_review"
