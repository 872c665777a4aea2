"""备案的规则: everything that keeps a filing from being submitted. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from agency.errors import DomainError
from agency.identity import IdentityError, read_id_number
from filings.filing.validity import ONE_DAY, Terms, is_plausible

RETIRED_ONLY = frozenset({"retired_relocation"})
RETIRED = "retired"
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|00?[0-9]{8,16}|[0-9]{7,8}")

_LIKE_RESIDENT_ID = re.compile(r"[0-9]{14,}[0-9Xx]?")


def is_phone(text: str) -> bool:
    """A mobile or fixed number of this country, or an international one."""
    return _PHONE.fullmatch(re.sub(r"[\s()（）]", "", text)) is not None


@dataclass(frozen=True, slots=True)
class Insurance:
    """What the register says about the insurance type chosen: None fields when there is no such enrolment."""

    category: str
    category_label: str
    status_label: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class CarePlace:
    """就医地 as chosen: a province, and a city where the province has any."""

    province_chosen: bool = False
    complete: bool = False
    is_own_region: bool = False
    is_cross_region: bool = True


@dataclass(frozen=True, slots=True)
class Agent:
    """代办人: who comes for the person."""

    name: str = ""
    cert_no: str = ""
    phone: str = ""
    relation: str = ""

    @property
    def is_given(self) -> bool:
        return any((self.name, self.cert_no, self.phone, self.relation))


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a filing from being submitted: beside which field, and what to do."""

    code: str
    field: str | None
    message: str
    other_no: str = ""

    def as_error(self) -> DomainError:
        return DomainError(self.code, self.message, field=self.field, other_no=self.other_no)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another filing that shares a day: its number and its last day (None: until changed or cancelled)."""

    other_no: str
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class BeginSpan:
    """How far from the day of receipt a begin may lie, in days: dated parameters [P]."""

    back: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything that is judged when a filing is submitted or approved."""

    on: dt.date
    received_on: dt.date
    begin_span: BeginSpan
    region_name: str
    insurance_label: str
    insurance: Insurance | None
    phone: str
    kind: str
    terms: Terms | None
    place: CarePlace
    begins_on: dt.date | None
    ends_on: dt.date | None
    address: str
    agent: Agent
    person_cert_no: str
    has_material_rules: bool = True
    missing_materials: Sequence[Reason] = ()
    overlap: Overlap | None = None


def submission_reasons(filed: Submission) -> list[Reason]:
    """All reasons at once, in the order of the page; empty when the filing may be submitted."""
    return [
        *_person_reasons(filed),
        *_kind_reasons(filed),
        *_place_reasons(filed),
        *_date_reasons(filed),
        *filed.missing_materials,
        *agent_reasons(filed.agent, filed.person_cert_no),
    ]


def _person_reasons(filed: Submission) -> list[Reason]:
    """Insurance must be in force in the region that takes the filing in [P]."""
    found = []
    if not filed.insurance_label:
        found.append(Reason("insurance_type_missing", "insurance_type", "请选择险种。"))
    elif filed.insurance is None:
        found.append(
            Reason(
                "not_enrolled",
                "insurance_type",
                f"参保登记里没有此人在{filed.region_name}的{filed.insurance_label}参保关系。请核对证件号码和险种；"
                "确已参保的，先导入参保登记再提交。",
            )
        )
    elif not filed.insurance.in_force:
        found.append(
            Reason(
                "insurance_not_in_force",
                "insurance_type",
                f"{filed.region_name}{filed.insurance_label}参保状态是“{filed.insurance.status_label}”，"
                "参保恢复后才能备案。",
            )
        )
    if not filed.phone:
        found.append(Reason("phone_missing", "phone", "请填写联系电话，办结和补正都要联系本人。"))
    elif not is_phone(filed.phone):
        found.append(Reason("bad_phone", "phone", "联系电话不像电话号码，请填手机号，或带区号的座机。"))
    return found


def _kind_reasons(filed: Submission) -> list[Reason]:
    if not filed.kind:
        return [Reason("kind_missing", "kind", "请选择备案类型。")]
    if filed.terms is None or not filed.terms.offered:
        return [Reason("kind_not_offered", "kind", "窗口现在不受理这一类备案，请选择其他类型。")]
    if not filed.has_material_rules:
        told = "材料规则表里没有这一类备案的材料要求，不能提交；请主管在后台管理里补上材料规则。"
        return [Reason("material_rules_missing", "kind", told)]
    if filed.kind in RETIRED_ONLY and filed.insurance is not None and filed.insurance.category != RETIRED:
        return [
            Reason(
                "not_retired",
                "kind",
                f"人员类别是“{filed.insurance.category_label}”，异地安置退休只对退休人员；可改办异地长期居住。",
            )
        ]
    return []


