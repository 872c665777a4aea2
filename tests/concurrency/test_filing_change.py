"""变更 at the same moment by several people: one successor, one effect, and never two filings in force."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_draft_save,
    filing_submit,
)
from filings.models import Filing
from tests.filings.making import enrol, make_draft, make_entry, make_in_force, make_person
from tests.support.together import all_at_once
from tests.support.world import World, make_world

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
    world = make_world()
    old = make_in_force(world)
    copies = [Filing.objects.get(pk=old.pk) for _ in range(5)]

    outcome = all_at_once([partial(filing_change_begin, one, by=world.clerk, at=world.now) for one in copies])

    assert outcome == {"done": 1, "change_under_way": 4}
    assert Filing.objects.filter(replaces=old).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_change_approved_while_the_old_one_is_cancelled_has_one_end(committed: None, attempt: int) -> None:
    world = make_world()
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
    world = make_world()
    person = make_person()
    enrol(person, world.changchun)
    drafts = [make_draft(world, person, kind="emergency") for _ in range(4)]

    outcome = all_at_once([partial(filing_submit, one, by=world.clerk, at=world.now) for one in drafts])

    assert outcome == {"done": 1, "several": 3}
    assert Filing.objects.filter(state="in_force").count() == 1
