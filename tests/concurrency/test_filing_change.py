"""变更 at the same moment by several people: one successor, one effect, and never two filings in force."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from agency.journal.books import check_all
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_draft_save,
    filing_lock_waive,
    filing_submit,
)
from filings.filing.timekeeping import filings_record_time
from filings.followups.services import (
    follow_up_receive,
    follow_up_untrue,
    follow_up_verify,
    follow_ups_record_time,
)
from filings.models import DishonestyMark, Filing, FollowUp
from tests.filings.making import enrol, make_draft, make_entry, make_in_force, make_person
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = pytest.mark.postgresql
LATER = dt.timedelta(days=200)


def waiting_change(world: World) -> tuple[Filing, Filing]:
    """A filing in force, and its successor for 烟台 that waits for review half a year later."""
    old, at = make_in_force(world), world.now + LATER
    draft = filing_change_begin(old, by=world.clerk, at=at)
    entry = make_entry(old.person, city="370600", begins_on=at.date())
    filing_draft_save(by=world.clerk, at=at, entry=entry, filing=draft)
    return old, filing_submit(Filing.objects.get(pk=draft.pk), by=world.clerk, at=at)


def test_two_counters_that_begin_a_change_make_one_draft(committed: None) -> None:
    world = the_world()
    old = make_in_force(world)
    copies = [Filing.objects.get(pk=old.pk) for _ in range(5)]

    outcome = all_at_once([partial(filing_change_begin, one, by=world.clerk, at=world.now) for one in copies])

    assert outcome == {"done": 1, "change_under_way": 4}
    assert Filing.objects.filter(replaces=old).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_change_approved_while_the_old_one_is_cancelled_has_one_end(committed: None, attempt: int) -> None:
    world = the_world()
    old, new = waiting_change(world)
    at = world.now + LATER

    outcome = all_at_once(
        [
            partial(filing_approve, new, by=world.reviewer, at=at),
            partial(filing_cancel, old, by=world.clerk, at=at, reason="搬走"),
        ]
    )

    assert outcome["done"] == 1
    states = {row.pk: row.state for row in Filing.objects.all()}
    assert (states[old.pk], states[new.pk]) in {("superseded", "in_force"), ("cancelled", "under_review")}
    assert Filing.objects.in_force(at.date()).count() == (states[new.pk] == "in_force")


def test_the_deemed_filed_take_effect_once_however_many_counters_enter_them(committed: None) -> None:
    """An emergency needs no review: submission itself puts it in force."""
    world = the_world()
    person = make_person()
    enrol(person, world.changchun)
    drafts = [make_draft(world, person, kind="emergency") for _ in range(4)]

    outcome = all_at_once([partial(filing_submit, one, by=world.clerk, at=world.now) for one in drafts])

    assert outcome == {"done": 1, "several": 3}
    assert Filing.objects.filter(state="in_force").count() == 1


def test_two_supervisors_who_let_go_at_once_leave_one_reason(committed: None) -> None:
    world = the_world()
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, city="370600")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)
    copies = [Filing.objects.get(pk=draft.pk) for _ in range(2)]

    outcome = all_at_once(
        [
            partial(filing_lock_waive, one, by=world.supervisor, at=world.now, reason=f"理由{number}")
            for number, one in enumerate(copies)
        ]
    )

    assert outcome == {"done": 1, "not_locked": 1}


@pytest.mark.parametrize("attempt", range(2))
def test_a_paper_that_comes_while_the_night_records_is_taken_or_refused(
    committed: None, attempt: int
) -> None:
    world = the_world()
    papers = {"valid_identity_card": "original", "residence_permit": "deferred"}
    filing = make_in_force(world, materials=papers)
    at = world.now + dt.timedelta(days=17)  # past the day on which it was due
    row = FollowUp.objects.get()

    outcome = all_at_once(
        [
            partial(follow_up_receive, row, papers="residence_permit", how="copy", by=world.clerk, at=at),
            partial(filings_record_time, at=at),
            partial(follow_ups_record_time, at=at),
        ]
    )

    assert outcome["done"] == 2
    assert set(outcome) - {"done"} <= {"not_in_force", "someone_else_was_first"}
    filings_record_time(at=at)
    assert Filing.objects.get(pk=filing.pk).state == "awaiting_supplement"
    assert FollowUp.objects.get().state == "open"


@pytest.mark.parametrize("attempt", range(3))
def test_a_promise_found_untrue_while_its_change_is_approved_has_one_outcome(
    committed: None, attempt: int
) -> None:
    world = the_world()
    promise = {"valid_identity_card": "original", "commitment_letter": "original"}
    old = make_in_force(world, materials=promise)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, address="青岛市崂山区新址8号", materials=promise)
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)
    new = filing_submit(Filing.objects.get(pk=draft.pk), by=world.clerk, at=world.now)
    row = FollowUp.objects.get()

    outcome = all_at_once(
        [
            partial(filing_approve, new, by=world.reviewer, at=world.now),
            partial(follow_up_untrue, row, by=world.reviewer, at=world.now, reason="查无此址"),
            partial(follow_up_verify, row, by=world.reviewer, at=world.now),
        ]
    )

    assert outcome["done"] >= 1
    states = tuple(Filing.objects.order_by("pk").values_list("state", flat=True))
    assert states in {("superseded", "in_force"), ("cancelled", "under_review")}
    assert DishonestyMark.objects.count() == (states[0] == "cancelled")
    assert check_all(None).broken == []
