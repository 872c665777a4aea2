"""待准予变更: a supervisor finds what leaves a locked place early, and lets it go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connection
from django.forms import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.organisation.models import User
from filings.filing.judging import judge_stored
from filings.filing.services import (
    filing_cancel,
    filing_change_begin,
    filing_draft_save,
    filing_lock_waive,
)
from filings.filing.timekeeping import filings_record_time
from filings.filing.waivers import locks_note, locks_noted_wrong
from filings.models import Filing, KindTerms
from filings.queues.hooks import home, nav
from filings.queues.selectors import queue
from tests.filings.making import enrol, make_draft, make_entry, make_in_force, make_moved, make_person, stored
from tests.support.world import World

Login = Callable[[object], Client]
TO_WAIVE = "/filings/queue/to_waive/"
LATER = dt.timedelta(days=40)


def waiting(by: User, on: dt.date) -> list[int]:
    """The keys of what stands under 待准予变更."""
    return sorted(row.pk for row in queue("to_waive", by, on))


def begun(world: World, **changes: object) -> Filing:
    """The draft of a change of a filing in 青岛, in force since today."""
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, **changes)
    return filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)


def filed_anew(world: World, **changes: object) -> Filing:
    """A draft for somebody whose filing in 青岛 was cancelled after 40 days."""
    person = make_person()
    enrol(person, world.changchun)
    old = make_in_force(world, person)
    filing_cancel(old, by=world.clerk, at=world.now + LATER, reason="回来了")
    entry = make_entry(person, begins_on=world.today + LATER, **changes)
    return filing_draft_save(by=world.clerk, at=world.now + LATER, entry=entry)


def test_what_is_listed_is_what_the_rules_call_locked(world: World) -> None:
    elsewhere, at_home = begun(world, city="370600"), begun(world, province="220000", city="222400")
    same_place, late = (
        begun(world, address="新址"),
        begun(world, city="370600", begins_on=dt.date(2027, 5, 20)),
    )
    anew = filed_anew(world, city="370600")
    anew_without_lock = filed_anew(world, kind="temporary_other", city="370600")
    waived = begun(world, city="370600")
    filing_lock_waive(waived, by=world.supervisor, at=world.now, reason="随子女迁居")
    plain = make_draft(world)
    made = [elsewhere, at_home, same_place, late, anew, anew_without_lock, waived, plain]

    on = world.today + LATER
    found = waiting(world.supervisor, on)

    locked = [row.pk for row in made if "locked" in [r.code for r in judge_stored(stored(row), on).reasons]]
    assert found == locked == [elsewhere.pk, at_home.pk, anew.pk]
    assert waiting(world.yanbian_clerk, on) == []
    assert list(locks_noted_wrong(Filing.objects.all())) == []


def test_the_supervisor_is_led_to_it_from_home_and_side_bar_and_waives_it(
    world: World, as_user: Login
) -> None:
    draft = begun(world, city="370600")
    client = as_user(world.supervisor)

    part = home(world.supervisor, world.today)
    assert [(tile.label, tile.count, tile.url) for tile in part.tiles] == [("待准予变更", 1, TO_WAIVE)]
    assert [(row.badge, row.number) for row in part.todo] == [("待准予", draft.filing_no)]
    assert ("待准予变更", 1) in [(item.label, item.count) for item in nav(world.supervisor)]
    assert "待准予变更" not in [item.label for item in nav(world.reviewer)]

    listed = client.get(TO_WAIVE).content.decode()
    assert draft.filing_no in listed
    page = client.get(part.todo[0].url).content.decode()
    assert "准予提前变更就医地" in page and "回到待准予变更" in page
    assert "原就医地 山东省青岛市，2026-11-20 起" in page and "前不能变更就医地" in page
    said = {"version": draft.version, "reason": "随子女迁居"}
    done = client.post(f"/filings/{draft.filing_no}/waive/?from=to_waive", said, follow=True)
    assert "已准予提前变更" in done.content.decode() and "待准予变更已经办完" in done.content.decode()
    empty = client.get(TO_WAIVE).content.decode()
    assert "没有等主管准予的变更" in empty and draft.filing_no not in empty


def test_many_cost_no_more_queries_than_one(world: World) -> None:
    begun(world, city="370600"), filed_anew(world, city="370600")
    Filing.objects.update(lock_until=None)
    with CaptureQueriesContext(connection) as few:
        assert locks_note(Filing.objects.all()) == 2
    for _ in range(3):
        begun(world, city="370600"), filed_anew(world, city="370600")
    Filing.objects.update(lock_until=None)

    with CaptureQueriesContext(connection) as many:
        assert locks_note(Filing.objects.all()) == 8

    assert len(many) == len(few)
    assert len(waiting(world.supervisor, world.today)) == 8


def test_many_who_changed_their_address_often_cost_no_more_than_one(world: World) -> None:
    """Three addresses in 青岛 one after the other: the lock counts from the first, found together for all."""

    def moved_often() -> None:
        there = make_in_force(world, begins_on=dt.date(2026, 11, 1))
        for day in (5, 10, 15):
            there = make_moved(world, stored(there), dt.date(2026, 11, day))
        draft = filing_change_begin(stored(there), by=world.clerk, at=world.now)
        entry = make_entry(there.person, city="370600")
        filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)

    moved_often()
    Filing.objects.update(lock_until=None)
    with CaptureQueriesContext(connection) as few:
        assert locks_note(Filing.objects.all()) == 1
    moved_often(), moved_often()
    Filing.objects.update(lock_until=None)

    with CaptureQueriesContext(connection) as many:
        assert locks_note(Filing.objects.all()) == 3

    assert len(many) == len(few)


def test_a_filing_cancelled_meanwhile_locks_the_draft_that_is_there(world: World) -> None:
    """A second place, filed for while the first was in force, is a change of it once that is cancelled."""
    person = make_person()
    enrol(person, world.changchun)
    old = make_in_force(world, person)
    entry = make_entry(person, city="370600", begins_on=world.today + LATER)
    draft = filing_draft_save(by=world.clerk, at=world.now, entry=entry)
    assert waiting(world.supervisor, world.today) == []

    filing_cancel(stored(old), by=world.clerk, at=world.now + LATER, reason="回来了")

    assert waiting(world.supervisor, world.today + LATER) == [draft.pk]
    assert list(locks_noted_wrong(Filing.objects.all())) == []


def test_a_draft_put_to_another_place_or_day_is_noted_anew(world: World) -> None:
    draft = begun(world, city="370600")
    assert waiting(world.supervisor, world.today) == [draft.pk]

    entry = make_entry(draft.person, address="新址")
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=stored(draft))

    assert waiting(world.supervisor, world.today) == [] and stored(draft).lock_until is None


def test_terms_put_right_are_followed_the_same_night_and_by_the_admin(world: World, as_user: Login) -> None:
    draft = begun(world, city="370600")
    KindTerms.objects.filter(kind="long_term_residence").update(lock_months=None)
    assert [(row.pk, until) for row, until in locks_noted_wrong(Filing.objects.all())] == [(draft.pk, None)]

    filings_record_time(at=world.now)

    assert stored(draft).lock_until is None
    terms = KindTerms.objects.get(kind="long_term_residence")
    said = {
        name: "" if value is None else ("on" if value is True else value)
        for name, value in model_to_dict(terms).items()
        if value is not False
    }
    url = f"/admin/filings/kindterms/{terms.pk}/change/"
    said |= {"lock_months": 3, "mended_why": "抄录有误"}
    answer = as_user(world.prov_supervisor).post(url, said)
    assert answer.status_code == 302
    assert stored(draft).lock_until == dt.date(2027, 2, 20)
    assert waiting(world.supervisor, world.today) == [draft.pk]


def test_the_clerk_sees_at_home_and_in_the_list_that_it_was_let_go(
    world: World, as_user: Callable[[object], Client]
) -> None:
    waived = begun(world, city="370600")
    client = as_user(world.clerk)
    before = [client.get(url).content.decode() for url in ("/", "/filings/queue/mine/")]

    filing_lock_waive(waived, by=world.supervisor, at=world.now, reason="随子女迁居")

    assert not any("已准予变更" in page for page in before)
    for url in ("/", "/filings/queue/mine/"):
        page = client.get(url).content.decode()
        assert waived.filing_no in page and "已准予变更" in page, url
