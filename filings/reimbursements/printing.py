"""打印手工报销告知单: by the insured region, logged, with its verification code."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, Paper, Printable, blank_paper, paper_page, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.notice import blank_notice, notice_of
from filings.reimbursements.selectors import reimbursements_visible

NOTICE = "手工报销"


@PRINTED_FORMS.register(NOTICE)
def print_notice(by: User, at: dt.datetime, number: str) -> Paper:
    """手工报销告知单, of a stay in the queue, or blank without a number."""
    if not number:
        return blank_paper(blank_notice(timezone.localdate(at)))
    access.require(by, May.READ_FILINGS)
    found = reimbursements_visible(by).filter(reimbursement_no=number).first()
    if found is None:
        raise DomainError("no_such_reimbursement", f"没有手工报销 {number}，或不在您的统筹区。")
    return notice_pdf(found, by=by, at=at)


def notice_pdf(reimbursement: ManualReimbursement, *, by: User, at: dt.datetime) -> Paper:
    """The notice as PDF; inside it bears the moment it was put into the queue."""
    return paper_pdf(_notice(reimbursement, by), by=by, at=at)


def notice_page(reimbursement: ManualReimbursement, *, by: User, at: dt.datetime) -> str:
    """The notice as a print page."""
    return paper_page(_notice(reimbursement, by), by=by, at=at)


def _notice(reimbursement: ManualReimbursement, by: User) -> Printable:
    access.require(by, May.READ_FILINGS, reimbursement.insured_region)
    return Printable(
        said=notice_of(reimbursement, timezone.localdate(reimbursement.opened_at)),
        subject_kind=ManualReimbursement.machine.kind,
        subject_no=reimbursement.reimbursement_no,
        region=reimbursement.insured_region,
        made_at=reimbursement.opened_at,
    )
