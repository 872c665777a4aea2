"""Where injury statements join shared pages: search, the card, the stay and the filing, the demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions
from agency.organisation.models import User
from agency.registry import CARD, DEMO, SEARCH
from agency.seeding import Tally, day, read_rows
from agency.web.parts import Action, CardSection, SearchGroup
from filings.card.sections import PRINTED_OF
from filings.filing.models import Filing
from filings.filing.sections import ACTIONS, FORMS
from filings.injuries.form3 import Form3
from filings.injuries.models import InjuryStatement
from filings.injuries.rules import Proxy
from filings.injuries.selectors import statements_of_person, statements_of_stay, statements_visible
from filings.injuries.services import INJURY, InjuryEntry, injury_record
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.record_pages import RecordPages
from filings.stays.rules import Verdict
from filings.stays.sections import STAY_SECTIONS

label_actions({"injury_recorded": "登记外伤承诺书", "injury_changed": "更正外伤承诺书"})
PAGES = RecordPages(
    group="外伤承诺书",
    section="外伤承诺书（表 3）",
    template="filings/injuries/_list.html",
    detail_view="filings:injury_detail",
    new_view="filings:injury_new",
    blank_view="filings:stay_form3",
    of_person=statements_of_person,
    of_stay=statements_of_stay,
)


@SEARCH.register("injuries", order=32)
def search_statements(user: User, term: str) -> SearchGroup | None:
    """A statement by its number."""
    rows = statements_visible(user).filter(statement_no=term.strip().upper())
    return PAGES.found(user, rows, where=lambda statement: statement.stay.institution)


@CARD.register("injuries", order=42)
def on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """The person's statements."""
    return PAGES.on_card(user, person)


@PRINTED_OF.register("injuries")
def printed_statements(user: User, person: InsuredPerson) -> list[tuple[str, str]]:
    """The person's statements: form 3."""
    return PAGES.printed(user, person, INJURY.name)


@ACTIONS.register("injuries", order=42)
def on_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """A new one from the page of a filing."""
    return PAGES.on_filing(user, filing, "外伤承诺书")


@FORMS.register("3", order=30)
def form_of_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """Form 3 with the person of a filing, or what was written down of its newest stay."""
    url = reverse("filings:filing_form3", kwargs={"filing_no": filing.filing_no})
    return [Action(f"表 3 {Form3.TITLE}", url)]


@FORM_PAGES.register("3")
def form_page(user: User) -> Action | None:
    """Form 3 is filled by writing down a statement."""
    return PAGES.form_page(user, "登记外伤承诺书")


@STAY_SECTIONS.register("injuries", order=20)
def on_stay(user: User, stay: Stay, verdict: Verdict, today: dt.date) -> CardSection:
    """The statements of the stay."""
    return PAGES.on_stay(user, stay)


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
