"""Where slips of outside care join shared pages: search, the card, the stay and the filing, the demo."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions
from agency.masking import mask_id
from agency.money import parse_yuan
from agency.organisation import access
from agency.organisation.institutions import institution_by_code
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import CARD, DEMO, SEARCH
from agency.seeding import Tally, day, read_rows
from agency.web.parts import Action, CardSection, SearchGroup, SearchRow
from filings.filing.models import Filing
from filings.filing.sections import ACTIONS, FORMS
from filings.outside_care.form4 import Form4
from filings.outside_care.models import OutsideCare
from filings.outside_care.rules import Item, parse_quantity
from filings.outside_care.selectors import slips_of_person, slips_of_stay, slips_visible
from filings.outside_care.services import SlipEntry, outside_care_record
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.rules import Verdict
from filings.stays.sections import STAY_SECTIONS

label_actions({"outside_care_recorded": "登记外院或购药单", "outside_care_changed": "更正外院或购药单"})
TEMPLATE = "filings/outside_care/_list.html"
TITLE = "外院检查治疗或购药单（表 4）"


def _takes_in(user: User) -> bool:
    return access.allowed(user, May.TAKE_IN_FILINGS) and user.region_id is not None


@SEARCH.register("outside_care", order=33)
def search_slips(user: User, term: str) -> SearchGroup | None:
    """A slip by its number."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    rows = [
        SearchRow(
            url=reverse("filings:outside_care_detail", kwargs={"slip_no": found.slip_no}),
            number=found.slip_no,
            title=found.stay.person.name,
            detail=f"{mask_id(found.stay.person.cert_no)} · {found.outside_institution}",
        )
        for found in slips_visible(user).filter(slip_no=term.strip().upper())
    ]
    return SearchGroup("外院或购药单", rows)


@CARD.register("outside_care", order=43)
def on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """The person's slips."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    new_url = reverse("filings:outside_care_new") + f"?person={person.person_no}" if _takes_in(user) else ""
    context = {"rows": slips_of_person(person, user), "new_url": new_url, "blank_url": ""}
    return CardSection(TITLE, TEMPLATE, context)


@ACTIONS.register("outside_care", order=43)
def on_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """From the page of a filing: its person, and the stay that rests on it first."""
    if not _takes_in(user) or not access.within(user, filing.insured_region):
        return []
    return [Action("外院购药单", reverse("filings:outside_care_new") + f"?filing={filing.filing_no}")]


@FORMS.register("4", order=40)
def form_of_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """Form 4 with the person of a filing, or what was written down of its newest stay."""
    url = reverse("filings:filing_form4", kwargs={"filing_no": filing.filing_no})
    return [Action(f"表 4 {Form4.TITLE}", url)]


@FORM_PAGES.register("4")
def form_page(user: User) -> Action | None:
    """Form 4 is filled by writing down a slip."""
    return Action("登记外院购药单", reverse("filings:outside_care_new")) if _takes_in(user) else None


@STAY_SECTIONS.register("outside_care", order=30)
def on_stay(user: User, stay: Stay, verdict: Verdict, today: dt.date) -> CardSection:
    """The slips of the stay; without one the form prints with empty lines."""
    new_url = reverse("filings:outside_care_new") + f"?stay={stay.stay_no}" if _takes_in(user) else ""
    context = {
        "rows": slips_of_stay(stay, user),
        "new_url": new_url,
        "blank_url": reverse("filings:stay_form4", kwargs={"stay_no": stay.stay_no}),
    }
    return CardSection(TITLE, TEMPLATE, context)


@DEMO.register("outside_care", order=43)
def demo_slips(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """The slips of demo/outside_care.csv (a row per item) whose stay is there and has no slip yet."""
    rows = list(read_rows(seeds / "demo" / "outside_care.csv"))
    for (cert_no, admission_no), lines in groupby(
        rows, key=lambda row: (row["cert_no"], row["admission_no"])
    ):
        found = Stay.objects.filter(person__cert_no=cert_no, admission_no=admission_no)
        stay = found.select_related("person", "recorded_by", "insured_region", "institution").first()
        if stay is None or OutsideCare.objects.filter(stay=stay).exists():
            tally.same += 1
            continue
        at = min(now, stay.recorded_at + dt.timedelta(minutes=11))
        entry = _demo_entry(list(lines))
        outside_care_record(by=stay.recorded_by, at=at, person=stay.person, stay=stay, entry=entry)
        tally.created += 1


def _demo_entry(lines: list[dict[str, str]]) -> SlipEntry:
    head = lines[0]
    institution, prescribed_on = institution_by_code(head["outside_code"]), day(head["prescribed_on"])
    if institution is None or prescribed_on is None:
        raise ValueError(f"demo/outside_care.csv: {head['admission_no']} names no institution or no day")
    return SlipEntry(
        outside_institution=institution,
        prescribed_on=prescribed_on,
        department=head["department"],
        doctor=head["doctor"],
        section_head=head["section_head"],
        insurance_office=head["insurance_office"],
        items=tuple(
            Item(
                name=line["name"],
                code=line["code"],
                spec=line["spec"],
                quantity_milli=parse_quantity(line["quantity"]),
                unit_price_fen=parse_yuan(line["unit_price"]),
                reason=line["reason"],
            )
            for line in lines
        ),
    )
