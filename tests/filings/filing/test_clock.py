"""办理期限: the working days of a review, which stand still while the person must act (domain 2.3, 2.4)."""

from __future__ import annotations

import datetime as dt

from agency.policy.models import Parameter
from filings.filing.services import filing_draft_save, filing_return, filing_submit
from filings.models import Filing
from tests.filings.making import enrol, make_entry, make_person, stored
from tests.support.world import NOON, World

D = dt.date


def on(day: D) -> dt.datetime:
    return dt.datetime.combine(day, NOON.timetz())


def submitted_online(world: World, days: int) -> Filing:
    """A filing from the app, submitted on Friday 2026-11-20, with so many working days for its review."""
    Parameter.objects.filter(key="filing.review_workdays.online").update(value=str(days))
    person = make_person()
    enrol(person, world.changchun)
    filing = filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(person, channel="app"))
    return filing_submit(filing, by=world.clerk, at=world.now)


def test_the_clock_stands_still_while_the_person_must_act(world: World) -> None:
    """Five days from Friday 11-20: Friday 11-27. Sent back on Tuesday 11-24, three are left (25, 26, 27)."""
    filing = submitted_online(world, 5)
    assert filing.deadline_on == D(2026, 11, 27)

    filing_return(filing, by=world.reviewer, at=on(D(2026, 11, 24)), reason="缺页")
    filing = stored(filing)
    assert (filing.review_days_left, filing.deadline_on) == (3, D(2026, 12, 1))

    back = filing_submit(filing, by=world.clerk, at=on(D(2026, 12, 1)))
    assert back.deadline_on == D(2026, 12, 4)

    filing_return(back, by=world.reviewer, at=on(D(2026, 12, 3)), reason="还缺一页")
    again = filing_submit(stored(back), by=world.clerk, at=on(D(2026, 12, 9)))
    assert (again.review_days_left, again.deadline_on) == (1, D(2026, 12, 10))


def test_what_was_sent_back_too_late_is_due_on_the_day_it_returns(world: World) -> None:
    filing = submitted_online(world, 1)

    filing_return(filing, by=world.reviewer, at=on(D(2026, 11, 26)), reason="缺页")
    back = filing_submit(stored(filing), by=world.clerk, at=on(D(2026, 11, 30)))

    assert (back.review_days_left, back.deadline_on) == (0, D(2026, 11, 30))


def test_public_holidays_and_their_make_up_days_count_as_published(world: World) -> None:
    """National Day 2026: 1 to 7 October are free, Saturday the 10th is worked."""
    person = make_person()
    enrol(person, world.changchun)
    at = on(D(2026, 9, 30))
    Parameter.objects.filter(key="filing.review_workdays.online").update(value="3")
    entry = make_entry(person, channel="app", begins_on=D(2026, 10, 8))
    filing = filing_submit(filing_draft_save(by=world.clerk, at=at, entry=entry), by=world.clerk, at=at)

    assert filing.deadline_on == D(2026, 10, 10)


def test_what_is_submitted_on_a_rest_day_is_due_on_the_next_working_day(world: World) -> None:
    """At the counter the same day; Sunday 2026-11-22 is none, so Monday."""
    person = make_person()
    enrol(person, world.changchun)
    at = on(D(2026, 11, 22))
    filing = filing_submit(
        filing_draft_save(by=world.clerk, at=at, entry=make_entry(person)), by=world.clerk, at=at
    )

    assert filing.deadline_on == D(2026, 11, 23)


def test_a_draft_never_lapses_on_a_rest_day(world: World) -> None:
    """Three months from Friday 2026-11-20 end on Saturday 2027-02-20, so it is due on Monday."""
    person = make_person()
    enrol(person, world.changchun)
    draft = filing_draft_save(by=world.clerk, at=world.now, entry=make_entry(person))

    assert draft.deadline_on == D(2027, 2, 22)
    assert draft.state_on(D(2027, 2, 22)) == "draft" and draft.state_on(D(2027, 2, 23)) == "lapsed"
