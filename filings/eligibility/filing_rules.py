"""备案的原因: which filing lets the person settle, or every reason why none does. Pure."""

from __future__ import annotations

import datetime as dt

from filings.eligibility.coverage import covers
from filings.eligibility.facts import Asked, FilingFact, Reason
from filings.exemptions.rules import TEMPORARY

DRAFT, UNDER_REVIEW, AWAITING = "draft", "under_review", "awaiting_supplement"
IN_FORCE, EXPIRED, SUPERSEDED = "in_force", "expired", "superseded"
CANCELLED, DECLINED, LAPSED = "cancelled", "declined", "lapsed"
PENDING = (DRAFT, UNDER_REVIEW, AWAITING)
NEW, SEE = "new_filing", "filing"
LATE = "医院结算前补办，仍可直接结算；结算后补办的，回参保地手工报销。"
RENEW = f"重新备案。{LATE}"


def serving_filing(asked: Asked) -> FilingFact | None:
    """The filing in force that covers the hospital and this kind of care, with a settlement left; the one
    that lasts longest."""
    fitting = [
        filing
        for filing in asked.filings
        if filing.in_force
        and covers(filing, asked.hospital)
        and not _other_care(filing, asked)
        and not _used_up(filing)
    ]
    return max(fitting, key=lambda filing: (filing.ends_on or dt.date.max, filing.number), default=None)


def filing_reasons(asked: Asked) -> list[Reason]:
    """Every reason why no filing serves: of those for this place all that are under way, and the last that
    ended; else the places that those in force name; else that there is none."""
    here = [filing for filing in asked.filings if covers(filing, asked.hospital)]
    found = [_unusable(filing, asked) for filing in here if filing.in_force]
    found += [_coming(filing, asked) for filing in here if _is_coming(filing, asked.on)]
    ended = [filing for filing in here if not filing.in_force and not _is_coming(filing, asked.on)]
    if ended:
        found.append(_ended(max(ended, key=_end), asked))
    elsewhere = [filing for filing in asked.filings if filing.in_force and filing not in here]
    if not any(filing.in_force for filing in here):
        found += [_place_differs(filing, asked) for filing in elsewhere]
    if not here and not elsewhere:
        found.append(_none(asked))
    return found


def _used_up(filing: FilingFact) -> bool:
    return filing.settlements_allowed is not None and filing.settled >= filing.settlements_allowed


def _other_care(filing: FilingFact, asked: Asked) -> bool:
    """A filing that names a kind of care is for that alone [P]."""
    return filing.care_kind not in ("", asked.care_kind)


def _is_coming(filing: FilingFact, on: dt.date) -> bool:
    return not filing.in_force and (filing.state in PENDING or _begins_later(filing, on))


def _begins_later(filing: FilingFact, on: dt.date) -> bool:
    """Whether its valid days, all of them, lie after the day; what became of it since changes nothing of
    that."""
    had_days = filing.was_in_force or filing.state in (IN_FORCE, EXPIRED)
    return had_days and filing.begins_on is not None and filing.begins_on > on


def _end(filing: FilingFact) -> tuple[dt.date, str]:
    return filing.ends_on or dt.date.min, filing.number


def _unusable(filing: FilingFact, asked: Asked) -> Reason:
    if _other_care(filing, asked):
        told = f"备案 {filing.number} 只为{filing.care_kind_label}，不管{asked.care_kind_label}。"
        return Reason("care_kind_differs", told, f"为{asked.care_kind_label}另办备案。{LATE}", "[P]",
                      filing.number, NEW)  # fmt: skip
    told = (
        f"备案 {filing.number} 可直接结算 {filing.settlements_allowed} 次，"
        f"到 {asked.on} 已结算 {filing.settled} 次，次数用完。"
    )
    return Reason("settlements_used_up", told, f"仍要在当地就医的，重新转诊或备案。{LATE}", "[S2,P]",
                  filing.number, NEW)  # fmt: skip


