"""打印承诺书、容缺承诺书、催办单: by the insured region, logged, with a verification code once in force."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, FormContent, Paper, Printable, blank_paper, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.filing.printing import filing_to_print
from filings.followups.letters import (
    DeferralLetter,
    Form2,
    Reminder,
    deferral_of,
    form2_of,
    reminder_of,
)
from filings.followups.models import FollowUp
from filings.followups.selectors import follow_ups_visible


@PRINTED_FORMS.register(Form2.FORM_NO)
def print_form2(by: User, at: dt.datetime, number: str) -> Paper:
    """表 2, of a filing or a follow-up, or blank without a number."""
    if not number:
        return blank_paper(Form2())
    return paper_pdf(form2_printable(_filing(by, number), by=by, at=at), by=by, at=at)


@PRINTED_FORMS.register(DeferralLetter.FORM_NO)
def print_deferral(by: User, at: dt.datetime, number: str) -> Paper:
    """容缺受理告知承诺书, of a filing or a follow-up, or blank without a number."""
    if not number:
        return blank_paper(DeferralLetter())
    return paper_pdf(deferral_printable(_filing(by, number), by=by, at=at), by=by, at=at)


@PRINTED_FORMS.register(Reminder.FORM_NO)
def print_reminder(by: User, at: dt.datetime, number: str) -> Paper:
    """催办单, of a follow-up, or blank without a number."""
    if not number:
        return blank_paper(Reminder())
    return paper_pdf(reminder_printable(_follow_up(by, number), by=by, at=at), by=by, at=at)


def form2_printable(filing: Filing, *, by: User, at: dt.datetime) -> Printable:
    """The commitment letter of a filing; before it takes effect nobody vouches for it yet."""
    return _of_filing(form2_of(filing, timezone.localdate(at)), filing, by=by)


def deferral_printable(filing: Filing, *, by: User, at: dt.datetime) -> Printable:
    """The 容缺 letter of a filing."""
    return _of_filing(deferral_of(filing, timezone.localdate(at)), filing, by=by)


def reminder_printable(row: FollowUp, *, by: User, at: dt.datetime) -> Printable:
    """The reminder of a follow-up that waits; `not_open` when nothing is owed any more."""
    access.require(by, May.READ_FILINGS, row.region)
    on = timezone.localdate(at)
    state = row.state_on(on)
    if state in FollowUp.machine.terminal:
        raise DomainError("not_open", f"{row.follow_up_no} 现在是“{state.label}”，不用再催。")
    return Printable(
        said=reminder_of(row, on),
        subject_kind=FollowUp.machine.kind,
        subject_no=row.follow_up_no,
        region=row.region,
        made_at=timezone.make_aware(dt.datetime.combine(on, dt.time())),
    )


def _of_filing(said: FormContent, filing: Filing, *, by: User) -> Printable:
    access.require(by, May.READ_FILINGS, filing.insured_region)
    return Printable(
        said=said,
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        region=filing.insured_region,
        made_at=filing.effective_at or filing.taken_in_at,
        vouched=filing.effective_at is not None,
    )


def _filing(by: User, number: str) -> Filing:
    """The filing of a number that was typed: its own, or that of one of its follow-ups."""
    if number[:1].upper() == "G":
        return _follow_up(by, number).filing
    return filing_to_print(by, number)


def _follow_up(by: User, number: str) -> FollowUp:
    access.require(by, May.READ_FILINGS)
    row = follow_ups_visible(by).filter(follow_up_no=number.upper()).first()
    if row is None:
        raise DomainError("no_such_follow_up", f"没有跟踪 {number}，或不在您的统筹区。")
    return row
