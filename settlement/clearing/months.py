"""月份的进展: how far each month of clearing has come, for the list, the month's page and the home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.clearing import rules, selectors
from settlement.clearing.changes import changes_of
from settlement.clearing.checklist import regions_passed_over
from settlement.clearing.filling import MonthBook
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.rules import Party
from settlement.clearing.states import TONES, PeriodState

COLLECT, COMPUTE, CONFIRM, SIGN, PAY = range(5)
STEPS = 5


@dataclass
class MonthProgress:
    """One month: its row (None: nobody computed it yet), who has confirmed, what waits.

    `passed_over` are the ids of regions without whose confirmation two people let it be signed; `voided`
    tells when a region's figures last changed under its confirmation. `has_nothing`: no case, deduction or
    carry, and nobody has said yet that the month is empty.
    """

    period: str
    month: ClearingPeriod | None
    given: dict[int, RegionConfirmation] = field(default_factory=dict)
    required: list[Party] = field(default_factory=list)
    needs_computing: bool = True
    passed_over: set[int] = field(default_factory=set)
    voided: dict[int, dt.datetime] = field(default_factory=dict)
    has_nothing: bool = False

    @property
    def is_computed(self) -> bool:
        return self.month is not None and self.month.state != PeriodState.OPEN

    @property
    def is_signed(self) -> bool:
        return self.month is not None and self.month.is_signed

    @property
    def state_label(self) -> str:
        return str((PeriodState(self.month.state) if self.month else PeriodState.OPEN).label)

    @property
    def tone(self) -> str:
        return TONES[PeriodState(self.month.state) if self.month else PeriodState.OPEN]

    @property
    def cases_label(self) -> str:
        return f"{self.month.cases:,}" if self.month else ""

    @property
    def missing(self) -> list[Party]:
        """Regions in force that have not confirmed."""
        return [party for party in self.required if party.id not in self.given]

    @property
    def waited_for(self) -> list[Party]:
        """Regions that hold the month up."""
        return [party for party in self.missing if party.id not in self.passed_over]

    @property
    def confirmed(self) -> int:
        return len(self.required) - len(self.missing)

    @property
    def confirmed_label(self) -> str:
        """How many have confirmed, without saying who."""
        return f"{len(self.required)} 个统筹区中已确认 {self.confirmed} 个" if self.required else ""

    @property
    def step(self) -> int:
        """The step that is being done now; what follows a signature is told by those who do it."""
        if self.is_signed:
            return PAY
        if not self.is_computed or self.needs_computing:
            return COMPUTE
        return CONFIRM if self.waited_for else SIGN

    @property
    def step_label(self) -> str:
        return "已签发" if self.is_signed else f"第 {self.step + 1} 步，共 {STEPS} 步"


def progress_of(period: str) -> MonthProgress | None:
    """How far a month has come; None when it has no cases and nobody began it."""
    month = selectors.month_named(period)
    if month is None:
        return MonthProgress(period, None) if period in selectors.months_with_cases() else None
    return _progress([month])[period]


def all_months() -> list[MonthProgress]:
    """Every month that has cases or was computed, newest first."""
    begun = _progress(ClearingPeriod.objects.select_related("computed_by", "signed_by"))
    periods = sorted({*selectors.months_with_cases(), *begun}, reverse=True)
    return [begun.get(period) or MonthProgress(period, None) for period in periods]


def current_month() -> MonthProgress | None:
    """The oldest month that is not signed, else the newest signed one: what the home page shows."""
    signed = selectors.signed_periods()
    begun = ClearingPeriod.objects.exclude(state=PeriodState.SIGNED).values_list("period", flat=True)
    waiting = sorted({*selectors.months_with_cases(), *begun} - signed)
    chosen = waiting[0] if waiting else max(signed, default=None)
    return progress_of(chosen) if chosen else None


def _progress(months: Iterable[ClearingPeriod]) -> dict[str, MonthProgress]:
    """How far these months have come, in as many queries as for one."""
    months = list(months)
    given, changes = selectors.confirmations_given(months), changes_of(months)
    passed_over, voided = regions_passed_over(months), selectors.confirmations_voided(months)
    return {
        month.period: MonthProgress(
            month.period,
            month,
            given.get(month.pk, {}),
            selectors.parties_of(month).must_confirm,
            bool(changes.get(month.period)),
            passed_over.get(month.pk, set()),
            voided.get(month.pk, {}),
        )
        for month in months
    }


# --- whose turn ---------------------------------------------------------------------------------------------


def may_confirm(by: User, progress: MonthProgress) -> bool:
    """Whether it is this person's turn to confirm."""
    return (
        progress.is_computed
        and not progress.is_signed
        and not progress.needs_computing
        and not access.sees_all(by)
        and access.allowed(by, May.CONFIRM_CLEARING)
        and any(party.id == by.region_id for party in progress.missing)
    )


def own_figures(by: User, month: ClearingPeriod) -> str:
    """What a region is owed and owes in a month, in a line; empty when it has no part in it."""
    book = MonthBook(month)
    rows = (row for row in rules.net(book.lines, book.parties) if row.party.id == by.region_id)
    return next((f"应收 {yuan(r.receivable.sum_fen)}，应付 {yuan(r.payable.sum_fen)}" for r in rows), "")
