"""Reads of injury statements, narrowed to what a person may see."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from agency.identity import age_on
from agency.organisation.models import PoolingRegion, User
from agency.policy.selectors import int_parameter
from filings.injuries.models import InjuryStatement
from filings.people.models import InsuredPerson
from filings.stays.models import Stay

SHOWN = 50
WITH_NAMES = (
    "stay__person",
    "stay__institution",
    "stay__insured_region",
    "stay__filing",
    "recorded_by",
)


def statements_visible(by: User) -> QuerySet[InjuryStatement]:
    """Statements that `by` may look at, newest first."""
    return InjuryStatement.objects.visible_to(by).select_related(*WITH_NAMES).order_by("-pk")


def statements_of_person(person: InsuredPerson, by: User) -> list[InjuryStatement]:
    """A person's statements that `by` may look at, newest first."""
    return list(statements_visible(by).filter(stay__person=person)[:SHOWN])


def statements_of_stay(stay: Stay, by: User) -> list[InjuryStatement]:
    """The statements of a stay that `by` may look at, newest first."""
    return list(statements_visible(by).filter(stay=stay)[:SHOWN])


def is_minor(person: InsuredPerson, on: dt.date, region: PoolingRegion) -> bool:
    """Whether somebody is under age on a day, so that a guardian signs; by a parameter. Without a birth date
    nobody is taken for a minor [P]."""
    if person.birth_date is None:
        return False
    return age_on(person.birth_date, on) < int_parameter("people.adult_age", on, region)
