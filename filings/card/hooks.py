"""What the card shows of its own: the next step, who may be the same person, notes, papers, prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from agency.journal.actions import label_actions
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import CARD
from agency.web.parts import CardSection
from filings.card.forms import NoteForm
from filings.card.sections import PRINTED_OF
from filings.card.selectors import notes_of, prints_of, with_form1
from filings.card.services import NOTE_ADDED
from filings.card.steps import materials_given, next_steps
from filings.filing.alike import shown_twins
from filings.filing.models import Filing
from filings.filing.selectors import filings_of
from filings.people.alike import alike
from filings.people.models import InsuredPerson

ON_CARD = 8
NOTES_ON_CARD = 20
PAPERS_OF = 3

label_actions({NOTE_ADDED: "写备注"})


@CARD.register("next_steps", order=5)
def steps_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """What can be done next about each open filing."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    filings = filings_of(person, user)
    steps = next_steps(filings, user, today, with_form1(filings))
    return CardSection("下一步", "filings/card/_steps.html", {"steps": steps}) if steps else None


def _of_filings(filings: Iterable[Filing]) -> list[tuple[str, str]]:
    return [(Filing.machine.kind, filing.filing_no) for filing in filings]


@CARD.register("alike", order=8)
def alike_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """Other records that may be of the same person; nothing when there are none."""
    found = alike(user, number=person.cert_no, name=person.name, birth_date=person.birth_date, but=person)
    if not found:
        return None
    return CardSection(
        "可能是同一人", "filings/card/_alike.html", {"rows": shown_twins(found, user, today)}, aside=True
    )


@CARD.register("notes", order=30)
def notes_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection:
    """Notes of the own region, and the field for a new one."""
    return CardSection("备注", "filings/card/_notes.html", note_context(user, person), aside=True)


def note_context(user: User, person: InsuredPerson, form: NoteForm | None = None) -> dict[str, Any]:
    """What the section of notes shows, as part of the card and as a fragment."""
    may_write = access.allowed(user, May.WRITE_NOTES) and user.region_id is not None
    notes = notes_of(person, user, NOTES_ON_CARD + 1)
    return {
        "person": person,
        "notes": notes[:NOTES_ON_CARD],
        "more": len(notes) > NOTES_ON_CARD,
        "form": (form or NoteForm()) if may_write else None,
    }


@CARD.register("papers", order=40)
def papers_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """The papers handed in with the latest filings."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    own = [row for row in filings_of(person, user) if access.within(user, row.insured_region)]
    rows = materials_given(own, PAPERS_OF)
    return (
        CardSection("交过的材料", "filings/card/_papers.html", {"rows": rows}, aside=True) if rows else None
    )


@CARD.register("prints", order=50)
def prints_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection:
    """Every print of the person's records: which form, when, who, under which code."""
    subjects = [pair for entry in PRINTED_OF for pair in entry.function(user, person)]
    rows = prints_of(subjects, ON_CARD + 1)
    context = {"rows": rows[:ON_CARD], "more": len(rows) > ON_CARD, "shown": ON_CARD}
    return CardSection("打印记录", "filings/card/_prints.html", context, aside=True)


@PRINTED_OF.register("filings")
def printed_filings(user: User, person: InsuredPerson) -> list[tuple[str, str]]:
    """The filings of the own region."""
    if not access.allowed(user, May.READ_FILINGS):
        return []
    return _of_filings(row for row in filings_of(person, user) if access.within(user, row.insured_region))
