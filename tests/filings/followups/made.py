"""Filings that rest on a promise, and their follow-ups."""

from __future__ import annotations

import datetime as dt
from typing import Any

from filings.filing.services import filing_approve, filing_draft_save, filing_submit
from filings.models import Filing, FollowUp
from tests.filings.making import COPIES, enrol, make_entry, make_person
from tests.support.world import World

PROMISE = {"valid_identity_card": "original", "commitment_letter": "original"}
DEFERRAL = {"valid_identity_card": "original", "residence_permit": "deferred"}


def taken_in(
    world: World, materials: dict[str, str], at: dt.datetime | None = None, **changes: Any
) -> Filing:
    """A draft of 长春."""
    person = changes.pop("person", None)
    if person is None:
        person = make_person()
        enrol(person, world.changchun)
    at = at or world.now
    if "agent" in changes:
        materials = COPIES | materials
    entry = make_entry(person, materials=materials, begins_on=at.date(), **changes)
    return filing_draft_save(by=world.clerk, at=at, entry=entry)


def in_force(
    world: World, materials: dict[str, str], at: dt.datetime | None = None, **changes: Any
) -> Filing:
    """In force since `at`, the world's noon unless told otherwise."""
    at = at or world.now
    filing = filing_submit(taken_in(world, materials, at, **changes), by=world.clerk, at=at)
    return filing_approve(filing, by=world.reviewer, at=at)


def promised(world: World, at: dt.datetime | None = None, **changes: Any) -> FollowUp:
    """The follow-up of a promise."""
    return FollowUp.objects.get(filing=in_force(world, PROMISE, at, **changes))


def deferred(world: World, at: dt.datetime | None = None) -> FollowUp:
    """The follow-up of a deferred paper; the filing has the dates that taking effect gives it."""
    row = FollowUp.objects.get(filing=in_force(world, DEFERRAL, at))
    Filing.objects.filter(pk=row.filing_id).update(proof_due_on=row.due_on, proof_lapses_on=row.lapses_on)
    return FollowUp.objects.get(pk=row.pk)


def stored(row: FollowUp) -> FollowUp:
    return FollowUp.objects.select_related("filing").get(pk=row.pk)
