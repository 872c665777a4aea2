"""What the database refuses even where Python is bypassed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from filings.models import Filing, InsuredPerson, KindTerms
from tests.filings.making import make_draft, make_in_force, make_person
from tests.support.world import World


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "happy"},
        {"kind": "holiday"},
        {"kind": ""},
        {"insurance_type": "injury"},
        {"category": "none"},
        {"channel": "pigeon"},
        {"care_region": None},
        {"begins_on": None},
        {"ends_on": "2020-01-01"},
        {"effective_at": None},
    ],
)
def test_a_filing_in_force_that_cannot_be_is_refused(world: World, changes: dict[str, Any]) -> None:
    filing = make_in_force(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(**changes)


def test_an_open_filing_has_a_deadline(world: World) -> None:
    """Without one no queue would show it."""
    filing = make_draft(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(deadline_on=None)


def test_the_reviewer_is_never_the_one_who_took_it_in(world: World) -> None:
    filing = make_in_force(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(reviewed_by=world.clerk)


def test_one_person_has_one_filing_in_force_per_place_kind_and_begin(world: World) -> None:
    first = make_in_force(world)
    second = make_draft(world, first.person)

    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.filter(pk=second.pk).update(state="in_force", effective_at=world.now)


def test_a_paper_is_given_in_a_known_way(world: World) -> None:
    filing = make_draft(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        filing.materials.update(given_as="by_rumour")


def test_a_certificate_belongs_to_one_person(world: World) -> None:
    person = make_person()

    with pytest.raises(IntegrityError), transaction.atomic():
        InsuredPerson.objects.create(person_no="P1", cert_type="01", cert_no=person.cert_no, name="他人")


@pytest.mark.parametrize("months", [None, 0])
def test_a_temporary_kind_has_months(db: None, months: int | None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KindTerms.objects.filter(kind="temporary_other").update(validity_months=months)


def test_what_a_filing_and_a_person_hold_does_not_vanish_with_them(world: World) -> None:
    filing = make_draft(world)

    for row in (filing, filing.person):
        with pytest.raises(ProtectedError):
            row.delete()
