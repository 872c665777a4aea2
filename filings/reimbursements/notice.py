"""手工报销告知单: what is printed for somebody whose stay is reimbursed by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from agency.journal.papers import FormContent
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.selectors import papers_to_bring
from filings.reimbursements.states import ReimbursementState
from filings.stays.patient import PaperStay, Patient, paper_stay, patient_of
from filings.stays.selectors import verdict_of


@dataclass(frozen=True)
class NoticePaper:
    """One paper to bring."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class ReimbursementNotice(FormContent):
    """The notice: whose stay, why it is reimbursed by hand, what to bring. Where and by when is stated by no
    source, so it is not printed."""

    FORM_NO: ClassVar[str] = "告知"
    TITLE: ClassVar[str] = "异地就医手工报销告知单"
    NAME: ClassVar[str] = "手工报销告知单"
    TEMPLATE: ClassVar[str] = "filings/reimbursements/notice.html"

    patient: Patient = Patient()
    stay: PaperStay = PaperStay()
    settled_on: dt.date | None = None
    filing_no: str = ""
    filed_on: dt.date | None = None
    why: str = ""
    papers: tuple[NoticePaper, ...] = ()
    opened_by: str = ""
    opened_on: dt.date | None = None


def blank_notice(on: dt.date) -> ReimbursementNotice:
    """A notice to fill by hand, with the papers to bring as of a day."""
    return ReimbursementNotice(papers=_papers(on))


def _papers(on: dt.date) -> tuple[NoticePaper, ...]:
    return tuple(NoticePaper(paper.name, paper.note) for paper in papers_to_bring(on))


def notice_of(reimbursement: ManualReimbursement, opened_on: dt.date) -> ReimbursementNotice:
    """The notice of a stay in the queue; rules and papers are those of the day it was put there."""
    stay = reimbursement.stay
    state = ReimbursementState(reimbursement.state)
    verdict = verdict_of(stay, opened_on)
    return ReimbursementNotice(
        number=reimbursement.reimbursement_no,
        mark="" if state == ReimbursementState.WAITING else str(state.label),
        patient=patient_of(stay.person, stay.insured_region, stay.filing, opened_on),
        stay=paper_stay(stay),
        settled_on=stay.settled_on,
        filing_no=stay.filing.filing_no if stay.filing is not None else "",
        filed_on=verdict.filed_on,
        why=verdict.sentence,
        papers=_papers(opened_on),
        opened_by=str(reimbursement.opened_by),
        opened_on=opened_on,
    )
