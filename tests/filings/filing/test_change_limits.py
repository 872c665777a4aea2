"""变更: what a change may not do: longer days, another person, the lock gone round, a borrowed waiver."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from agency.errors import DomainError, DomainErrors, NotAllowed
from agency.journal.models import PrintedForm
from agency.models import StaffRole, User
from filings.filing.services import (
    filing_approve,
    filing_change_begin,
    filing_draft_save,
    filing_lock_waive,
    filing_submit,
)
from filings.filing.shown import state_label
from filings.filing.standing import standing_of_filing
from filings.models import Filing
from tests.filings.making import enrol, make_entry, make_in_force, make_person, stored
from tests.support.world import World

D = dt.date


def begun(world: World, old: Filing, **changes: object) -> Filing:
    """The draft of a change, with what it changes."""
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, **changes)
    return filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)


def effective(world: World, draft: Filing) -> Filing:
    submitted = filing_submit(stored(draft), by=world.clerk, at=world.now)
    return filing_approve(submitted, by=world.reviewer, at=world.now)


def test_a_change_is_of_the_same_person_and_of_the_counter(world: World) -> None:
    old = make_in_force(world, channel="web")
    other = make_person("王二")
    enrol(other, world.changchun)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    assert draft.channel == "counter"

    with pytest.raises(DomainError, match="不能换人") as refused:
        filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(other), filing=draft)

    assert refused.value.code == "person_fixed"
    assert stored(draft).person == old.person


def test_a_change_after_the_end_does_not_make_the_old_one_longer(world: World) -> None:
    old = make_in_force(world, kind="temporary_other")
    end = old.ends_on
    assert end is not None
    begins_on = end + dt.timedelta(days=30)

    new = effective(world, begun(world, old, kind="temporary_other", city="370600", begins_on=begins_on))

    assert (stored(old).state, stored(old).ends_on, new.begins_on) == ("superseded", end, begins_on)
    assert not Filing.objects.in_force(end + dt.timedelta(days=1)).exists()


def test_what_is_changed_from_a_later_day_on_says_until_when_it_is_valid(world: World) -> None:
    old = make_in_force(world)
    on = world.now.date()
    effective(world, begun(world, old, address="青岛市崂山区新址8号", begins_on=D(2027, 1, 10)))

    assert state_label(stored(old), on) == "已变更 · 有效至 2027-01-09"
    assert state_label(stored(old), D(2027, 1, 2)) == "已变更 · 有效至 01-09"
    assert state_label(stored(old), D(2027, 1, 10)) == "已变更"
    assert list(Filing.objects.in_force(on)) == [old]

    printed = PrintedForm(form_no="1", subject_kind="filing", subject_no=old.filing_no)
    with time_machine.travel(D(2027, 1, 9), tick=False):
        before = standing_of_filing(printed)
    with time_machine.travel(D(2027, 1, 10), tick=False):
        after = standing_of_filing(printed)
    assert (before.is_effective, after.is_effective) == (True, False)  # type: ignore[union-attr]


def test_becoming_temporary_does_not_open_the_lock(world: World) -> None:
    old = make_in_force(world)
    draft = begun(world, old, kind="temporary_other", city="370600")

    with pytest.raises(DomainErrors) as refused:
        filing_submit(stored(draft), by=world.clerk, at=world.now)

    assert [reason.code for reason in refused.value.errors] == ["locked"]


def test_a_waiver_is_for_the_place_that_the_supervisor_saw(world: World) -> None:
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    with pytest.raises(DomainError) as nothing:
        filing_lock_waive(draft, by=world.supervisor, at=world.now, reason="随子女迁居")
    entry = make_entry(old.person, city="370600")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=stored(draft))
    filing_lock_waive(stored(draft), by=world.supervisor, at=world.now, reason="随子女迁居")
    with pytest.raises(DomainError) as again:
        filing_lock_waive(stored(draft), by=world.supervisor, at=world.now, reason="别的理由")
    assert (nothing.value.code, again.value.code) == ("not_locked", "not_locked")
    assert stored(draft).lock_waived_reason == "随子女迁居"

    elsewhere = make_entry(old.person, city="370300")
    filing_draft_save(by=world.clerk, at=world.now, entry=elsewhere, filing=stored(draft))
    with pytest.raises(DomainErrors, match="不能变更就医地"):
        filing_submit(stored(draft), by=world.clerk, at=world.now)
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=stored(draft))
    assert filing_submit(stored(draft), by=world.clerk, at=world.now).state == "under_review"


def test_a_supervisor_who_saved_the_draft_does_not_waive_its_lock(world: World) -> None:
    StaffRole.objects.get_or_create(user=world.supervisor, role="intake")
    both = User.objects.get(pk=world.supervisor.pk)
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    filing_draft_save(by=both, at=world.now, entry=make_entry(old.person, city="370600"), filing=draft)

    with pytest.raises(NotAllowed):
        filing_lock_waive(stored(draft), by=both, at=world.now, reason="随子女迁居")
