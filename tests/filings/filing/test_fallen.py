"""容缺逾期: a filing whose paper did not come: before it began, after a change, in lists and follow-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from filings.filing.entry import entry_of
from filings.filing.selectors import queue
from filings.filing.services import (
    filing_approve,
    filing_change_begin,
    filing_draft_save,
    filing_return,
    filing_submit,
)
from filings.filing.timekeeping import filings_record_time
from filings.followups.services import follow_ups_record_time
from filings.models import Filing, FollowUp
from tests.filings.making import make_entry, make_in_force, make_submitted, stored
from tests.support.world import World

D = dt.date
Login = Callable[[object], Client]
PAPERS = {"valid_identity_card": "original", "residence_permit": "deferred"}
WHOLE = {"valid_identity_card": "original", "residence_permit": "original"}
FALLEN, LAPSED = D(2026, 12, 7), D(2026, 12, 12)  # due on 2026-12-04, over after 2026-12-11


def at(world: World, on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, world.now.timetz())


def supplemented(filing: Filing, world: World, on: dt.date) -> Filing:
    """The missing paper came and is submitted."""
    entry = replace(entry_of(filing), materials=WHOLE)
    filing_draft_save(by=world.clerk, at=at(world, on), entry=entry, filing=filing)
    return filing_submit(stored(filing), by=world.clerk, at=at(world, on))


@pytest.mark.parametrize("recorded", [True, False])
def test_a_change_that_fell_is_supplemented_as_any_other(world: World, recorded: bool) -> None:
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, address="青岛市崂山区新址8号", materials=PAPERS)
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)
    filing_submit(stored(draft), by=world.clerk, at=world.now)
    new = filing_approve(stored(draft), by=world.reviewer, at=world.now)
    if recorded:
        filings_record_time(at=at(world, FALLEN))

    waiting = supplemented(stored(new), world, FALLEN)
    back = filing_approve(waiting, by=world.reviewer, at=at(world, FALLEN))

    assert (back.state, back.ends_on, stored(old).state) == ("in_force", None, "superseded")


def test_a_paper_due_before_the_begin_leaves_no_valid_day(world: World) -> None:
    filing = make_in_force(world, materials=PAPERS, begins_on=D(2027, 3, 1))

    filings_record_time(at=at(world, FALLEN))

    fallen = stored(filing)
    assert (fallen.state, fallen.ends_on, fallen.never_valid) == ("awaiting_supplement", None, True)
    assert not Filing.objects.in_force(D(2027, 3, 1)).exists()
    back = filing_approve(supplemented(fallen, world, FALLEN), by=world.reviewer, at=at(world, FALLEN))
    assert (back.begins_on, back.never_valid) == (D(2027, 3, 1), False)
    assert list(Filing.objects.in_force(D(2027, 3, 1))) == [back]


def test_what_it_owes_is_followed_until_it_is_over(world: World) -> None:
    filing = make_in_force(world, materials=PAPERS)
    row = FollowUp.objects.get()

    for _ in range(2):  # before and after the night
        assert FollowUp.objects.get().state_on(FALLEN) == "open"
        assert list(FollowUp.objects.overdue(FALLEN)) == [row]
        filings_record_time(at=at(world, FALLEN))
        follow_ups_record_time(at=at(world, FALLEN))
    supplemented(stored(filing), world, FALLEN)
    follow_ups_record_time(at=at(world, D(2026, 12, 8)))
    filing_approve(stored(filing), by=world.reviewer, at=at(world, FALLEN))

    row = FollowUp.objects.get()
    assert (row.state, row.received_papers) == ("kept", "residence_permit")


def test_what_it_owed_ends_when_it_lapsed(world: World) -> None:
    make_in_force(world, materials=PAPERS)

    assert FollowUp.objects.get().state_on(LAPSED) == "closed"
    assert not FollowUp.objects.waiting(LAPSED).exists()


def test_its_review_has_the_whole_time_again(world: World) -> None:
    filing = make_submitted(world, channel="web", materials=PAPERS)
    assert filing.deadline_on is not None
    last_day = at(world, filing.deadline_on)
    filing_return(filing, by=world.reviewer, at=last_day, reason="字迹不清")
    filing_submit(stored(filing), by=world.clerk, at=last_day)
    filing_approve(stored(filing), by=world.reviewer, at=last_day)

    filings_record_time(at=at(world, D(2026, 12, 9)))
    waiting = supplemented(stored(filing), world, D(2026, 12, 9))

    assert waiting.deadline_on == D(2026, 12, 11)


def test_a_temporary_one_is_not_listed_as_ending_soon(world: World) -> None:
    filing = make_in_force(world, materials=PAPERS)
    Filing.objects.filter(pk=filing.pk).update(ends_on=D(2026, 12, 20))

    assert list(queue("expiring", world.clerk, D(2026, 12, 4))) == [filing]
    assert list(queue("expiring", world.clerk, FALLEN)) == []


def test_its_page_says_what_did_not_come_before_the_night(world: World, as_user: Login) -> None:
    filing = make_in_force(world, materials=PAPERS)
    Filing.objects.filter(pk=filing.pk).update(proof_due_on=D(2026, 11, 18))

    page = as_user(world.clerk).get(reverse("filings:filing_detail", kwargs={"filing_no": filing.filing_no}))

    assert "容缺材料到 2026-11-18 没有补交" in page.content.decode()
    assert "退回" not in page.content.decode()
