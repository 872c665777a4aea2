"""打印外伤承诺书: form 3 of a statement, or with blanks of a stay or a filing; logged."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, Paper, Printable, blank_paper, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES as FILING_NAMES
from filings.injuries.form3 import Form3, form3_of, form3_of_filing, form3_of_stay
from filings.injuries.models import InjuryStatement
from filings.injuries.selectors import statements_visible
from filings.injuries.services import KIND
from filings.stays.blanks import blank_of_filing, blank_of_stay
from filings.stays.models import Stay
from filings.stays.selectors import stays_visible


@PRINTED_FORMS.register(Form3.FORM_NO, order=3)
def print_form3(by: User, at: dt.datetime, number: str) -> Paper:
    """表 3, of a statement, a stay or a filing, or blank without a number."""
    if not number:
        return blank_paper(Form3())
    access.require(by, May.READ_FILINGS)
    return paper_pdf(form3_named(by, at, number), by=by, at=at)


def form3_named(by: User, at: dt.datetime, number: str) -> Printable:
    """What form 3 says of a number: a statement's own, a stay's or a filing's; `no_such_statement`.

    A stay with a statement prints that; a filing the newest stay that rests on it.
    """
    statement = statements_visible(by).filter(statement_no=number).first()
    if statement is not None:
        return form3_of_statement(statement)
    stay = stays_visible(by).filter(stay_no=number).first()
    if stay is not None:
        return form3_with_stay(stay, by, at)
    filing = Filing.objects.editable_by(by).select_related(*FILING_NAMES).filter(filing_no=number).first()
    if filing is None:
        raise DomainError("no_such_statement", f"没有外伤承诺书、就医登记或备案 {number}，或不在您的统筹区。")
    return form3_with_filing(filing, by, at)


def form3_of_statement(statement: InjuryStatement) -> Printable:
    """A recorded statement; the moment inside is that of its last correction."""
    return Printable(
        said=form3_of(statement),
        subject_kind=KIND,
        subject_no=statement.statement_no,
        region=statement.stay.insured_region,
        made_at=statement.changed_at,
    )


def form3_with_stay(stay: Stay, by: User, at: dt.datetime) -> Printable:
    """The newest statement of a stay; without one a form to write on, which nobody vouches for."""
    statement = statements_visible(by).filter(stay=stay).first()
    if statement is not None:
        return form3_of_statement(statement)
    return blank_of_stay(form3_of_stay(stay, timezone.localdate(at)), stay)


def form3_with_filing(filing: Filing, by: User, at: dt.datetime) -> Printable:
    """The newest stay that rests on a filing; without one the person and blanks."""
    stay = stays_visible(by).filter(filing=filing).first()
    if stay is not None:
        return form3_with_stay(stay, by, at)
    return blank_of_filing(form3_of_filing(filing, timezone.localdate(at)), filing)
