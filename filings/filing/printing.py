"""打印登记备案表: form 1 of a filing, by the insured region, logged, with its verification code."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, Paper, Printable, blank_paper, paper_page, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.form1 import Form1, blank_form, form_of
from filings.filing.models import Filing
from filings.filing.selectors import filings_visible


@PRINTED_FORMS.register(Form1.FORM_NO)
def print_form1(by: User, at: dt.datetime, number: str) -> Paper:
    """表 1, of a filing, or blank without a number."""
    return form1_pdf(filing_to_print(by, number), by=by, at=at) if number else blank_paper(blank_form())


def filing_to_print(by: User, number: str) -> Filing:
    """The filing of a number that was typed, or `no_such_filing`; NotAllowed without the right to read."""
    access.require(by, May.READ_FILINGS)
    filing = filings_visible(by).filter(filing_no=number).first()
    if filing is None:
        raise DomainError("no_such_filing", f"没有备案 {number}，或不在您的统筹区。")
    return filing


def form1_pdf(filing: Filing, *, by: User, at: dt.datetime) -> Paper:
    """The filing's form as PDF; inside it bears the moment it came into force, or was taken in."""
    return paper_pdf(_form1(filing, by=by, at=at), by=by, at=at)


def form1_page(filing: Filing, *, by: User, at: dt.datetime) -> str:
    """The filing's form as a print page."""
    return paper_page(_form1(filing, by=by, at=at), by=by, at=at)


def _form1(filing: Filing, *, by: User, at: dt.datetime) -> Printable:
    """The form; one that never took effect is nothing that anybody vouches for."""
    access.require(by, May.READ_FILINGS, filing.insured_region)
    return Printable(
        said=form_of(filing, timezone.localdate(at)),
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        region=filing.insured_region,
        made_at=filing.effective_at or filing.taken_in_at,
        vouched=filing.effective_at is not None,
    )
