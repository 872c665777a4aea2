"""年度的步骤: what was done by whom and when, what waits and in whose hands it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.periods import period_label, period_of
from settlement.clearing.selectors import months_on_record
from settlement.quotas.selectors import round_of
from settlement.year_end.models import YearEnd
from settlement.year_end.selectors import pending_of
from settlement.year_end.states import ApplicationState, YearState

NAMED = 3


def year_steps(
    year_end: YearEnd, missing: list[str], by: User, counts: dict[str, int]
) -> list[dict[str, Any]]:
    """各月签发 计算 申请 关账 额度结算, for _steps.html; sums of all regions are the province's alone.
    `counts`: its applications by state.

    The quota is settled by next year's round: what it changes is paid in or back by notices [N22].
    """
    is_computed, is_closed = year_end.state != YearState.OPEN, year_end.is_closed
    late = year_end.late_through
    told = f"次年费用计至{period_label(late)}" if late else "未计入次年月份"
    whole = f"核定 {yuan(year_end.assessed_fen)} · " if access.sees_all(by) else ""
    computed = f"{whole}{told}" if is_computed else "省级结算"
    now = "signed" if missing else "computed" if not is_computed else "" if is_closed else "applied"
    return [
        _step("各月签发", f"还差 {len(missing)} 个月" if missing else "", None, not missing, now == "signed"),
        _step("计算", computed, year_end.computed_at, is_computed, now == "computed"),
        _step("申请与审批", _applications(year_end, counts), None, is_closed, now == "applied"),
        _step("关账", "省级主管", year_end.closed_at, is_closed, False),
        _quotas(year_end, by),
    ]


def _quotas(year_end: YearEnd, by: User) -> dict[str, Any]:
    drawn = round_of(by, int(year_end.year) + 1)
    is_settled = drawn is not None and drawn.is_approved
    told = f"{int(year_end.year) + 1}年度{drawn.get_state_display() if drawn else '额度还没有核定'}"
    at = drawn.approved_at if drawn is not None and is_settled else None
    return _step("额度结算", told, at, is_settled, year_end.is_closed and not is_settled)


def _applications(year_end: YearEnd, counts: dict[str, int]) -> str:
    if year_end.state == YearState.OPEN:
        return "统筹区填表 15"
    pending, approved = pending_of(counts), counts.get(ApplicationState.APPROVED, 0)
    told = [f"{pending} 份待办结" if pending else "", f"{approved} 份已批准" if approved else ""]
    return " · ".join(filter(None, told)) or "没有提交的申请"


def _step(label: str, note: str, at: Any, is_done: bool, is_now: bool) -> dict[str, Any]:
    return {
        "label": label,
        "note": note,
        "at": at,
        "state": "done" if is_done else "now" if is_now else "next",
    }


@dataclass(frozen=True)
class MissingMonth:
    """A month that is not signed: what it is called, what it lacks, and its page."""

    label: str
    told: str
    url: str


def missing_months(months: Iterable[str], today: dt.date) -> list[MissingMonth]:
    """Of the months that keep a year from being computed those that something can be done about."""
    known = set(months_on_record())
    return [
        MissingMonth(
            period_label(month),
            "未签发" if month in known else "没有明细，可按空月计算",
            reverse("settlement:period_detail", kwargs={"period": month}),
        )
        for month in months
        if month in known or month < period_of(today)
    ]


def next_hint(year_end: YearEnd, missing: list[str], by: User, *, may_apply: bool, pending: int) -> str:
    """In whose hands the year is, in a sentence. `pending`: applications handed in and not decided."""
    if year_end.is_closed:
        return ""
    if missing:
        names = "、".join(period_label(month) for month in missing[:NAMED])
        return f"还没有签发：{names}{'等' if len(missing) > NAMED else ''}，签发之后才能计算。"
    if year_end.state == YearState.OPEN:
        return "各月都已签发，等省级结算人员计算。"
    if may_apply:
        return "已计算：请核对表 17、表 18，填写申请（表 15）提交省级。"
    if pending:
        return f"已计算，还有 {pending} 份申请待办结，办结之后才能关账。"
    if year_end.computed_by_id == by.pk:
        return "您计算的，关账要由另一位有权限的同事办理。"
    return "已计算，等省级主管批准关账。"
