"""表 3 外伤无第三方责任承诺书: what is printed of a statement, or of a stay before one is written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from django.utils import timezone

from agency.journal.papers import FormContent
from filings.filing.models import Filing
from filings.injuries.models import InjuryStatement, ProxyRole
from filings.stays.models import Stay
from filings.stays.patient import PaperStay, Patient, paper_stay, patient_of


@dataclass(frozen=True)
class Form3(FormContent):
    """The form filled in; every blank field is a line to write on."""

    FORM_NO: ClassVar[str] = "3"
    TITLE: ClassVar[str] = "外伤无第三方责任承诺书"
    NAME: ClassVar[str] = "外伤承诺书"
    TEMPLATE: ClassVar[str] = "filings/injuries/form3.html"

    patient: Patient = Patient()
    stay: PaperStay = PaperStay()
    injured_on: dt.date | None = None
    injured_time: str = ""
    place: str = ""
    course: str = ""
    proxy_name: str = ""
    proxy_relation: str = ""
    proxy_phone: str = ""
    proxy_cert_no: str = ""
    recorded_by: str = ""
    signed_as: str = field(default="", metadata={"later": True})  # 监护人; empty: 代理人


def form3_of(statement: InjuryStatement) -> Form3:
    """The form of a statement; the register is read as of the day it was written down."""
    stay, on = statement.stay, timezone.localdate(statement.recorded_at)
    return Form3(
        number=statement.statement_no,
        patient=patient_of(stay.person, stay.insured_region, stay.filing, on),
        stay=paper_stay(stay),
        injured_on=statement.injured_on,
        injured_time=f"{statement.injured_time:%H:%M}" if statement.injured_time is not None else "",
        place=statement.place,
        course=statement.course,
        proxy_name=statement.proxy_name,
        proxy_relation=statement.proxy_relation,
        proxy_phone=statement.proxy_phone,
        proxy_cert_no=statement.proxy_cert_no,
        recorded_by=str(statement.recorded_by),
        signed_as="监护人" if statement.proxy_role == ProxyRole.GUARDIAN else "",
    )


def form3_of_stay(stay: Stay, on: dt.date) -> Form3:
    """The form with the person and the stay, and blanks for the injury."""
    return Form3(patient=patient_of(stay.person, stay.insured_region, stay.filing, on), stay=paper_stay(stay))


def form3_of_filing(filing: Filing, on: dt.date) -> Form3:
    """The form with the person of a filing, and blanks for all else."""
    return Form3(patient=patient_of(filing.person, filing.insured_region, filing, on))
