"""月份的进展: how far each month of clearing has come, for the list, the month's page and the home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.clearing import rules, selectors
from settlement.clearing.changes import changes_of
from settlement.clearing.filling import MonthBook, region_digest
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.rules import Party
from settlement.clearing.states import TONES, PeriodState

COLLECT, COMPUTE, CONFIRM, SIGN = range(4)
STEPS = 4


@dataclass
class MonthProgress:
    """One month: its row (None: nobody computed it yet), who has confirmed, what waits."""

    period: str
    month: ClearingPeriod | None
    given: dict[int, RegionConfirmation] = field(default_factory=dict)
    required: list[Party] = field(default_factory=list)
    needs_computing: bool = True

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
    def confirmed(self) -> int:
        return len(self.required) - len(self.missing)

    @property
    def confirmed_label(self) -> str:
        """How many have confirmed, without saying who."""
        return f"{len(self.required)} 个统筹区中已确认 {self.confirmed} 个" if self.required else ""

    @property
    def step(self) -> int:
        """The step that is being done now; STEPS when all are done."""
        if self.is_signed:
            return STEPS
        if not self.is_computed or self.needs_computing:
            return COMPUTE
        return CONFIRM if self.missing else SIGN

    @property
    def step_label(self) -> str:
        return "已签发" if self.step == STEPS else f"第 {self.step + 1} 步，共 {STEPS} 步"


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
    return {
        month.period: MonthProgress(
            month.period,
            month,
            given.get(month.pk, {}),
            selectors.parties_of(month).must_confirm,
            bool(changes.get(month.period)),
        )
        for month in months
    }


# --- what is shown ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """One step as it is shown: what, a note, when."""

    label: str
    note: str = ""
    at: dt.datetime | None = None


def steps(progress: MonthProgress, by: User) -> list[dict[str, Any]]:
    """归集 计算 确认 签发, for components/_steps.html; all regions' sums are the province's alone."""
    is_whole = access.sees_all(by)
    stages = (*_computed(progress, is_whole), _confirmed(progress, is_whole), _signed(progress))
    return [
        {
            "label": stage.label,
            "note": stage.note,
            "at": stage.at,
            "state": "done" if place < progress.step else "now" if place == progress.step else "next",
        }
        for place, stage in enumerate(stages)
    ]


def _computed(progress: MonthProgress, is_whole: bool) -> tuple[Stage, Stage]:
    month = progress.month
    if month is None or not progress.is_computed:
        return Stage("归集", "结算明细与扣款已导入"), Stage("计算", "省级")
    collected = Stage(f"归集 {month.cases:,} 笔", _local(month)) if is_whole else Stage("归集", "已归集")
    if progress.needs_computing:
        return collected, Stage("重新计算", "计算之后明细、扣款或异地关系有变动")
    due = f"应收 = 应付 {yuan(month.receivable_fen)} · " if is_whole else ""
    return collected, Stage("计算", f"{due}{month.names.get('prepared_by', '')}", month.computed_at)


def _confirmed(progress: MonthProgress, is_whole: bool) -> Stage:
    if not is_whole:
        return Stage("各统筹区确认", progress.confirmed_label)
    count = f" {progress.confirmed} / {len(progress.required)}" if progress.required else ""
    names = "、".join(party.name for party in progress.missing)
    return Stage(f"各统筹区确认{count}", f"未确认：{names}" if names else "")


def _signed(progress: MonthProgress) -> Stage:
    month = progress.month
    if month is None or not month.is_signed:
        return Stage("签发", "省级")
    return Stage("签发", month.names.get("signed_by", ""), month.signed_at)


def _local(month: ClearingPeriod) -> str:
    return f"另有本地 {month.local_cases} 笔不清算" if month.local_cases else "没有本地明细"


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


def shown_digest(book: MonthBook, region_id: int) -> str:
    """The digest of a region's sheets as a page shows them; sent back with the confirmation."""
    return region_digest(book, book.parties.party(region_id))
