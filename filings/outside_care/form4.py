"""表 4 住院期间外院检查治疗或定点药店购药单: what is printed of a slip, or of a stay without one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from agency.journal.papers import FormContent, Tick
from agency.money import capitals, yuan
from agency.organisation.models import Institution
from filings.filing.models import Filing
from filings.outside_care.models import OutsideCare
from filings.outside_care.rules import quantity_text
from filings.outside_care.selectors import items_of
from filings.stays.models import Stay
from filings.stays.patient import PaperStay, Patient, paper_stay, patient_of

LINES = 8
KINDS = ("外院检查治疗", "定点药店购药")


@dataclass(frozen=True)
class PaperLine:
    """One line of the table; an empty one is there to be written on."""

    name: str = ""
    code: str = ""
    spec: str = ""
    quantity: str = ""
    unit_price: str = ""
    amount: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Form4(FormContent):
    """The form filled in; every blank field is a line to write on."""

    FORM_NO: ClassVar[str] = "4"
    TITLE: ClassVar[str] = "住院期间外院检查治疗或定点药店购药单"
    NAME: ClassVar[str] = "外院检查治疗或购药单"
    TEMPLATE: ClassVar[str] = "filings/outside_care/form4.html"

    patient: Patient = Patient()
    stay: PaperStay = PaperStay()
    department: str = ""
    kinds: tuple[Tick, ...] = tuple(Tick(kind) for kind in KINDS)
    outside_name: str = ""
    outside_code: str = ""
    lines: tuple[PaperLine, ...] = (PaperLine(),) * LINES
    total: str = ""
    total_capitals: str = ""
    doctor: str = ""
    section_head: str = ""
    insurance_office: str = ""
    prescribed_on: dt.date | None = None


def form4_of(slip: OutsideCare) -> Form4:
    """The form of a slip; the register is read as of the day it was written down."""
    stay, on = slip.stay, timezone.localdate(slip.recorded_at)
    lines = [
        PaperLine(
            name=item.name,
            code=item.code,
            spec=item.spec,
            quantity=quantity_text(item.quantity_milli),
            unit_price=yuan(item.unit_price_fen),
            amount=yuan(item.amount_fen),
            reason=item.reason,
        )
        for item in items_of(slip)
    ]
    lines += [PaperLine()] * (LINES - len(lines))
    return Form4(
        number=slip.slip_no,
        patient=patient_of(stay.person, stay.insured_region, stay.filing, on),
        stay=paper_stay(stay),
        department=slip.department or stay.department,
        kinds=_kinds(slip.outside_institution),
        outside_name=str(slip.outside_institution),
        outside_code=slip.outside_institution.code,
        lines=tuple(lines),
        total=yuan(slip.total_fen),
        total_capitals=capitals(slip.total_fen),
        doctor=slip.doctor,
        section_head=slip.section_head,
        insurance_office=slip.insurance_office,
        prescribed_on=slip.prescribed_on,
    )


def _kinds(institution: Institution) -> tuple[Tick, ...]:
    chosen = KINDS[1] if institution.is_pharmacy else KINDS[0]
    return tuple(Tick(kind, kind == chosen) for kind in KINDS)


def form4_of_stay(stay: Stay, on: dt.date) -> Form4:
    """The form with the person and the stay, and empty lines."""
    patient = patient_of(stay.person, stay.insured_region, stay.filing, on)
    return Form4(patient=patient, stay=paper_stay(stay), department=stay.department)


def form4_of_filing(filing: Filing, on: dt.date) -> Form4:
    """The form with the person of a filing, and blanks for all else."""
    return Form4(patient=patient_of(filing.person, filing.insured_region, filing, on))
