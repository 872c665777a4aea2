"""Reads of held-over cases: what a month carries, who sees which, what waits for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.periods import last_day, next_period, shifted
from agency.policy.selectors import int_parameter
from settlement.holding.counting import helds_of
from settlement.holding.models import HeldCase, HeldNote
from settlement.holding.rules import carry
from settlement.holding.states import HeldState
from settlement.records.models import SettlementRecord
from settlement.records.periods import signed_periods
from settlement.records.selectors import holding

HOLD_MONTHS = "clearing.hold_months"


class Carry(NamedTuple):
    """What one held case carries into and out of a month, in the line of its key; amounts in fen."""

    held_no: str
    insured_region_id: int
    care_region_id: int
    insurance_type: str
    care_kind: str
    carried_in_fen: int
    carried_out_fen: int


def carries_of(period: str) -> list[Carry]:
    """What a month carries, case by case, in the order of their numbers: 上期挂账转入, 本期挂账转出.

    A row stands as soon as something of a case touches the month, even if it nets to nil.
    """
    found = []
    cases = list(_out_or_back_in(period))
    helds = helds_of(cases)
    for case in cases:
        moved = carry(helds[case.pk], period)
        if moved is not None:
            key = (case.insured_region_id, case.care_region_id, case.insurance_type, case.care_kind)
            found.append(Carry(case.held_no, *key, *moved))
    return found


def _out_or_back_in(period: str) -> QuerySet[HeldCase]:
    """The cases that are kept out of a month, or come back in it."""
    rows = HeldCase.objects.filter(held_from__lte=period).standing()
    rows = rows.exclude(state=HeldState.RELEASED, decided_period__lt=period)
    return rows.select_related("record").order_by("held_no")


def months_carried_into() -> set[str]:
    """Months that released cases enter: they are cleared even if they have no case of their own."""
    rows = HeldCase.objects.filter(state=HeldState.RELEASED)
    return set(rows.order_by().values_list("decided_period", flat=True).distinct())


# --- how long -----------------------------------------------------------------------------------------------


def hold_months(period: str) -> int:
    """At most so many months a case stays undecided, as in force at the end of a month [N22]."""
    return int_parameter(HOLD_MONTHS, last_day(period))


def undecided_too_long(period: str) -> list[HeldCase]:
    """What has to be decided before a month is signed, the oldest first [N22]."""
    rows = HeldCase.objects.filter(state=HeldState.HELD, held_from__lte=shifted(period, -hold_months(period)))
    return list(rows.select_related("insured_region", "care_region").order_by("held_from", "held_no"))


def undecided_soon(by: User) -> QuerySet[HeldCase]:
    """Undecided cases that a person may see and that keep the next month, or the one after it, from being
    signed; none before any month was signed."""
    rows = HeldCase.objects.visible_to(by).filter(state=HeldState.HELD)
    signed = signed_periods()
    if not signed:
        return rows.none()
    coming = next_period(max(signed))
    return rows.filter(held_from__lte=shifted(coming, 1 - hold_months(coming)))


# --- who sees what ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeldFilter:
    """What the list is narrowed to; empty means all. `side`: disputed by us, or by the other party."""

    period: str = ""
    counterpart: PoolingRegion | None = None
    state: str = ""
    side: str = ""


OURS, THEIRS = "ours", "theirs"


def held_listed(by: User, narrow: HeldFilter) -> QuerySet[HeldCase]:
    """The held cases that a person may see, narrowed; the caller orders and pages by key."""
    rows = HeldCase.objects.visible_to(by).select_related(
        "record__institution", "insured_region", "care_region", "region", "by", "decided_by"
    )
    if narrow.period:
        rows = rows.filter(held_from=narrow.period)
    if narrow.state:
        rows = rows.filter(state=narrow.state)
    if narrow.counterpart is not None:
        rows = rows.filter(Q(insured_region=narrow.counterpart) | Q(care_region=narrow.counterpart))
    if narrow.side and not access.sees_all(by):
        ours = Q(region=by.region_id)
        rows = rows.filter(ours if narrow.side == OURS else ~ours)
    return rows


def unanswered_by(by: User) -> QuerySet[HeldCase]:
    """What the other party disputed and this person's region has not answered."""
    answers = HeldNote.objects.filter(case=OuterRef("pk"), region=by.region_id).exclude(answer="")
    rows = HeldCase.objects.visible_to(by).filter(state=HeldState.HELD).exclude(region=by.region_id)
    return rows.exclude(Exists(answers.order_by()))


def held_of_record(record: SettlementRecord) -> HeldCase | None:
    """The dispute of a record that stands, whatever became of it; None when there is none."""
    rows = HeldCase.objects.standing().filter(record=record)
    return rows.select_related("region", "insured_region", "care_region").first()


def disputable(by: User, settlement_no: str) -> SettlementRecord | None:
    """What holds now under a number, for those whose region is a party to it."""
    rows = SettlementRecord.objects.visible_to(by).filter(settlement_no=settlement_no)
    named = rows.select_related("insured_region", "care_region", "institution")
    return holding(named).order_by("correction_no").last()


def held_among(records: Collection[int]) -> set[int]:
    """Which of these records (by key) are disputed, whatever became of it."""
    rows = HeldCase.objects.standing().filter(record__in=list(records))
    return {key for key in rows.order_by().values_list("record_id", flat=True) if key is not None}


def disputable_among(records: Collection[int]) -> set[int]:
    """Which of these records of a computed, unsigned month (by key) a party of them may dispute."""
    rows = SettlementRecord.objects.standing().filter(pk__in=list(records)).order_by()
    return set(rows.values_list("pk", flat=True)) - held_among(records)
