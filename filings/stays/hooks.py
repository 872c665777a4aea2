"""Where stays join shared pages: search, unmasking, the person's card, the page of a filing, the demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse

from agency.journal.actions import label_actions
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import CARD, DEMO, SEARCH, UNMASK
from agency.seeding import Tally
from agency.web.parts import Action, CardSection, SearchGroup, SearchRow, Unmasked
from filings.card.sections import PRINTED_OF
from filings.filing.models import Filing
from filings.filing.sections import ACTIONS, SECTIONS
from filings.people.models import InsuredPerson
from filings.stays import demo
from filings.stays.selectors import SHOWN, judged, stays_of, stays_visible
from filings.stays.services import KIND

label_actions({"stay_recorded": "登记就医", "stay_changed": "更正就医登记"})


@PRINTED_OF.register("stays")
def printed_stays(user: User, person: InsuredPerson) -> list[tuple[str, str]]:
    """The person's stays: forms 3 and 4 with their data and blanks."""
    if not access.allowed(user, May.READ_FILINGS):
        return []
    return [(KIND, stay.stay_no) for stay in stays_of(person, user)]


@SEARCH.register("stays", order=30)
def search_stays(user: User, term: str) -> SearchGroup | None:
    """A stay by its number."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    found = stays_visible(user).filter(stay_no=term.strip().upper())
    rows = [
        SearchRow(
            url=reverse("filings:stay_detail", kwargs={"stay_no": stay.stay_no}),
            number=stay.stay_no,
            title=stay.person.name,
            detail=f"{mask_id(stay.person.cert_no)} · {stay.institution} · {stay.admitted_on} 入院",
        )
        for stay in found
    ]
    return SearchGroup("就医登记", rows)


@UNMASK.register("stays", order=30)
def unmask_by_stay(user: User, number: str) -> Unmasked | None:
    """The whole certificate number of the person of a stay that this user may look at."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    stay = stays_visible(user).filter(stay_no=number).first()
    if stay is None:
        return None
    return Unmasked("stay", stay.stay_no, stay.person.cert_no, stay.insured_region)


@CARD.register("stays", order=40)
def stays_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """The person's stays, each with how it is settled."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    new_url = reverse("filings:stay_new") + f"?person={person.person_no}" if access.takes_in(user) else ""
    context = {"rows": judged(stays_of(person, user), today), "new_url": new_url}
    return CardSection("就医", "filings/stays/_card.html", context)


@SECTIONS.register("stays", order=40)
def stays_of_filing(user: User, filing: Filing, today: dt.date) -> CardSection | None:
    """这次就医: the stays that rest on this filing, for its insured region."""
    if not access.within(user, filing.insured_region):
        return None
    rows = judged(stays_visible(user).filter(filing=filing)[:SHOWN], today)
    new_url = reverse("filings:stay_new") + f"?filing={filing.filing_no}" if access.takes_in(user) else ""
    return CardSection("这次就医", "filings/stays/_on_filing.html", {"rows": rows, "new_url": new_url})


@ACTIONS.register("stays", order=40)
def actions_of_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    if not access.takes_in(user, filing.insured_region):
        return []
    return [Action("登记就医", reverse("filings:stay_new") + f"?filing={filing.filing_no}")]


@DEMO.register("stays", order=40)
def demo_stays(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """Stays of demo persons."""
    demo.demo_stays(seeds, tally, now)
