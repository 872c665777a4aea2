"""备案的规则: everything that keeps a filing from being submitted. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from filings.filing.agents import Agent, agent_reasons, is_phone
from filings.filing.reasons import Reason
from filings.filing.referrals import REFERRAL, Referral, referral_reasons
from filings.filing.validity import ONE_DAY, Terms, is_plausible

RETIRED_ONLY = frozenset({"retired_relocation"})
RETIRED = "retired"


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
class Overlap:
    """Another filing that shares a day: its number and its last day (None: until changed or cancelled)."""

    other_no: str
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """变更锁定: until when the place of another filing stays, and whether a supervisor waived it."""

    other_no: str
    until: dt.date
    waived: bool = False


@dataclass(frozen=True, slots=True)
class Replaced:
    """变更: the filing whose place this one is to take."""

    other_no: str
    begins_on: dt.date
    in_force: bool
    state_label: str
    same_content: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """就诊医药机构 as named on the filing; `place_name` is where it stands."""

    typed: str = ""
    name: str = ""
    designated: bool = True
    in_place: bool = True
    place_name: str = ""


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
    agent_papers_lacking: Sequence[str] = ()  # fields of the form
    has_material_rules: bool = True
    missing_materials: Sequence[Reason] = ()
    overlap: Overlap | None = None
    named: Named = Named()
    referral: Referral = Referral()
    lock: Lock | None = None
    replaced: Replaced | None = None
    promises_barred_until: dt.date | None = None  # of a filing that rests on a promise


def kind_warnings(kind: str, sex: str) -> list[str]:
    """What does not fit together and is yet no reason to refuse: a husband's insurance may pay too [P]."""
    if kind == "maternity" and sex == "male":
        return ["参保人是男性，备案类型是异地生育：请核对参保人和类型；没有错的可以照常办理。"]
    return []


def submission_reasons(filed: Submission) -> list[Reason]:
    """All reasons at once, in the order of the page; empty when the filing may be submitted."""
    return [
        *_person_reasons(filed),
        *_kind_reasons(filed),
        *_place_reasons(filed),
        *_named_reasons(filed.named),
        *_referral_reasons(filed),
        *_date_reasons(filed),
        *_change_reasons(filed),
        *filed.missing_materials,
        *_promise_reasons(filed),
        *agent_reasons(filed.agent, filed.person_cert_no, filed.agent_papers_lacking),
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
        return [Reason("place_missing", "province", "请选择就医地所在的省和市。")]
    if not place.complete:
        return [Reason("city_missing", "city", "请选择就医地所在的市。")]
    if place.is_own_region:
        told = f"就医地就是参保地{filed.region_name}，不属于异地就医，不用备案。"
        return [Reason("place_is_insured_region", "city", told)]
    if not place.is_cross_region:
        told = f"{filed.region_name}与这个统筹区之间不算异地就医，不用备案。"
        return [Reason("not_cross_region", "city", told)]
    return []


def _named_reasons(named: Named) -> list[Reason]:
    """A hospital is named on a filing only from the directory, and only where the filing goes [S0, S1, P]."""
    if not named.typed:
        return []
    field = "care_institution"
    if not named.name:
        told = f"名录里没有“{named.typed}”，请按编码或名称从列表选，或者空着。"
        return [Reason("unknown_institution", field, told)]
    if not named.designated:
        return [Reason("not_designated", field, f"{named.name}不是定点医药机构，请换一家，或者空着。")]
    if not named.in_place:
        told = f"{named.name}在{named.place_name or '别处'}，不在所选的就医地；请改就医地，或换一家医院。"
        return [Reason("institution_elsewhere", field, told)]
    return []


def _referral_reasons(filed: Submission) -> list[Reason]:
    if filed.kind != REFERRAL:
        return []
    return referral_reasons(
        filed.referral, region_name=filed.region_name, on=filed.on, begins_on=filed.begins_on
    )


def _change_reasons(filed: Submission) -> list[Reason]:
    """变更: the other must still be in force, the new one may not begin before it, something must change.

    A place in another province stays for its months, unless a supervisor allowed it [S4, N22].
    """
    found, old = [], filed.replaced
    if old is not None and not old.in_force:
        told = f"要变更的 {old.other_no} 现在是“{old.state_label}”，不能再变更；请撤销这份草稿，重新办理。"
        found.append(Reason("replaced_not_in_force", None, told, old.other_no))
    if old is not None and filed.begins_on is not None and filed.begins_on < old.begins_on:
        told = f"变更不能早于原备案的生效日期 {old.begins_on}。"
        found.append(Reason("change_before_begin", "begins_on", told, old.other_no))
    if old is not None and old.same_content:
        told = f"与 {old.other_no} 的内容一样，没有变更；请改就医地、地址或其他内容，或者撤销这份草稿。"
        found.append(Reason("nothing_changed", None, told, old.other_no))
    lock = filed.lock
    if lock is not None and not lock.waived and filed.begins_on is not None and filed.begins_on < lock.until:
        told = (
            f"{lock.other_no} 的就医地在省外，{lock.until} 前不能变更就医地；"
            f"可把生效日期改为 {lock.until} 或以后，确需提前的，存草稿后请主管“准予提前变更”。"
        )
        found.append(Reason("locked", "begins_on", told, lock.other_no))
    return found


def _promise_reasons(filed: Submission) -> list[Reason]:
    """Whose promise proved untrue gives no other one for a while [P]."""
    if filed.promises_barred_until is None:
        return []
    told = f"此人有承诺不实的记录，{filed.promises_barred_until} 前不接受承诺书，请交证明的原件或复印件。"
    return [Reason("promise_barred", None, told)]


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
