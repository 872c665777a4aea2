"""Reads of a person's card: notes and prints."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from agency.journal.models import AuditEntry
from agency.journal.prints import PRINTED
from agency.organisation.models import User
from filings.card.models import Note
from filings.filing.form1 import Form1
from filings.filing.models import Filing
from filings.people.models import InsuredPerson


def notes_of(person: InsuredPerson, by: User, at_most: int) -> list[Note]:
    """Notes that `by` may read, the newest first."""
    rows = Note.objects.visible_to(by).filter(person=person).select_related("by", "region")
    return list(rows.order_by("-pk")[:at_most])


def prints_of(subjects: Iterable[tuple[str, str]], at_most: int) -> list[AuditEntry]:
    """The log of prints of these records (kind, number), the newest first."""
    by_kind: dict[str, list[str]] = {}
    for kind, number in subjects:
        by_kind.setdefault(kind, []).append(number)
    if not by_kind:
        return []
    any_of = Q()
    for kind, numbers in by_kind.items():
        any_of |= Q(subject_kind=kind, subject_no__in=numbers)
    rows = AuditEntry.objects.filter(any_of, action=PRINTED).select_related("by")
    return list(rows.order_by("-seq")[:at_most])


def with_form1(filings: Iterable[Filing]) -> set[str]:
    """The numbers of the filings of which form 1 was printed as a paper in force: neither another form of
    theirs nor the draft of form 1 stands for it."""
    numbers = [filing.filing_no for filing in filings]
    rows = AuditEntry.objects.filter(subject_kind=Filing.machine.kind, subject_no__in=numbers, action=PRINTED)
    return {
        number
        for number, detail in rows.values_list("subject_no", "detail")
        if detail.get("form_no") == Form1.FORM_NO and detail.get("code")
    }