def _coming(filing: FilingFact, asked: Asked) -> Reason:
    number = filing.number
    if _begins_later(filing, asked.on):
        told = f"备案 {number} 从 {filing.begins_on} 起才有效，{asked.on} 还没有生效。"
        return Reason("filing_begins_later", told, f"{filing.begins_on} 起就医；要提前的，另办备案。{LATE}",
                      "[P]", number, SEE)  # fmt: skip
    if filing.state == UNDER_REVIEW:
        told = f"备案 {number} 已提交，还在等复核，没有生效。"
        return Reason("filing_under_review", told, "请同事复核；医院结算前生效即可直接结算。", "[S0,S1]",
                      number, SEE)  # fmt: skip
    if filing.state == DRAFT:
        told = f"备案 {number} 还是草稿，没有提交。"
        until = f"（{filing.deadline_on} 前办完，逾期失效）" if filing.deadline_on else ""
        return Reason("filing_is_draft", told, f"填齐后提交{until}。", "[S1]", number, SEE)
    return _awaiting(filing)


def _awaiting(filing: FilingFact) -> Reason:
    if filing.was_in_force:
        due = f" {filing.proof_due_on} 前" if filing.proof_due_on else "逾期"
        told = f"备案 {filing.number} 容缺的材料{due}没有补来，现为待补正。"
        return Reason("filing_awaits_supplement", told, "补来容缺的材料，备案恢复后即可直接结算。", "[P]",
                      filing.number, SEE)  # fmt: skip
    told = f"备案 {filing.number} 退回补正，还没有生效。"
    until = f"{filing.deadline_on} 前" if filing.deadline_on else ""
    return Reason("filing_awaits_supplement", told, f"{until}补齐所缺材料，再提交复核。", "[P]",
                  filing.number, SEE)  # fmt: skip


def _ended(filing: FilingFact, asked: Asked) -> Reason:
    number, last = filing.number, filing.ends_on
    until = f"，最后有效日 {last}" if last else ""
    if filing.state == SUPERSEDED:
        by = f"为 {filing.successor_no}" if filing.successor_no else ""
        told = f"备案 {number} 已变更{by}{until}。"
        return Reason("filing_superseded", told, f"看变更后的备案；又回到这里就医的，再办变更。{LATE}",
                      "[S4,P]", filing.successor_no or number, SEE)  # fmt: skip
    if filing.state == CANCELLED:
        told = f"备案 {number} 已撤销{until or '，没有有效日'}。"
        return Reason("filing_cancelled", told, RENEW, "[P]", number, NEW)
    if filing.state == DECLINED:
        told = f"备案 {number} 不予受理，没有生效。"
        return Reason("filing_declined", told, f"看不予受理的原因，符合条件后重新备案。{LATE}", "[P]",
                      number, SEE)  # fmt: skip
    if filing.state == LAPSED:
        told = f"备案 {number} 逾期没有办完，已失效。"
        if filing.was_in_force:
            told = f"备案 {number} 容缺的材料逾期没有补来，已失效，最后有效日 {filing.proof_due_on or last}。"
        return Reason("filing_lapsed", told, RENEW, "[S1,P]", number, NEW)
    told = f"备案 {number} 已到期{until}。"
    return Reason("filing_expired", told, f"续办备案。{LATE}", "[S4,N22]", number, NEW)


def _place_differs(filing: FilingFact, asked: Asked) -> Reason:
    told = (
        f"备案 {filing.number} 的就医地是{filing.place_name}，"
        f"{asked.hospital.name}在{asked.hospital.place_name or '别处'}，不在其中。"
    )
    advice = f"到备案的就医地就医，或为{asked.hospital.place_name or '这里'}办备案（长期的办变更）。{LATE}"
    return Reason("place_differs", told, advice, "[S2,S4]", filing.number, NEW)


def _none(asked: Asked) -> Reason:
    """Never one, or none for this place; whether a temporary one is enough."""
    kind = "临时备案" if asked.need.needs == TEMPORARY else "备案"
    advice = f"带齐下列材料，在窗口或网上办{kind}。{LATE}"
    if asked.filings:
        place = asked.hospital.place_name or "这里"
        return Reason("no_filing_for_place", f"没有到{place}的备案。", advice, "[S0,S2]", "", NEW)
    return Reason("no_filing", "此人在本参保地从没有办过异地就医备案。", advice, "[S0,S2]", "", NEW)
