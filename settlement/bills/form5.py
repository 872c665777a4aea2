"""表 5 吉林省异地就医住院结算单: what is printed of one settled case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from agency.identity import IdentityError, read_id_number
from agency.journal.papers import FormContent, Tick
from agency.money import capitals, yuan
from agency.organisation.models import CertificateType
from agency.policy.insurance import InsuranceType
from filings.models import Enrolment
from filings.people.choices import Sex
from filings.people.selectors import likely_enrolment
from settlement.bills.models import FeeClass, FeeLine
from settlement.matching.selectors import filing_of_case
from settlement.records.figures import FUNDS, LABELS
from settlement.records.models import SettlementRecord


@dataclass(frozen=True)
class FeeRow:
    """One fee class as it is printed; empty where the classes were not delivered."""

    label: str
    amount: str = ""
    class_a: str = ""
    class_b: str = ""
    self_pay: str = ""
    other: str = ""


NO_FEES = tuple(FeeRow(str(label)) for label in FeeClass.labels)
NO_FUNDS = tuple((LABELS[name], "") for name in FUNDS)


@dataclass(frozen=True)
class Form5(FormContent):
    """The form filled in; every blank field is a line to write on. Amounts are texts in yuan."""

    FORM_NO: ClassVar[str] = "5"
    TITLE: ClassVar[str] = "吉林省异地就医住院结算单"
    TEMPLATE: ClassVar[str] = "settlement/bills/form5.html"

    institution: str = ""
    institution_code: str = ""
    institution_level: str = ""
    settled_on: dt.date | None = None
    name: str = ""
    sex: str = ""
    birth_date: dt.date | None = None
    cert_type: str = ""
    cert_no: str = ""
    person_no: str = ""
    insured_at: str = ""
    care_at: str = ""
    insurance: tuple[Tick, ...] = tuple(Tick(str(label)) for label in InsuranceType.labels)
    category: str = ""
    filing_kind: str = ""
    care_kind: str = ""
    medical_record_no: str = ""
    department: str = ""
    admitted_on: dt.date | None = None
    discharged_on: dt.date | None = None
    days: str = ""
    diagnosis: str = ""
    fees: tuple[FeeRow, ...] = NO_FEES
    fees_told: str = ""
    full_self_pay: str = ""
    over_limit_self_pay: str = ""
    prior_self_pay: str = ""
    in_scope: str = ""
    deductible: str = ""
    funds: tuple[tuple[str, str], ...] = NO_FUNDS
    fund_total: str = ""
    personal_account: str = ""
    cash: str = ""
    hospital: str = ""
    total: str = ""
    total_capitals: str = ""


def form5_of(record: SettlementRecord) -> Form5:
    """The form of a case. The category is the register's; 科室 is in no delivered file: it is written in."""
    sex, birth_date = _sex_and_birth(record)
    filing = filing_of_case(record)
    fees = tuple(_fees(record))
    return Form5(
        number=record.settlement_no,
        institution=str(record.institution),
        institution_code=record.institution.code,
        institution_level=record.institution.level,
        settled_on=timezone.localdate(record.settled_at),
        name=record.person_name,
        sex=sex,
        birth_date=birth_date,
        cert_type=str(CertificateType.objects.filter(code=record.cert_type).first() or ""),
        cert_no=record.cert_no,
        person_no=record.person_no,
        insured_at=str(record.insured_region),
        care_at=str(record.care_region),
        insurance=tuple(
            Tick(str(label), value == record.insurance_type) for value, label in InsuranceType.choices
        ),
        category=_category(record),
        filing_kind=filing.get_kind_display() if filing is not None else "",
        care_kind=record.get_care_kind_display(),
        medical_record_no=record.medical_record_no,
        admitted_on=record.admitted_on,
        discharged_on=record.discharged_on,
        days=_days(record),
        diagnosis=record.diagnosis,
        fees=fees or NO_FEES,
        fees_told="" if fees else "医药机构没有传来费用分类",
        full_self_pay=yuan(record.full_self_pay_fen),
        over_limit_self_pay=yuan(record.over_limit_self_pay_fen),
        prior_self_pay=yuan(record.prior_self_pay_fen),
        in_scope=yuan(record.in_scope_fen),
        deductible=yuan(record.deductible_fen),
        funds=tuple((LABELS[name], yuan(getattr(record, name))) for name in FUNDS),
        fund_total=yuan(record.fund_total_fen),
        personal_account=yuan(record.personal_account_pay_fen),
        cash=yuan(record.cash_pay_fen),
        hospital=yuan(record.hospital_pay_fen),
        total=yuan(record.total_fee_fen),
        total_capitals=capitals(record.total_fee_fen),
    )


def _fees(record: SettlementRecord) -> list[FeeRow]:
    """All fourteen rows once any class was delivered: a class that is not among them is 0.00."""
    lines = {line.fee_class: line for line in FeeLine.objects.filter(record=record)}
    if not lines:
        return []
    nothing = FeeLine(amount_fen=0)
    return [
        FeeRow(
            str(label),
            yuan(line.amount_fen),
            yuan(line.class_a_fen),
            yuan(line.class_b_fen),
            yuan(line.self_pay_fen),
            yuan(line.other_fen),
        )
        for value, label in FeeClass.choices
        for line in [lines.get(value, nothing)]
    ]


def _days(record: SettlementRecord) -> str:
    """Days in hospital: the day of discharge counts with that of the admission once [P]."""
    if record.admitted_on is None or record.discharged_on is None:
        return ""
    return str(max(1, (record.discharged_on - record.admitted_on).days))


def _sex_and_birth(record: SettlementRecord) -> tuple[str, dt.date | None]:
    """What the number itself says; of other documents nothing is known."""
    try:
        read = read_id_number(record.cert_type, record.cert_no)
    except IdentityError:  # written by hand, or stored before the number was checked
        return "", None
    return str(Sex(read.sex).label) if read.sex else "", read.birth_date


def _category(record: SettlementRecord) -> str:
    """人员类别 by the register of the insured region, on the day of the settlement."""
    rows = Enrolment.objects.filter(person__cert_type=record.cert_type, person__cert_no=record.cert_no)
    rows = rows.filter(insurance_type=record.insurance_type).select_related("region")
    on = timezone.localdate(record.settled_at)
    found = likely_enrolment(list(rows), record.insured_region, on)
    return str(found.get_category_display()) if found is not None else ""
