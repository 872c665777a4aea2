"""Numbers and the log under real parallel transactions."""

import pytest
from django.db import transaction

from agency.journal import audit
from agency.journal.models import AuditEntry
from agency.journal.numbers import next_number
from tests.support.together import all_at_once
from tests.support.world import the_world

pytestmark = pytest.mark.postgresql


@pytest.mark.usefixtures("committed")
def test_twenty_people_never_get_the_same_number() -> None:
    found: list[int] = []

    def take() -> None:
        with transaction.atomic():
            found.append(next_number("parallel"))

    outcome = all_at_once([take] * 20)

    assert outcome == {"done": 20}
    assert sorted(found) == list(range(1, 21))


@pytest.mark.usefixtures("committed")
def test_twenty_entries_at_once_stand_in_one_unbroken_chain() -> None:
    world = the_world()

    outcome = all_at_once([lambda: audit.record("parallel", by=world.clerk, at=world.now)] * 20)

    assert outcome == {"done": 20}
    assert AuditEntry.objects.filter(action="parallel").count() == 20
    assert list(audit.broken_links()) == []
