"""打印住院结算单: form 5 of a case, or blank; logged, with its verification code."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db.models import Q

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, Paper, Printable, blank_paper, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.policy.care import CareKind
from settlement.bills.form5 import Form5, form5_of
from settlement.records.models import SettlementRecord
from settlement.records.selectors import record_current

KIND = "record"
REFUND, REVERSED = "退费", "已冲正"
IN_HOSPITAL = (CareKind.INPATIENT, CareKind.MATERNITY)


@PRINTED_FORMS.register(Form5.FORM_NO, order=5)
def print_form5(by: User, at: dt.datetime, number: str) -> Paper:
    """表 5, of a settled case, or blank without a number."""
    if not number:
        return blank_paper(Form5())
    access.require(by, May.PRINT_BILLS)
    record = record_current(by, number)
    if record is None:
        raise DomainError("no_such_record", f"没有结算 {number}，或不属于您的统筹区。")
    return paper_pdf(printable_form5(record), by=by, at=at)


def printable_form5(record: SettlementRecord) -> Printable:
    """The form of a case in hospital; `not_in_hospital` for other care. One that was reversed says so across
    the page and bears no code: nobody vouches for it any more."""
    if record.care_kind not in IN_HOSPITAL:
        told = f"结算 {record} 是{record.get_care_kind_display()}，表 5 只用于住院和生育。"
        raise DomainError("not_in_hospital", told)
    said = said_of(record)
    return Printable(
        said=said,
        subject_kind=KIND,
        subject_no=record.settlement_no,
        region=record.insured_region,
        made_at=record.settled_at,
        vouched=said.mark != REVERSED,
    )


def said_of(record: SettlementRecord) -> Form5:
    """The form with what stands across it: a refund, or a case that was reversed."""
    back = SettlementRecord.objects.filter(
        Q(correction_no=0) | Q(correction_no=record.correction_no + 1),
        reverses_no=record.settlement_no,
        is_reversal=True,
    )
    mark = REFUND if record.is_reversal else REVERSED if back.exists() else ""
    return replace(form5_of(record), mark=mark)
