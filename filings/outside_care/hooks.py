"""Where slips of outside care join shared pages: search, the card, the stay and the filing, the demo."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions
from agency.money import parse_yuan
from agency.organisation.institutions import institution_by_code
from agency.organisation.models import User
from agency.registry import CARD, DEMO, SEARCH
from agency.seeding import Tally, day, read_rows
from agency.web.parts import Action, CardSection, SearchGroup
from filings.card.sections import PRINTED_OF
from filings.filing.models import Filing
from filings.filing.sections import ACTIONS, FORMS
from filings.outside_care.form4 import Form4
from filings.outside_care.models import OutsideCare
from filings.outside_care.rules import Item, parse_quantity
from filings.outside_care.selectors import slips_of_person, slips_of_stay, slips_visible
from filings.outside_care.services import SLIP, SlipEntry, outside_care_record
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.record_pages import RecordPages
from filings.stays.rules import Verdict
from filings.stays.sections import STAY_SECTIONS

label_actions({"outside_care_recorded": "登记外院或购药单", "outside_care_changed": "更正外院或购药单"})
PAGES = RecordPages(
    group="外院或购药单",
    section="外院检查治疗或购药单（表 4）",
    template="filings/outside_care/_list.html",
    detail_view="filings:outside_care_detail",
    new_view="filings:outside_care_new",
    blank_view="filings:stay_form4",
    of_person=slips_of_person,
    of_stay=slips_of_stay,
)


@SEARCH.register("outside_care", order=33)
def search_slips(user: User, term: str) -> SearchGroup | None:
    """A slip by its number."""
    rows = slips_visible(user).filter(slip_no=term.strip().upper())
    return PAGES.found(user, rows, where=lambda slip: slip.outside_institution)


@CARD.register("outside_care", order=43)
def on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """The person's slips."""
    return PAGES.on_card(user, person)


@PRINTED_OF.register("outside_care")
def printed_slips(user: User, person: InsuredPerson) -> list[tuple[str, str]]:
    """The person's slips: form 4."""
    return PAGES.printed(user, person, SLIP.name)


@ACTIONS.register("outside_care", order=43)
def on_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """A new one from the page of a filing."""
    return PAGES.on_filing(user, filing, "外院购药单")


@FORMS.register("4", order=40)
def form_of_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """Form 4 with the person of a filing, or what was written down of its newest stay."""
    url = reverse("filings:filing_form4", kwargs={"filing_no": filing.filing_no})
    return [Action(f"表 4 {Form4.TITLE}", url)]


@FORM_PAGES.register("4")
def form_page(user: User) -> Action | None:
    """Form 4 is filled by writing down a slip."""
    return PAGES.form_page(user, "登记外院购药单")


@STAY_SECTIONS.register("outside_care", order=30)
def on_stay(user: User, stay: Stay, verdict: Verdict, today: dt.date) -> CardSection:
    """The slips of the stay."""
    return PAGES.on_stay(user, stay)


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
