"""可能是同一人: persons of the register whom somebody may see, and who may be the one that is meant [P].

Candidates are made by `twins` and looked up by their numbers; nothing reads through the register.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from agency.organisation.models import User
from filings.people import twins
from filings.people.models import Enrolment, InsuredPerson
from filings.people.selectors import enrolments_seen, people_visible

SHOWN_AT_MOST = 5
NAMESAKES_AT_MOST = 3  # more persons of one name say nothing while no birth date tells them apart


@dataclass(frozen=True)
class Twin:
    """A person who may be the one that is meant, why, and the enrolments that the viewer may see."""

    person: InsuredPerson
    likeness: twins.Likeness
    enrolments: list[Enrolment]

    @property
    def why(self) -> str:
        return twins.LABELS[self.likeness]


def alike(
    by: User, *, number: str, name: str, birth_date: dt.date | None, but: InsuredPerson | None = None
) -> list[Twin]:
    """Persons beside this one (a number as typed or stored, a name or nothing, the birth date in the number),
    the likest first; never `but`, whose number it is."""
    found: dict[int, Twin] = {}
    asked = twins.Record(number, name, birth_date)
    for person in [*_near(by, number), *_namesakes(by, name, birth_date)]:
        why = twins.likeness(asked, twins.Record(person.cert_no, person.name, person.birth_date))
        if why is not None and person != but:
            found[person.pk] = Twin(person, why, list(person.enrolments.all()))
    order = list(twins.Likeness)
    return sorted(found.values(), key=lambda twin: (order.index(twin.likeness), twin.person.pk))[
        :SHOWN_AT_MOST
    ]


def _near(by: User, number: str) -> Iterator[InsuredPerson]:
    """Those under a number that may be a slip of this one, or its old or new form."""
    wanted = twins.other_numbers(number)
    if wanted:
        yield from _seen(by, Q(cert_no__in=sorted(wanted)))[: SHOWN_AT_MOST * 4]


def _namesakes(by: User, name: str, birth_date: dt.date | None) -> Iterator[InsuredPerson]:
    """Those of the same name and birth date; where a certificate says no birth date, the few of that name."""
    if not name:
        return
    same = Q(name=name)
    if birth_date is not None:
        yield from _seen(by, same & Q(birth_date=birth_date))[: SHOWN_AT_MOST * 2]
        same &= Q(birth_date=None)
    undated = list(_seen(by, same)[: NAMESAKES_AT_MOST + 1])
    if len(undated) <= NAMESAKES_AT_MOST:
        yield from undated


def _seen(by: User, condition: Q) -> QuerySet[InsuredPerson]:
    enrolments = Prefetch("enrolments", enrolments_seen(by).select_related("region"))
    return people_visible(by).filter(condition).order_by("pk").prefetch_related(enrolments)
