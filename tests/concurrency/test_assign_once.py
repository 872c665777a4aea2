"""One filing is given to two people at the same moment: one of them gets it."""

from __future__ import annotations

from functools import partial

import pytest

from agency.journal import audit
from agency.journal.models import AuditEntry
from agency.organisation.roles import Level, Role
from filings.filing.services import filing_approve
from filings.models import Filing
from filings.queues.services import filing_assign, filings_hand_over
from tests.filings.making import make_draft, make_submitted
from tests.support.together import all_at_once
from tests.support.world import make_user, the_world

pytestmark = pytest.mark.postgresql
HALL = {"level": Level.COUNTER, "region": "220100", "counter": "220100-01"}


def test_a_filing_given_away_by_several_at_once_goes_to_one(committed: None) -> None:
    world = the_world()
    filing = make_draft(world)
    takers = [make_user(f"taker{number}", Role.INTAKE, **HALL) for number in range(4)]

    outcome = all_at_once(
        [
            partial(filing_assign, Filing.objects.get(pk=filing.pk), to=to, by=world.reviewer, at=world.now)
            for to in takers
        ]
    )

    assert outcome == {"done": 1, "someone_else_was_first": 3}
    entry = AuditEntry.objects.get(action="filing_assigned")
    assert Filing.objects.get().assigned_to.username == entry.detail["to"]  # type: ignore[union-attr]


def test_all_of_a_colleagues_work_handed_over_twice_at_once_moves_once(committed: None) -> None:
    world = the_world()
    filings = [make_draft(world) for _ in range(6)]
    takers = [make_user(f"taker{number}", Role.INTAKE, **HALL) for number in range(2)]

    outcome = all_at_once(
        [
            partial(filings_hand_over, of=world.clerk, to=to, by=world.supervisor, at=world.now)
            for to in takers
        ]
    )

    assert outcome == {"done": 1, "nothing_in_work": 1}
    assert AuditEntry.objects.filter(action="filing_assigned").count() == len(filings)
    assert len(set(Filing.objects.values_list("assigned_to", flat=True))) == 1
    assert list(audit.broken_links()) == []


def test_a_filing_approved_while_it_changes_hands_ends_in_one_order(committed: None) -> None:
    world = the_world()
    taker = make_user("taker", Role.INTAKE, **HALL)
    filing = make_submitted(world)
    approve = partial(filing_approve, Filing.objects.get(pk=filing.pk), by=world.reviewer, at=world.now)
    give = partial(filing_assign, Filing.objects.get(pk=filing.pk), to=taker, by=world.clerk, at=world.now)

    outcome = all_at_once([approve, give])

    assert Filing.objects.get().state == "in_force"
    assert outcome["done"] + outcome["not_in_work"] + outcome["someone_else_was_first"] == 2
