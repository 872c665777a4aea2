"""患者: what every paper that hangs on a stay says of the person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agency.journal.papers import Tick
from agency.organisation.models import CertificateType, PoolingRegion
from agency.policy.insurance import InsuranceType
from filings.filing.models import Filing
from filings.people.models import InsuredPerson
from filings.people.selectors import likely_enrolment
from filings.stays.models import Stay


@dataclass(frozen=True)
class Patient:
    """The person as the paper names them; every blank field is a line to write on."""

    name: str = ""
    sex: str = ""
    birth_date: dt.date | None = None
    cert_type: str = ""
    cert_no: str = ""
    platform_no: str = ""
    phone: str = ""
    insured_at: str = ""
    insurance: tuple[Tick, ...] = tuple(Tick(str(label)) for label in InsuranceType.labels)


@dataclass(frozen=True)
class PaperStay:
    """The stay as the paper names it; every blank field is a line to write on."""

    institution: str = ""
    institution_code: str = ""
    department: str = ""
    admission_no: str = ""
    admitted_on: dt.date | None = None
    discharged_on: dt.date | None = None


def patient_of(person: InsuredPerson, region: PoolingRegion, filing: Filing | None, on: dt.date) -> Patient:
    """The person as insured by a region: by the filing, without one by the register as of a day."""
    enrolment = likely_enrolment(list(person.enrolments.select_related("region")), region, on)
    insurance = filing.insurance_type if filing is not None else ""
    insurance = insurance or (enrolment.insurance_type if enrolment is not None else "")
    cert_type = CertificateType.objects.filter(code=person.cert_type).first()
    return Patient(
        name=person.name,
        sex=person.get_sex_display(),
        birth_date=person.birth_date,
        cert_type=str(cert_type or ""),
        cert_no=person.cert_no,
        platform_no=person.platform_no,
        phone=person.phone or (filing.phone if filing is not None else ""),
        insured_at=str(region),
        insurance=tuple(Tick(str(label), value == insurance) for value, label in InsuranceType.choices),
    )


def paper_stay(stay: Stay) -> PaperStay:
    """The stay as papers name it."""
    return PaperStay(
        institution=str(stay.institution),
        institution_code=stay.institution.code,
        department=stay.department,
        admission_no=stay.admission_no,
        admitted_on=stay.admitted_on,
        discharged_on=stay.discharged_on,
    )
