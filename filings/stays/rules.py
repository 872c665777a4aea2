"""就医登记的规则: what a stay's dates must be, and whether a late filing still settles it directly. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from agency.errors import DomainError
from filings.filing.rules import Reason
from filings.materials.sources import source_names


class LateUntil(StrEnum):
    """补办截止点: until when a late filing still leads to direct settlement: the parameter's two values."""

    SETTLEMENT = "settlement"
    ADMISSION = "admission"


class HowSettled(StrEnum):
    """怎么结算: directly at the hospital, or by hand at the insured region."""

    DIRECT = "direct_settlement"
    MANUAL = "manual_reimbursement"


LABELS = {HowSettled.DIRECT: "可直接结算", HowSettled.MANUAL: "手工报销"}
KEEP_PAPERS = "请保存好资料，回参保地手工报销。"


@dataclass(frozen=True, slots=True)
class StayDates:
    """When somebody was in hospital, and when the hospital settled or the person paid (None: not yet)."""

    admitted_on: dt.date
    discharged_on: dt.date | None = None
    settled_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing as this judgement sees it: `effective_on` is the day it was put in force (None: it never was),
    `begins_on`–`ends_on` its valid days, `is_open` whether it may still take effect, `is_for_place` whether
    its place of care is the one of the stay."""

    number: str
    received_on: dt.date
    effective_on: dt.date | None = None
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    is_open: bool = False
    is_for_place: bool = True

    @property
    def in_force_on(self) -> dt.date | None:
        """The first day on which it was in force: put so, and begun."""
        if self.effective_on is None or self.begins_on is None:
            return self.effective_on
        return max(self.effective_on, self.begins_on)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a stay is settled, the sentence that says why, the two days compared, and the rule's source."""

    how: HowSettled
    sentence: str
    filed_on: dt.date | None
    limit_on: dt.date | None
    source: str

    @property
    def label(self) -> str:
        return LABELS[self.how]

    @property
    def is_manual(self) -> bool:
        return self.how is HowSettled.MANUAL

    @property
    def source_names(self) -> str:
        """The source as staff know it."""
        return "、".join(source_names([self.source]))


def read_late_until(value: str) -> LateUntil:
    """The parameter's value; DomainError for a word that is neither of the two."""
    try:
        return LateUntil(value.strip())
    except ValueError:
        label = "补办备案仍可直接结算的截止点"
        told = f"政策参数“{label}”的值“{value}”不认识，应为 settlement 或 admission，请主管更正。"
        raise DomainError("parameter_unreadable", told, key="filing.late_filing_until") from None


@dataclass(frozen=True, slots=True)
class Spell:
    """一段有效: a filing was put in force on a day and, unless it still is, left that state on another."""

    begins_on: dt.date
    left_on: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.begins_on <= day and (self.left_on is None or day < self.left_on)


def effective_for(spells: Sequence[Spell], limit_on: dt.date | None) -> dt.date | None:
    """When a filing came into force, as far as a day is concerned: one that stopped for a promised paper and
    is in force again was so before, too [P]. None when it never was."""
    if not spells:
        return None
    found = [spell for spell in spells if limit_on is not None and spell.holds(limit_on)]
    return (found or spells)[-1].begins_on


def covers(filed: Filed, stay: StayDates, on: dt.date) -> bool:
    """Whether the filing is for the place of the stay, and valid on any of its days, so far as it has gone
    [P]."""
    if not filed.is_for_place:
        return False
    if filed.begins_on is None:
        return True
    ends = [day for day in (stay.settled_on, stay.discharged_on) if day is not None]
    last = max(stay.admitted_on, *(ends or [on]))
    return filed.begins_on <= last and (filed.ends_on is None or filed.ends_on >= stay.admitted_on)


def limit_of(stay: StayDates, until: LateUntil) -> dt.date | None:
    """The day before which a filing is in time; None: not yet known."""
    return stay.admitted_on if until is LateUntil.ADMISSION else stay.settled_on


def how_settled(
    stay: StayDates, filed: Filed | None, *, until: LateUntil, source: str, on: dt.date
) -> Verdict:
    """补办: a filing that was in force when the hospital settled (or, where the parameter says so, at
    admission) settles the stay directly; one made later means manual reimbursement [S2, S4].

    The day that counts is the first on which the filing was in force: earlier no hospital could see it; the
    same day still counts as in time [P].
    """
    fits = filed is not None and covers(filed, stay, on)
    made_on = filed.in_force_on if filed is not None and fits else None
    limit_on = limit_of(stay, until)
    in_time = made_on is not None and (limit_on is None or made_on <= limit_on)
    if in_time or limit_on is None:
        sentence = _direct(filed, fits=fits, made_on=made_on, limit_on=limit_on, until=until)
        return Verdict(HowSettled.DIRECT, sentence, made_on, limit_on, source)
    sentence = _manual(filed, fits=fits, made_on=made_on, limit_on=limit_on, until=until)
    return Verdict(HowSettled.MANUAL, sentence, made_on, limit_on, source)


def _direct(
    filed: Filed | None, *, fits: bool, made_on: dt.date | None, limit_on: dt.date | None, until: LateUntil
) -> str:
    if made_on is None:
        return f"{_no_filing(filed, fits=fits)}医院还没有结算，结算前备案生效，这次就医仍可直接结算。"
    if limit_on is None:
        return f"备案 {made_on} 已生效，医院还没有结算，这次就医可以直接结算。"
    event = _event(until)
    if made_on == limit_on:
        return f"备案和{event}同在 {limit_on}，按赶在{event}之前算，可以直接结算；请与医院核实先后。"
    return f"备案 {made_on} 已生效，早于{event} {limit_on}，这次就医可以直接结算。"


def _manual(
    filed: Filed | None, *, fits: bool, made_on: dt.date | None, limit_on: dt.date, until: LateUntil
) -> str:
    event = _event(until)
    if made_on is None:
        return f"{_no_filing(filed, fits=fits)}{event}是 {limit_on}，不能再直接结算。{KEEP_PAPERS}"
    return f"备案 {made_on} 才生效，晚于{event} {limit_on}，不能直接结算。{KEEP_PAPERS}"


def _no_filing(filed: Filed | None, *, fits: bool) -> str:
    if filed is None:
        return "这次就医没有关联的备案。"
    if not filed.is_for_place:
        return f"备案 {filed.number} 的就医地不含这家医疗机构。"
    if not fits:
        return f"备案 {filed.number} 的有效期不含这次就医。"
    return f"备案 {filed.number} 还没有生效。" if filed.is_open else f"备案 {filed.number} 没有生效过。"


def _event(until: LateUntil) -> str:
    return "入院日" if until is LateUntil.ADMISSION else "医院结算日"


def date_reasons(
    admitted_on: dt.date | None,
    discharged_on: dt.date | None,
    settled_on: dt.date | None,
    *,
    on: dt.date,
) -> list[Reason]:
    """What is wrong with the dates of a stay: none lies ahead, and nothing comes before the admission [P]."""
    named = [("admitted_on", "入院日期", admitted_on), ("discharged_on", "出院日期", discharged_on)]
    named.append(("settled_on", "结算日期", settled_on))
    found = [
        Reason("date_ahead", field, f"{label} {day} 还没有到，今天是 {on}，请核对。")
        for field, label, day in named
        if day is not None and day > on
    ]
    for field, label, day in named[1:]:
        if admitted_on is not None and day is not None and day < admitted_on:
            found.append(Reason("date_before_admission", field, f"{label}不能早于入院日期 {admitted_on}。"))
    return found