def _place_reasons(filed: Submission) -> list[Reason]:
    place = filed.place
    if not place.province_chosen:
        return [Reason("place_missing", "province", "请选择就医地所在的省。")]
    if not place.complete:
        return [Reason("city_missing", "city", "请选择就医地所在的市。")]
    if place.is_own_region:
        told = f"就医地就是参保地{filed.region_name}，不属于异地就医，不用备案。"
        return [Reason("place_is_insured_region", "city", told)]
    if not place.is_cross_region:
        told = f"{filed.region_name}与这个统筹区之间不算异地就医，不用备案。"
        return [Reason("not_cross_region", "city", told)]
    return []


def _date_reasons(filed: Submission) -> list[Reason]:
    found = []
    if filed.begins_on is None:
        found.append(Reason("begin_missing", "begins_on", "请填写生效日期。"))
    else:
        found += _begin_reasons(filed, filed.begins_on)
    if filed.terms is not None and filed.terms.is_long_term and not filed.address:
        found.append(Reason("address_missing", "address", "请填写异地居住地址，登记备案表上要印。"))
    return found


def _begin_reasons(filed: Submission, begins_on: dt.date) -> list[Reason]:
    """The first thing that is wrong with a begin: too far away, over already, or the days are taken [P]."""
    if not is_plausible(begins_on):
        return [Reason("begin_far_away", "begins_on", "生效日期不像真的，请核对年份。")]
    days, span = (begins_on - filed.received_on).days, filed.begin_span
    if days < -span.back:
        told = f"生效日期比受理日期早 {-days} 天，最多可提前 {span.back} 天，请核对年份。"
        return [Reason("begin_far_away", "begins_on", told)]
    if days > span.ahead:
        told = f"生效日期比受理日期晚 {days} 天，最多可推后 {span.ahead} 天，请核对年份。"
        return [Reason("begin_far_away", "begins_on", told)]
    if filed.ends_on is not None and filed.ends_on < filed.on:
        told = f"从 {begins_on} 起算，有效期到 {filed.ends_on} 已满，批下来也用不上；请改生效日期。"
        return [Reason("over_already", "begins_on", told)]
    return [_overlap_reason(filed.overlap)] if filed.overlap is not None else []


def _overlap_reason(other: Overlap) -> Reason:
    told = f"此人在同一就医地已有同类备案 {other.other_no}，"
    if other.ends_on is None:
        told += "长期有效，有效期重叠，不能再办。"
    else:
        told += (
            f"到 {other.ends_on} 为止，有效期重叠；续办的，生效日期请填 {other.ends_on + ONE_DAY} 或以后。"
        )
    return Reason("overlapping", "begins_on", told, other.other_no)


def agent_reasons(agent: Agent, person_cert_no: str) -> list[Reason]:
    """Somebody who comes for the person gives name, certificate number, phone and relation, all four [S1]."""
    if not agent.is_given:
        return []
    found = [
        Reason(f"{field}_missing", field, f"有代办人的，请填写{label}；没有代办人，请把这一栏全部清空。")
        for field, value, label in (
            ("agent_name", agent.name, "代办人姓名"),
            ("agent_cert_no", agent.cert_no, "代办人证件号码"),
            ("agent_phone", agent.phone, "代办人电话"),
            ("agent_relation", agent.relation, "与参保人关系"),
        )
        if not value
    ]
    if agent.cert_no:
        found += _agent_number_reasons(agent.cert_no, person_cert_no)
    if agent.phone and not is_phone(agent.phone):
        told = "代办人电话不像电话号码，请填手机号，或带区号的座机。"
        found.append(Reason("bad_phone", "agent_phone", told))
    return found


def _agent_number_reasons(cert_no: str, person_cert_no: str) -> list[Reason]:
    if cert_no == person_cert_no:
        told = "代办人与参保人是同一证件号码；本人来办的，不填代办人。"
        return [Reason("agent_is_the_person", "agent_cert_no", told)]
    if not _LIKE_RESIDENT_ID.fullmatch(cert_no):
        return []  # a passport or another document: taken as text
    try:
        read_id_number("01", cert_no)
    except IdentityError as error:
        return [Reason("bad_id_number", "agent_cert_no", f"代办人{error.message}")]
    return []
