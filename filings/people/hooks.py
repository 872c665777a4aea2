"""Where the insured register joins shared pages: search, unmasking, the person's card, the demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from agency.batches.kinds import CheckRequest
from agency.batches.services import batch_run
from agency.journal.actions import label_actions
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.organisation.selectors import system_account
from agency.registry import CARD, DEMO, SEARCH, UNMASK
from agency.seeding import Tally
from agency.web.parts import CardSection, SearchGroup, SearchRow, Unmasked
from filings.people.batches import KIND
from filings.people.check import check_people
from filings.people.models import InsuredPerson
from filings.people.selectors import (
    FOUND_AT_MOST,
    enrolments_of,
    home_region,
    is_enrolled_elsewhere,
    people_found,
    people_visible,
)

label_actions({"person_registered": "登记参保人", "person_renamed": "更正姓名"})


@SEARCH.register("people", order=10)
def search_people(user: User, term: str) -> SearchGroup | None:
    """Persons by certificate number, name or pinyin initials."""
    if not access.allowed(user, May.READ_PEOPLE):
        return None
    found = people_found(user, term)
    rows = [_search_row(person) for person in found[:FOUND_AT_MOST]]
    return SearchGroup("参保人", rows, too_many=len(found) > FOUND_AT_MOST)


def _search_row(person: InsuredPerson) -> SearchRow:
    enrolments = "；".join(str(row) for row in person.enrolments.all())  # those that the user may see
    return SearchRow(
        url=reverse("filings:person_card", kwargs={"person_no": person.person_no}),
        number=mask_id(person.cert_no),
        title=person.name,
        detail=enrolments or "本地没有参保关系",
    )


@UNMASK.register("people", order=10)
def unmask_person(user: User, number: str) -> Unmasked | None:
    """The whole certificate number of a person that this user may look at."""
    if not access.allowed(user, May.READ_PEOPLE):
        return None
    person = people_visible(user).filter(person_no=number).first()
    if person is None:
        return None
    return Unmasked("person", person.person_no, person.cert_no, home_region(person, user))


@CARD.register("enrolments", order=10)
def enrolments_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection:
    """Where and how the person is insured; of other regions only that there is something."""
    rows = [(row, row.in_force(today)) for row in enrolments_of(person, user)]
    context = {"rows": rows, "elsewhere": is_enrolled_elsewhere(person, user)}
    return CardSection("参保关系", "filings/people/_enrolments.html", context)


@DEMO.register("people", order=20)
def demo_people(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """The demo register, through the import that everybody uses; what is known already stays."""
    path, system = seeds / "demo" / "people.csv", system_account()
    request = CheckRequest(path=path, file_name=path.name, by=system)
    outcome = check_people(request, on=timezone.localdate(now))
    tally.same += outcome.unchanged
    if outcome.accepted:
        batch_run(kind=KIND, path=path, by=system, system=system, at=now)
        tally.created += outcome.accepted
