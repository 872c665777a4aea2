"""The demo: filings of every state, told by the services; a second time nothing is added."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from django.conf import settings

from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.hooks import demo_staff
from agency.seeding import Tally, read_rows
from filings.filing.demo import demo_filings
from filings.filing.states import FilingState
from filings.models import Filing
from filings.people.hooks import demo_people
from tests.support.ground import Ground
from tests.support.world import CHINA

MORNING = dt.datetime(2026, 11, 22, 8, 0, tzinfo=CHINA)


def tell(now: dt.datetime) -> Tally:
    tally = Tally()
    for part in (demo_staff, demo_people, demo_filings):
        part(settings.SEEDS_DIR, tally, now)
    return tally


@pytest.fixture(scope="module")
def told(ground: Ground) -> Iterator[Tally]:
    """The demo, told in the morning, under every test of this module."""
    with ground(lambda world: tell(MORNING)) as tally:
        yield tally


def test_every_state_there_is_stands_as_the_rows_say(told: Tally, db: None) -> None:
    rows = list(read_rows(settings.SEEDS_DIR / "demo" / "filings.csv"))
    wanted = Counter(row["state"] for row in rows)
    wanted["in_force"] += sum(bool(row["changes_to"]) for row in rows)  # what took a changed one's place
    assert Counter(Filing.objects.values_list("state", flat=True)) == wanted
    assert Counter(row.state_on(MORNING.date()).value for row in Filing.objects.all()) == wanted
    assert set(wanted) == set(FilingState.values)
    assert check_all(None).broken == []


def test_the_story_is_told_in_the_order_of_time(told: Tally, db: None) -> None:
    moments = [entry.at for entry in AuditEntry.objects.filter(subject_kind="filing").order_by("seq")]
    assert moments == sorted(moments)
    assert moments[-1] <= MORNING
    numbers = list(Filing.objects.order_by("received_on", "pk").values_list("filing_no", flat=True))
    assert numbers == sorted(numbers)
    assert StateChange.objects.filter(subject_kind="filing", at__gt=MORNING).count() == 0


def test_told_again_nothing_is_added(told: Tally, db: None) -> None:
    again = tell(MORNING + dt.timedelta(days=40))

    assert told.created > 100
    assert (again.created, again.changed) == (0, 0)
