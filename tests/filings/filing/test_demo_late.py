"""The demo, set up at any moment after its story; and the night after nothing happened."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from agency.organisation.hooks import demo_staff
from agency.seeding import Tally
from filings.filing.demo import demo_filings
from filings.models import Filing
from filings.people.hooks import demo_people
from tests.support.world import CHINA


@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2026, 11, 30, 0, 0, 0, tzinfo=CHINA),
        dt.datetime(2026, 11, 30, 8, 40, 1, tzinfo=CHINA),
        dt.datetime(2027, 8, 2, 10, 0, tzinfo=CHINA),
    ],
    ids=["a workday's first second", "as the counter opens", "long after"],
)
def test_told_late_what_is_open_is_open_still(now: dt.datetime, db: None) -> None:
    for part in (demo_staff, demo_people, demo_filings):
        part(settings.SEEDS_DIR, Tally(), now)

    states = {row.state_on(now.date()) for row in Filing.objects.all()}
    assert {"draft", "under_review", "awaiting_supplement"} <= states
    assert all(row.received_on <= now.date() for row in Filing.objects.all())


def test_the_nightly_command_tells_what_it_recorded(db: None) -> None:
    out = StringIO()

    call_command("record_time", "--json", stdout=out)

    assert out.getvalue().strip() == '{"expired": 0, "lapsed": 0, "unkept": 0, "follow_ups_closed": 0}'
