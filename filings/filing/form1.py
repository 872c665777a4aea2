"""表 1 登记备案表: what is printed of a filing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from agency.journal.papers import FormContent, Tick
from agency.organisation.models import AreaCode, CertificateType
from agency.policy.insurance import InsuranceType
from filings.filing.kinds import FilingKind, GivenAs
from filings.filing.models import Filing, FilingMaterial
from filings.filing.selectors import terms_of
from filings.filing.states import FilingState
from filings.materials.rules import COMMITMENT_LETTER
from filings.people.choices import PersonCategory

PROVINCE = "吉林省"


@dataclass(frozen=True)
class Form1(FormContent):
    """The form filled in; every blank field is a line to write on."""

    FORM_NO: ClassVar[str] = "1"
    TITLE: ClassVar[str] = "吉林省医疗保险异地就医登记备案表"
    NAME: ClassVar[str] = "登记备案表"
    TEMPLATE: ClassVar[str] = "filings/filing/form1.html"
    COPIES: ClassVar[tuple[str, ...]] = ("经办机构留存", "参保人留存")

    filled_on: dt.date | None = None
    name: str = ""
    sex: str = ""
    birth_date: dt.date | None = None
    cert_type: str = ""
    cert_no: str = ""
    platform_no: str = ""
    insurance: tuple[Tick, ...] = ()
    category: tuple[Tick, ...] = ()
    phone: str = ""
    insured_at: str = ""
    care_at: str = ""
    address: str = ""
    kinds: tuple[Tick, ...] = ()
    scopes: tuple[Tick, ...] = ()
    period: str = ""
    care_kind: str = ""
    care_institution: str = ""
    referring_institution: str = ""
    diagnosis: str = ""
    referred_on: dt.date | None = None
    settlements: str = ""
    replaces: str = ""
    materials: tuple[Tick, ...] = ()
    agent_name: str = ""
    agent_cert_no: str = ""
    agent_phone: str = ""
    agent_relation: str = ""
    taken_in_by: str = ""
    reviewed_by: str = ""
    received_on: dt.date | None = None
    received_at: str = ""
    is_long_term: bool | None = None
    lock_months: int | None = None


def blank_form() -> Form1:
    """The form without a number, to be written on."""
    return Form1(
        insurance=_ticks(InsuranceType.choices, ""),
        category=_ticks(PersonCategory.choices, ""),
        kinds=_ticks(FilingKind.choices, ""),
        scopes=_ticks([("in", "省内"), ("out", "跨省")], ""),
    )


def form_of(filing: Filing, on: dt.date) -> Form1:
    """The form of a filing, as it stands on a day."""
    person, state = filing.person, filing.state_on(on)
    terms = terms_of(filing.kind, filing.received_on) if filing.kind else None
    scope = "" if filing.care_region is None else "out" if filing.is_cross_province else "in"
    cert_type = CertificateType.objects.filter(code=person.cert_type).first()
    return Form1(
        number=filing.filing_no,
        filled_on=filing.received_on,
        name=person.name,
        sex=person.get_sex_display(),
        birth_date=person.birth_date,
        cert_type=str(cert_type or ""),
        cert_no=person.cert_no,
        platform_no=person.platform_no,
        insurance=_ticks(InsuranceType.choices, filing.insurance_type),
        category=_ticks(PersonCategory.choices, filing.category),
        phone=filing.phone,
        insured_at=_insured_at(filing),
        care_at=_care_at(filing),
        address=filing.address,
        kinds=_ticks(FilingKind.choices, filing.kind),
        scopes=_ticks([("in", "省内"), ("out", "跨省")], scope),
        period=_period(filing),
        care_kind=filing.get_care_kind_display() or "不限，按参保地待遇",
        care_institution=str(filing.care_institution or "") if filing.kind == FilingKind.REFERRAL else "",
        referring_institution=str(filing.referring_institution or ""),
        diagnosis=filing.diagnosis,
        referred_on=filing.referred_on,
        settlements=f"可直接结算 {filing.settlements_allowed} 次" if filing.settlements_allowed else "",
        replaces=filing.replaces.filing_no if filing.replaces is not None else "",
        materials=_materials(filing),
        agent_name=filing.agent_name,
        agent_cert_no=filing.agent_cert_no,
        agent_phone=filing.agent_phone,
        agent_relation=filing.agent_relation,
        taken_in_by=str(filing.taken_in_by),
        reviewed_by=str(filing.reviewed_by or ""),
        received_on=filing.received_on,
        received_at=str(filing.counter or filing.insured_region),
        is_long_term=terms.is_long_term if terms is not None else None,
        lock_months=terms.lock_months if terms is not None and filing.is_cross_province else None,
        mark="" if state == FilingState.IN_FORCE else state.label,
    )


def _ticks(choices: Any, chosen: str) -> tuple[Tick, ...]:
    return tuple(Tick(str(label), value == chosen) for value, label in choices)


def _insured_at(filing: Filing) -> str:
    """省 / 统筹区 / 区县, the last from the enrolment's area code."""
    region = filing.insured_region
    enrolment = filing.person.enrolments.filter(region=region, insurance_type=filing.insurance_type).first()
    place = f"{PROVINCE}　{region.name}"
    if enrolment is None or enrolment.area_code in (region.code, f"{region.code[:4]}99"):
        return place
    area = AreaCode.objects.filter(area_code=enrolment.area_code).order_by("-valid_from").first()
    return f"{place}　{area.name}" if area is not None else place


def _care_at(filing: Filing) -> str:
    """就医地, with the hospital where one is named; a referral names it in its own line."""
    if filing.care_institution is None or filing.kind == FilingKind.REFERRAL:
        return filing.care_place_name
    return f"{filing.care_place_name}　{filing.care_institution}"


def _period(filing: Filing) -> str:
    """起止日期, both days included; 长期有效 without an end; no period where no day ever was valid."""
    if filing.never_valid:
        return filing.never_valid_because
    if filing.begins_on is None:
        return ""
    if filing.ends_on is not None:
        return f"{_day(filing.begins_on)} 至 {_day(filing.ends_on)}"
    return f"{_day(filing.begins_on)} 起，长期有效"


def _day(on: dt.date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _materials(filing: Filing) -> tuple[Tick, ...]:
    """√ with how it was given; a promise has 承诺 in place of the √."""
    return tuple(_paper(row) for row in filing.materials.select_related("material"))


def _paper(row: FilingMaterial) -> Tick:
    if row.material.code == COMMITMENT_LETTER:
        return Tick(f"{row.material}（代替证明）", promised=True)
    if row.given_as in (GivenAs.COMMITMENT, GivenAs.DEFERRED):
        return Tick(f"{row.material}（待补交）", promised=True)
    return Tick(f"{row.material}（{row.get_given_as_display()}）", on=True)
