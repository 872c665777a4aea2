"""打印手工报销告知单: by the insured region, logged, with its verification code."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from agency.journal.papers import Paper, Printable, paper_page, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.notice import notice_of


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
