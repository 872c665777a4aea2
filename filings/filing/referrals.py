"""转诊: what a referral filing says beside the rest: who refers, why, when, how many settlements. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from filings.filing.reasons import Reason

REFERRAL = "referral"
MOST_SETTLEMENTS = 99
OUT_OF_SPAN = f"可直接结算次数填 1 到 {MOST_SETTLEMENTS}，不限次数就空着。"


@dataclass(frozen=True, slots=True)
class Referral:
    """转诊 as entered. `may_refer`: whether that hospital's referral counts for the insured region."""

    hospital_typed: str = ""
    hospital_name: str = ""
    may_refer: bool = False
    diagnosis: str = ""
    referred_on: dt.date | None = None
    settlements_allowed: int | None = None


def referral_reasons(
    referral: Referral, *, region_name: str, on: dt.date, begins_on: dt.date | None
) -> list[Reason]:
    """Of a referral: the hospital that sends (qualified, of the insured region, or a regional centre), the
    diagnosis, and the day, which lies neither ahead nor after the begin [S0, S2, P]."""
    found = []
    if not referral.hospital_typed:
        told = "请填写转出医院，选有转诊资格的医院。"
        found.append(Reason("referring_institution_missing", "referring_institution", told))
    elif not referral.hospital_name:
        told = f"名录里没有“{referral.hospital_typed}”，请按编码或名称从列表选转出医院。"
        found.append(Reason("unknown_institution", "referring_institution", told))
    elif not referral.may_refer:
        told = (
            f"{referral.hospital_name}没有{region_name}参保人的转诊资格；转诊须由参保地有转诊资格的医院"
            "或省级以上区域医疗中心出具。可改办“其他临时外出就医”。"
        )
        found.append(Reason("may_not_refer", "referring_institution", told))
    if not referral.diagnosis:
        found.append(Reason("diagnosis_missing", "diagnosis", "请填写诊断，与转诊证明一致。"))
    found += _day_reasons(referral.referred_on, on, begins_on)
    if referral.settlements_allowed is not None and not 1 <= referral.settlements_allowed <= MOST_SETTLEMENTS:
        found.append(Reason("bad_settlements_allowed", "settlements_allowed", OUT_OF_SPAN))
    return found


def _day_reasons(referred_on: dt.date | None, on: dt.date, begins_on: dt.date | None) -> list[Reason]:
    if referred_on is None:
        return [Reason("referral_date_missing", "referred_on", "请填写转诊日期，与转诊证明一致。")]
    if referred_on > on:
        return [Reason("referral_ahead", "referred_on", f"转诊日期 {referred_on} 还没有到，请核对。")]
    if begins_on is not None and begins_on < referred_on:
        told = f"生效日期 {begins_on} 早于转诊日期 {referred_on}；转诊备案最早从转诊当天起。"
        return [Reason("begins_before_referral", "begins_on", told)]
    return []
