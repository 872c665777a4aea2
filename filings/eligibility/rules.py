"""能否直接结算: yes and what it rests on, or every reason why not and what to do (domain rule 2.5). Pure."""

from __future__ import annotations

from agency.policy.care import CareKind
from filings.eligibility.facts import Answer, Asked, FilingFact, InsuranceFact, Reason
from filings.eligibility.filing_rules import SEE, filing_reasons, serving_filing

SUSPENDED, ENDED = "suspended", "ended"
CARD, INSTITUTION = "card", "institution"
BRING = "入院或就诊时带医保电子凭证、社会保障卡或有效身份证件，在医院直接结算。"
MANUAL = "必须在这里就医的，先自费结算，留好票据、费用清单、病历，回参保地手工报销。"


def answer(asked: Asked) -> Answer:
    """The answer about one person, hospital, day and kind of care."""
    reasons = [*_insurance_reasons(asked), *_hospital_reasons(asked)]
    basis: list[Reason] = []
    lacking: list[Reason] = []
    if not asked.is_cross_region:
        basis.append(_at_home(asked))
    elif asked.hospital.region_id is not None:
        reasons += _connection_reasons(asked)
        serving = serving_filing(asked)
        if serving is not None:
            basis.append(_by_filing(serving))
        elif asked.need.is_exempt:
            basis.append(Reason("no_filing_needed", asked.need.sentence, BRING, asked.need.source))
        else:
            lacking = filing_reasons(asked)
    reasons += lacking
    remarks = tuple(_remarks(asked, lacks_filing=bool(lacking)))
    return Answer(tuple(reasons), () if reasons else tuple(basis), remarks)


def _insurance_reasons(asked: Asked) -> list[Reason]:
    """Insurance must be in force on the day, by the register as it stands [P]."""
    insured = asked.insurance
    if insured is None:
        told = f"参保登记里没有此人在{asked.region_name}的参保关系。"
        advice = "核对证件号码；在别处参保的，由参保地办；确已参保的，先导入参保登记。"
        return [Reason("not_enrolled", told, advice, "[P]", "", CARD)]
    return [] if insured.in_force else [_not_in_force(insured, asked)]


def _not_in_force(insured: InsuranceFact, asked: Asked) -> Reason:
    who = f"{insured.region_name}{insured.type_label}医保"
    if insured.status == SUSPENDED:
        told, advice = f"{who}参保已暂停。", "到单位或参保经办窗口恢复参保、补缴费用，恢复后再结算。"
        return Reason("insurance_suspended", told, advice, "[P]", "", CARD)
    if insured.status == ENDED or (insured.ends_on is not None and insured.ends_on < asked.on):
        until = f"，最后一天是 {insured.ends_on}" if insured.ends_on else ""
        told, advice = f"{who}参保已终止{until}。", "在新参保地参保并备案；仍在原地的，重新参保。"
        return Reason("insurance_ended", told, advice, "[P]", "", CARD)
    told = f"{who}从 {insured.begins_on} 起参保，{asked.on} 还没有参保。"
    return Reason("insurance_begins_later", told, "参保生效后再就医结算。", "[P]", "", CARD)


def _hospital_reasons(asked: Asked) -> list[Reason]:
    """It must be a designated institution on the day; of a stub nobody knows [S4]."""
    hospital = asked.hospital
    if hospital.is_stub:
        told = f"{hospital.name}（{hospital.code}）只在结算文件里出现过，是不是定点医药机构、在哪里都不知道。"
        advice = "向就医地经办机构核实，请主管在后台补全机构资料后再查；也可换一家定点医院。"
        return [Reason("institution_unknown", told, advice, "[S4]", "", INSTITUTION)]
    if hospital.region_id is None:
        told = f"{hospital.name}（{hospital.code}）没有登记所在的统筹区，看不出就医地。"
        advice = "请主管在后台补全机构资料后再查。"
        return [Reason("institution_place_unknown", told, advice, "[P]", "", INSTITUTION)]
    if hospital.is_designated:
        return []
    if hospital.designated_to is not None and hospital.designated_to < asked.on:
        since = f"，定点到 {hospital.designated_to} 为止"
    else:
        since = f"，{hospital.designated_from} 起才是定点"
    told = f"{hospital.name}在 {asked.on} 不是定点医药机构{since}。"
    advice = f"换一家定点医药机构。{MANUAL}"
    return [Reason("institution_not_designated", told, advice, "[S4]", "", INSTITUTION)]


def _connection_reasons(asked: Asked) -> list[Reason]:
    """It must be connected for this kind of care and for people insured so far away [S0, S4]."""
    hospital = asked.hospital
    if hospital.is_stub or (asked.care_kind, asked.scope) in hospital.connected:
        return []
    told = f"{hospital.name}没有开通{asked.scope_label}的{asked.care_kind_label}联网直接结算"
    open_for = [kind.label for kind in CareKind if (kind, asked.scope) in hospital.connected]
    told += f"，只开通了{'、'.join(open_for)}。" if open_for else "。"
    advice = f"换一家已联网的医药机构。{MANUAL}"
    return [Reason("institution_not_connected", told, advice, "[S0,S4]", "", INSTITUTION)]


def _at_home(asked: Asked) -> Reason:
    if asked.is_own_region:
        told = f"{asked.hospital.name}就在参保地{asked.region_name}，不是异地就医，不用备案。"
    else:
        told = f"{asked.region_name}与{asked.hospital.place_name}之间不算异地就医，不用备案。"
    return Reason("not_cross_region", told, BRING, "[P]")


def _by_filing(filing: FilingFact) -> Reason:
    until = f"到 {filing.ends_on}" if filing.ends_on else "长期有效"
    left = ""
    if filing.settlements_allowed is not None:
        left = f"，可结算 {filing.settlements_allowed} 次，已结算 {filing.settled} 次"
    told = (
        f"备案 {filing.number}（{filing.kind_label}，{filing.place_name}）已生效，"
        f"{filing.begins_on} 起，{until}{left}。"
    )
    return Reason("filing_in_force", told, BRING, "[S0]", filing.number, SEE)


def _remarks(asked: Asked, *, lacks_filing: bool) -> list[str]:
    """What the answer rests on that the reader should know."""
    told = []
    if asked.insurance is not None and asked.insurance.in_force:
        told.append(f"{asked.insurance.region_name}{asked.insurance.type_label}医保，按参保登记的现状判断。")
    if asked.elsewhere:
        told.append("此人另有外地参保，外地的情况请向外地经办机构查询。")
    if lacks_filing:
        told.append(f"{asked.need.sentence}急诊抢救的、在校学生，勾选后再查一次。")
    return told
