"""表 3、表 4 的空白: a form with the data of a stay or a filing and blanks, which nobody vouches for."""

from __future__ import annotations

from agency.journal.papers import FormContent, Printable
from filings.filing.models import Filing
from filings.stays.models import Stay
from filings.stays.services import KIND


def blank_of_stay(said: FormContent, stay: Stay) -> Printable:
    """The form with what is known of a stay."""
    return Printable(
        said=said,
        subject_kind=KIND,
        subject_no=stay.stay_no,
        region=stay.insured_region,
        made_at=stay.changed_at,
        vouched=False,
    )


def blank_of_filing(said: FormContent, filing: Filing) -> Printable:
    """The form with the person of a filing."""
    return Printable(
        said=said,
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        region=filing.insured_region,
        made_at=filing.effective_at or filing.taken_in_at,
        vouched=False,
    )
