"""Where injury statements join shared pages: search, the card, the stay and the filing, the demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import CARD, DEMO, SEARCH
from agency.seeding import Tally, day, read_rows
from agency.web.parts import Action, CardSection, SearchGroup, SearchRow
from filings.filing.models import Filing
from filings.filing.sections import ACTIONS, FORMS
from filings.injuries.form3 import Form3
from filings.injuries.models import InjuryStatement
from filings.injuries.rules import Proxy
from filings.injuries.selectors import statements_of_person, statements_of_stay, statements_visible
from filings.injuries.services import InjuryEntry, injury_record
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.rules import Verdict
from filings.stays.sections import STAY_SECTIONS

label_actions({"injury_recorded": "登记外伤承诺书", "injury_changed": "更正外伤承诺书"})
TEMPLATE = "filings/injuries/_list.html"


def _takes_in(user: User) -> bool:
    return access.allowed(user, May.TAKE_IN_FILINGS) and user.region_id is not None


@SEARCH.register("injuries", order=32)
def search_statements(user: User, term: str) -> SearchGroup | None:
    """A statement by its number."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    rows = [
        SearchRow(
            url=reverse("filings:injury_detail", kwargs={"statement_no": found.statement_no}),
            number=found.statement_no,
            title=found.stay.person.name,
            detail=f"{mask_id(found.stay.person.cert_no)} · {found.stay.institution}",
        )
        for found in statements_visible(user).filter(statement_no=term.strip().upper())
    ]
    return SearchGroup("外伤承诺书", rows)


@CARD.register("injuries", order=42)
def on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """The person's statements."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    new_url = reverse("filings:injury_new") + f"?person={person.person_no}" if _takes_in(user) else ""
    context = {"rows": statements_of_person(person, user), "new_url": new_url, "blank_url": ""}
    return CardSection("外伤承诺书（表 3）", TEMPLATE, context)


@ACTIONS.register("injuries", order=42)
def on_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """From the page of a filing: its person, and the stay that rests on it first."""
    if not _takes_in(user) or not access.within(user, filing.insured_region):
        return []
    return [Action("外伤承诺书", reverse("filings:injury_new") + f"?filing={filing.filing_no}")]


@FORMS.register("3", order=30)
def form_of_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """Form 3 with the person of a filing, or what was written down of its newest stay."""
    url = reverse("filings:filing_form3", kwargs={"filing_no": filing.filing_no})
    return [Action(f"表 3 {Form3.TITLE}", url)]


@FORM_PAGES.register("3")
def form_page(user: User) -> Action | None:
    """Form 3 is filled by writing down a statement."""
    return Action("登记外伤承诺书", reverse("filings:injury_new")) if _takes_in(user) else None


@STAY_SECTIONS.register("injuries", order=20)
def on_stay(user: User, stay: Stay, verdict: Verdict, today: dt.date) -> CardSection:
    """The statements of the stay; without one the form prints with blanks."""
    new_url = reverse("filings:injury_new") + f"?stay={stay.stay_no}" if _takes_in(user) else ""
    context = {
        "rows": statements_of_stay(stay, user),
        "new_url": new_url,
        "blank_url": reverse("filings:stay_form3", kwargs={"stay_no": stay.stay_no}),
    }
    return CardSection("外伤承诺书（表 3）", TEMPLATE, context)


@DEMO.register("injuries", order=42)
def demo_injuries(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """All rows of demo/injuries.csv whose stay is there and has no statement yet."""
    for row in read_rows(seeds / "demo" / "injuries.csv"):
        rows = Stay.objects.filter(person__cert_no=row["cert_no"], admission_no=row["admission_no"])
        stay = rows.select_related("person", "recorded_by", "insured_region").first()
        if stay is None or InjuryStatement.objects.filter(stay=stay).exists():
            tally.same += 1
            continue
        hour, _, minute = row["time"].partition(":")
        entry = InjuryEntry(
            place=row["place"],
            course=row["course"],
            injured_on=day(row["injured_on"]),
            injured_time=dt.time(int(hour), int(minute)) if hour else None,
            proxy=Proxy(row["proxy_name"], row["proxy_relation"], row["proxy_phone"], row["proxy_cert_no"]),
        )
        at = min(now, stay.recorded_at + dt.timedelta(minutes=8))
        injury_record(by=stay.recorded_by, at=at, person=stay.person, stay=stay, entry=entry)
        tally.created += 1
