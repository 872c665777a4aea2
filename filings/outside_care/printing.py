"""打印购药单: form 4 of a slip, or with blanks of a stay or a filing, by the insured region, logged."""

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
from filings.outside_care.form4 import Form4, form4_of, form4_of_filing, form4_of_stay
from filings.outside_care.models import OutsideCare
from filings.outside_care.selectors import slips_visible
from filings.outside_care.services import KIND
from filings.stays.blanks import blank_of_filing, blank_of_stay
from filings.stays.models import Stay
from filings.stays.selectors import stays_visible


@PRINTED_FORMS.register(Form4.FORM_NO, order=4)
def print_form4(by: User, at: dt.datetime, number: str) -> Paper:
    """表 4, of a slip, a stay or a filing, or blank without a number."""
    if not number:
        return blank_paper(Form4())
    access.require(by, May.READ_FILINGS)
    return paper_pdf(form4_named(by, at, number), by=by, at=at)


def form4_named(by: User, at: dt.datetime, number: str) -> Printable:
    """What form 4 says of a number: a slip's own, a stay's or a filing's; `no_such_slip`.

    A stay with a slip prints that; a filing the newest stay that rests on it.
    """
    slip = slips_visible(by).filter(slip_no=number).first()
    if slip is not None:
        return form4_of_slip(slip)
    stay = stays_visible(by).filter(stay_no=number).first()
    if stay is not None:
        return form4_with_stay(stay, by, at)
    filing = Filing.objects.editable_by(by).select_related(*FILING_NAMES).filter(filing_no=number).first()
    if filing is None:
        raise DomainError("no_such_slip", f"没有购药单、就医登记或备案 {number}，或不在您的统筹区。")
    return form4_with_filing(filing, by, at)


def form4_of_slip(slip: OutsideCare) -> Printable:
    """A recorded slip; the moment inside is that of its last correction."""
    return Printable(
        said=form4_of(slip),
        subject_kind=KIND,
        subject_no=slip.slip_no,
        region=slip.stay.insured_region,
        made_at=slip.changed_at,
    )


def form4_with_stay(stay: Stay, by: User, at: dt.datetime) -> Printable:
    """The newest slip of a stay; without one a form to write on, which nobody vouches for."""
    slip = slips_visible(by).filter(stay=stay).first()
    if slip is not None:
        return form4_of_slip(slip)
    return blank_of_stay(form4_of_stay(stay, timezone.localdate(at)), stay)


def form4_with_filing(filing: Filing, by: User, at: dt.datetime) -> Printable:
    """The newest stay that rests on a filing; without one the person and blanks."""
    stay = stays_visible(by).filter(filing=filing).first()
    if stay is not None:
        return form4_with_stay(stay, by, at)
    return blank_of_filing(form4_of_filing(filing, timezone.localdate(at)), filing)
