"""Writes of a person's card."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from agency.errors import DomainError, NotAllowed
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.tabular.values import to_text
from filings.card.models import LONGEST, Note
from filings.card.rules import holds_whole_number
from filings.people.models import InsuredPerson
from filings.people.selectors import people_visible

NOTE_ADDED = "note_added"


@transaction.atomic
def note_add(*, by: User, at: dt.datetime, person: InsuredPerson, text: str) -> Note:
    """A note of the actor's region; DomainError `note_missing`, `note_too_long`, `note_holds_number`.

    NotAllowed for those who may not write, who belong to no region, or who may not see the person.
    """
    access.require(by, May.WRITE_NOTES)
    if by.region is None or not people_visible(by).filter(pk=person.pk).exists():
        raise NotAllowed("备注由参保地的工作人员写，您不在此人的参保地。")
    text = to_text(text)
    if not text:
        raise DomainError("note_missing", "请写备注的内容。", field="text")
    if len(text) > LONGEST:
        raise DomainError(
            "note_too_long", f"备注有 {len(text)} 个字，最多 {LONGEST} 个字，请缩短。", field="text"
        )
    if holds_whole_number(text):
        raise DomainError(
            "note_holds_number", "备注里不要写完整的证件号码，请去掉号码，写末四位即可。", field="text"
        )
    note = Note.objects.create(person=person, region=by.region, text=text, by=by, at=at)
    audit.record(
        NOTE_ADDED, by=by, at=at, subject_kind="person", subject_no=person.person_no, region=by.region
    )
    return note
