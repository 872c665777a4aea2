"""可能是同一人, as the entry form and the card show it: who, how insured, and what is in force for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.filing.selectors import filings_visible
from filings.people.alike import Twin
from filings.people.models import InsuredPerson


@dataclass(frozen=True)
class ShownTwin:
    """One person who may be the one that is meant."""

    twin: Twin
    filings: list[Filing] = field(default_factory=list)  # in force today, newest first

    @property
    def person(self) -> InsuredPerson:
        return self.twin.person

    @property
    def insured(self) -> str:
        """长春市 职工 正常; or that nothing is known of it here."""
        return "、".join(str(row) for row in self.twin.enrolments) or "本地没有参保关系"


def shown_twins(found: Sequence[Twin], by: User, on: dt.date) -> list[ShownTwin]:
    """The persons found with their filings in force, in one query."""
    if not found or not access.allowed(by, May.READ_FILINGS):
        return [ShownTwin(twin) for twin in found]
    people = [twin.person for twin in found]
    rows = filings_visible(by).filter(pk__in=Filing.objects.in_force(on).filter(person__in=people))
    of: dict[int, list[Filing]] = {}
    for filing in rows:
        of.setdefault(filing.person_id, []).append(filing)
    return [ShownTwin(twin, of.get(twin.person.pk, [])) for twin in found]
