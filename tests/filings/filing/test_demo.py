"""The demo: filings of every state, told by the services; a second time nothing is added."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.hooks import demo_staff
from agency.seeding import Tally, read_rows
from filings.filing.demo import demo_filings
from filings.filing.states import FilingState
from filings.models import Filing
from filings.people.hooks import demo_people
from tests.support.world import CHINA

MORNING = dt.datetime(2026, 11, 22, 8, 0, tzinfo=CHINA)


def tell(now: dt.datetime) -> Tally:
    tally = Tally()
    for part in (demo_staff, demo_people, demo_filings):
        part(settings.SEEDS_DIR, tally, now)
    return tally


def test_every_state_there_is_stands_as_the_rows_say(db: None) -> None:
    tell(MORNING)

    rows = list(read_rows(settings.SEEDS_DIR / "demo" / "filings.csv"))
    wanted = Counter(row["state"] for row in rows)
    wanted["in_force"] += sum(bool(row["changes_to"]) for row in rows)  # what took a changed one's place
    assert Counter(Filing.objects.values_list("state", flat=True)) == wanted
    assert Counter(row.state_on(MORNING.date()).value for row in Filing.objects.all()) == wanted
    assert set(wanted) == set(FilingState.values)
    assert check_all(None).broken == []


def test_the_story_is_told_in_the_order_of_time(db: None) -> None:
    tell(MORNING)

    told = [entry.at for entry in AuditEntry.objects.filter(subject_kind="filing").order_by("seq")]
    assert told == sorted(told)
    assert told[-1] <= MORNING
    numbers = list(Filing.objects.order_by("received_on", "pk").values_list("filing_no", flat=True))
    assert numbers == sorted(numbers)
    assert StateChange.objects.filter(subject_kind="filing", at__gt=MORNING).count() == 0


def test_told_again_nothing_is_added(db: None) -> None:
    first = tell(MORNING)

    again = tell(MORNING + dt.timedelta(days=40))

    assert first.created > 100
    assert (again.created, again.changed) == (0, 0)


@pytest.mark.parametrize("now", [dt.datetime(2027, 8, 2, 10, 0, tzinfo=CHINA)])
def test_told_late_what_is_open_is_open_still(db: None, now: dt.datetime) -> None:
    tell(now)

    states = {row.state_on(now.date()) for row in Filing.objects.all()}
    assert {"draft", "under_review", "awaiting_supplement"} <= states


def test_the_nightly_command_tells_what_it_recorded(db: None) -> None:
    out = StringIO()

    call_command("record_time", "--json", stdout=out)

    told = '{"expired": 0, "lapsed": 0, "unkept": 0, "follow_ups_closed": 0}'
    assert out.getvalue().strip() == told
