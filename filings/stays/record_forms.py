"""表 3、表 4 的打印: a form of a record of a stay, or with the data of a stay or a filing and blanks to write
on, which nobody vouches for. By the insured region, logged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from django.db.models import QuerySet
from django.utils import timezone

from agency.errors import DomainError
from agency.journal.models import PrintedForm
from agency.journal.papers import FormContent, Paper, Printable, blank_paper, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.parts import Standing
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES as FILING_NAMES
from filings.stays.models import Stay
from filings.stays.recording import R, RecordKind
from filings.stays.selectors import stays_visible
from filings.stays.services import KIND


@dataclass(frozen=True)
class FormOfRecord(Generic[R]):
    """How one form is printed: `visible` are the records that an actor may look at, newest first; the `says`
    tell what it says of a record, and on a day of a stay and of a filing's person."""

    record: RecordKind[R]
    label: str  # what a record is called where there is none of a number
    visible: Callable[[User], QuerySet[R]]
    says: Callable[[R], FormContent]
    says_of_stay: Callable[[Stay, dt.date], FormContent]
    says_of_filing: Callable[[Filing, dt.date], FormContent]

    def printed(self, blank: FormContent, by: User, at: dt.datetime, number: str) -> Paper:
        """The form of a number as PDF, or `blank` without one."""
        if not number:
            return blank_paper(blank)
        access.require(by, May.READ_FILINGS)
        return paper_pdf(self.named(by, at, number), by=by, at=at)

    def named(self, by: User, at: dt.datetime, number: str) -> Printable:
        """What the form says of a number: a record's own, a stay's or a filing's; `no_such_…` for none.

        A stay with a record prints that; a filing the newest stay that rests on it.
        """
        record = self.visible(by).filter(**{self.record.number_field: number}).first()
        if record is not None:
            return self.of_record(record)
        stay = stays_visible(by).filter(stay_no=number).first()
        if stay is not None:
            return self.of_stay(stay, by, at)
        filings = Filing.objects.editable_by(by).select_related(*FILING_NAMES)
        filing = filings.filter(filing_no=number).first()
        if filing is None:
            told = f"没有{self.label}、就医登记或备案 {number}，或不在您的统筹区。"
            raise DomainError(f"no_such_{self.record.number_field.removesuffix('_no')}", told)
        return self.of_filing(filing, by, at)

    def of_record(self, record: R) -> Printable:
        """A record's own; the moment inside is that of its last correction."""
        return Printable(
            said=self.says(record),
            subject_kind=self.record.name,
            subject_no=str(record),
            region=record.stay.insured_region,
            made_at=record.changed_at,
        )

    def of_stay(self, stay: Stay, by: User, at: dt.datetime) -> Printable:
        """The newest record of a stay; without one a form to write on, which nobody vouches for."""
        record = self.visible(by).filter(stay=stay).first()
        if record is not None:
            return self.of_record(record)
        return Printable(
            said=self.says_of_stay(stay, timezone.localdate(at)),
            subject_kind=KIND,
            subject_no=stay.stay_no,
            region=stay.insured_region,
            made_at=stay.changed_at,
            vouched=False,
        )

    def of_filing(self, filing: Filing, by: User, at: dt.datetime) -> Printable:
        """The newest stay that rests on a filing; without one the person and blanks."""
        stay = stays_visible(by).filter(filing=filing).first()
        if stay is not None:
            return self.of_stay(stay, by, at)
        return Printable(
            said=self.says_of_filing(filing, timezone.localdate(at)),
            subject_kind=Filing.machine.kind,
            subject_no=filing.filing_no,
            region=filing.insured_region,
            made_at=filing.effective_at or filing.taken_in_at,
            vouched=False,
        )

    def standing(self, printed: PrintedForm, records: QuerySet[R]) -> Standing | None:
        """Of a printed form: on record with this content, or corrected since; None for another kind's."""
        if printed.subject_kind != self.record.name:
            return None
        record = records.filter(**{self.record.number_field: printed.subject_no}).first()
        if record is None:
            return None
        holds = self.says(record).digest() == printed.digest
        return Standing("已登记" if holds else "打印后有更正", holds)
