"""能否结算所问的事实: the person's insurance, the hospital, the filings, as the rules see them. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from filings.exemptions.rules import Need


@dataclass(frozen=True, slots=True)
class InsuranceFact:
    """参保: the enrolment that the answer rests on."""

    region_name: str
    type_label: str
    status: str
    status_label: str
    begins_on: dt.date
    ends_on: dt.date | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class HospitalFact:
    """医药机构: whether it is designated on the day, where it stands, what it is connected for."""

    name: str
    code: str
    is_stub: bool = False
    is_designated: bool = True
    designated_from: dt.date | None = None
    designated_to: dt.date | None = None
    region_id: int | None = None
    is_outside: bool = False
    city_code: str = ""
    place_name: str = ""
    # regions of ours that stand in the same city as it (省直 and 长春), its own among them
    city_region_ids: frozenset[int] = frozenset()
    connected: frozenset[tuple[str, str]] = frozenset()  # (kind of care, scope)


@dataclass(frozen=True, slots=True)
class FilingFact:
    """备案: one filing of the person in the insured region, with its state of the day."""

    number: str
    state: str
    in_force: bool
    kind_label: str
    place_name: str
    region_id: int | None
    is_outside: bool = False
    names_province: bool = False
    area_code: str = ""
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    deadline_on: dt.date | None = None
    proof_due_on: dt.date | None = None
    care_kind: str = ""
    care_kind_label: str = ""
    settlements_allowed: int | None = None
    settled: int = 0
    successor_no: str = ""
    was_in_force: bool = False  # whether it ever came into force


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything the answer rests on."""

    on: dt.date
    care_kind: str
    care_kind_label: str
    is_cross_region: bool
    is_own_region: bool
    hospital: HospitalFact
    insurance: InsuranceFact | None
    region_name: str
    need: Need
    scope: str
    scope_label: str
    filings: tuple[FilingFact, ...] = ()
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why not: what it is, what to do about it, and where that is written.

    `filing_no` names the filing it speaks of; `leads_to` the page that helps.
    """

    code: str
    sentence: str
    advice: str
    source: str
    filing_no: str = ""
    leads_to: str = ""


# What one act solves, by the page that helps: whatever stands in one group is cured together.
INSURANCE, HOSPITAL, FILING = "参保", "医药机构", "备案"
CURES = {"card": INSURANCE, "institution": HOSPITAL, "filing": FILING, "new_filing": FILING}
HOW = {
    INSURANCE: "办好参保就都解决",
    HOSPITAL: "换一家定点并已联网的就都解决",
    FILING: "新办一份，或办好其中一份，就都解决",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What is to be done, and the reasons that it solves; `how` where it solves several."""

    label: str
    reasons: tuple[Reason, ...]

    @property
    def how(self) -> str:
        return HOW.get(self.label, "") if len(self.reasons) > 1 else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """能否直接结算: yes with what it rests on, or no with every reason."""

    reasons: tuple[Reason, ...]
    basis: tuple[Reason, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def may_settle(self) -> bool:
        return not self.reasons

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The reasons by what cures them: several of one filing, place or insurance are one thing to do."""
        found: dict[str, list[Reason]] = {}
        for reason in self.reasons:
            found.setdefault(CURES[reason.leads_to], []).append(reason)
        return tuple(Cause(label, tuple(reasons)) for label, reasons in found.items())

    @property
    def to_do(self) -> str:
        """How many things are to be done before the person may settle; empty when they may."""
        causes = self.causes
        if len(causes) > 1:
            labels = "、".join(cause.label for cause in causes)
            return f"有 {len(causes)} 件事要办（{labels}），都办好才能直接结算"
        if len(self.reasons) > 1:
            return f"只有一件事要办：{causes[0].label}，{causes[0].how}"
        return "只有一个原因" if self.reasons else ""

    @property
    def wants_filing(self) -> bool:
        """Whether a new filing would help, so that its papers are told."""
        return any(reason.leads_to == "new_filing" for reason in self.reasons)
