"""步骤: the steps of a month as they are shown: what was done by whom and when, and what waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from settlement.clearing.delays import MonthDelays, clock_for
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.months import CONFIRM, MonthProgress
from settlement.clearing.signing import AFTER_SIGNING


@dataclass(frozen=True)
class Stage:
    """One step as it is shown: what, a note, when."""

    label: str
    note: str = ""
    at: dt.datetime | None = None


def steps(progress: MonthProgress, by: User, today: dt.date) -> list[dict[str, Any]]:
    """归集 计算 确认 签发 收付, for components/_steps.html; all regions' sums are the province's alone.

    What follows a signature is told by the slices that do it (`AFTER_SIGNING`).
    """
    delays = clock_for(progress, today).delays(progress)
    is_whole = access.sees_all(by)
    stages = [
        *_computed(progress, is_whole),
        _confirmed(progress, delays, by),
        _signed(progress),
    ]
    shown = [_shown(stage, place, progress.step) for place, stage in enumerate(stages)]
    month = progress.month
    if month is None or not month.is_signed:
        return [*shown, _shown(Stage("收付", "签发后出收付款通知书"), len(shown), progress.step)]
    return [*shown, *(stage for entry in AFTER_SIGNING for stage in entry.function(month, by))]


def _shown(stage: Stage, place: int, step: int) -> dict[str, Any]:
    state = "done" if place < step else "now" if place == step else "next"
    return {"label": stage.label, "note": stage.note, "at": stage.at, "state": state}


def _computed(progress: MonthProgress, is_whole: bool) -> tuple[Stage, Stage]:
    month = progress.month
    if month is None or not progress.is_computed:
        told = "没有结算明细和扣款" if progress.has_nothing else "结算明细与扣款已导入"
        return Stage("归集", told), Stage("计算", "省级")
    collected = Stage(f"归集 {month.cases:,} 笔", _local(month)) if is_whole else Stage("归集", "已归集")
    if progress.needs_computing:
        return collected, Stage("重新计算", "计算之后明细、扣款或异地关系有变动")
    due = f"应收 = 应付 {yuan(month.receivable_fen)} · " if is_whole else ""
    return collected, Stage("计算", f"{due}{month.names.get('prepared_by', '')}", month.computed_at)


def _confirmed(progress: MonthProgress, delays: MonthDelays | None, by: User) -> Stage:
    due = f"{delays.due_on:%Y-%m-%d} 到期" if delays and progress.step == CONFIRM else ""
    if not access.sees_all(by):
        return Stage("各统筹区确认", _joined(progress.confirmed_label, due))
    count = f" {progress.confirmed} / {len(progress.required)}" if progress.required else ""
    names = "、".join(party.name for party in progress.waited_for)
    late = len(delays.late) if delays and due else 0
    missing = f"未确认：{names}" if names else ""
    return Stage(f"各统筹区确认{count}", _joined(missing, due, f"{late} 个逾期" if late else ""))


def _signed(progress: MonthProgress) -> Stage:
    month = progress.month
    if month is None or not month.is_signed:
        return Stage("签发", "省级")
    return Stage("签发", month.names.get("signed_by", ""), month.signed_at)


def _local(month: ClearingPeriod) -> str:
    return f"另有本地 {month.local_cases} 笔不清算" if month.local_cases else "没有本地明细"


def _joined(*parts: str) -> str:
    return "；".join(part for part in parts if part)
