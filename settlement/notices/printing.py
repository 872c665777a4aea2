"""打印通知书: forms 7 and 8 of a notice, or blank; logged, with a verification code."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, Paper, Printable, blank_paper, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.notices.form7 import Form7, Form8, form_of
from settlement.notices.models import Notice
from settlement.notices.rules import numbers_named

KIND = "notice"


@PRINTED_FORMS.register(Form7.FORM_NO, order=7)
def print_form7(by: User, at: dt.datetime, number: str) -> Paper:
    """表 7, of a notice by its number, or blank without one."""
    return _printed(Form7(), by, at, number)


@PRINTED_FORMS.register(Form8.FORM_NO, order=8)
def print_form8(by: User, at: dt.datetime, number: str) -> Paper:
    """表 8, of a notice by its number, or blank without one."""
    return _printed(Form8(), by, at, number)


def _printed(blank: Form7, by: User, at: dt.datetime, number: str) -> Paper:
    if not number:
        return blank_paper(blank)
    access.require(by, May.READ_NOTICES)
    notice = notice_named(by, number)
    if notice is None:
        raise DomainError("no_such_notice", f"没有通知书 {number}，或不属于您的统筹区。")
    if notice.form_no != blank.FORM_NO:
        told = f"{notice} 是{notice.get_direction_display()}通知书，请打印表 {notice.form_no}。"
        raise DomainError("other_form", told)
    return paper_pdf(printable_notice(notice), by=by, at=at)


def notice_named(by: User, number: str) -> Notice | None:
    """A notice that a person may see, by its 文号 in whatever brackets, or as 2026-12."""
    year, _, serial = number.partition("-")
    named = Q(notice_no=number)
    if year.isascii() and serial.isascii() and year.isdigit() and serial.isdigit() and len(number) < 12:
        named |= Q(year=int(year), serial=int(serial))
    for found_year, found_serial in numbers_named(number):
        named |= Q(year=found_year, serial=found_serial)
    return Notice.objects.visible_to(by).select_related("region").filter(named).first()


def printable_notice(notice: Notice) -> Printable:
    """The notice as it is printed; nobody vouches for one that was voided."""
    return Printable(
        said=form_of(notice),
        subject_kind=KIND,
        subject_no=notice.notice_no,
        region=notice.region,
        made_at=notice.issued_at,
        vouched=not notice.is_voided,
    )
