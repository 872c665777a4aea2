"""提醒: what of a month waits for one person, for the home page; red only where it is late and one's own."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import period_label
from agency.web.parts import TodoRow
from settlement.clearing.checklist import open_skips
from settlement.clearing.delays import MonthDelays, clock_for
from settlement.clearing.months import COMPUTE, CONFIRM, SIGN, MonthProgress, may_confirm, own_figures
from settlement.clearing.states import ReopeningState
from settlement.clearing.version_models import Reopening


def waiting(user: User, progress: MonthProgress, today: dt.date) -> list[TodoRow]:
    """A row for each thing of this month that is this person's to do."""
    label = period_label(progress.period)
    if may_confirm(user, progress):
        return [_to_confirm(user, progress, today)]
    rows = []
    if progress.step == COMPUTE and access.allowed(user, May.COMPUTE_CLEARING):
        again = "重新计算" if progress.is_computed else "计算"
        rows.append(_row(progress, f"待{again}", "go", f"{label}清算待{again}"))
    if progress.step == CONFIRM and access.allowed(user, May.SIGN_CLEARING):
        rows += _late_regions(progress, clock_for(progress, today).delays(progress))
    if progress.step == SIGN and access.allowed(user, May.SIGN_CLEARING):
        said = "各统筹区都已确认" if not progress.missing else "未确认的统筹区已批准例外"
        rows.append(_row(progress, "待签发", "go", f"{label}清算待签发", said))
    return rows + _to_approve(user, progress)


def _to_confirm(user: User, progress: MonthProgress, today: dt.date) -> TodoRow:
    assert progress.month is not None and user.region is not None  # whose turn it is to confirm
    wait = clock_for(progress, today).delays(progress)
    own = wait.of(user.region_id) if wait else None
    assert own is not None
    where = {"period": progress.period, "region_code": user.region.code}
    return TodoRow(
        badge="逾期" if own.late else "待确认",
        badge_tone="bad" if own.late else "warn",
        number="",
        url=reverse("settlement:region_sheets", kwargs=where),
        title=f"{period_label(progress.period)}清算表待本区确认",
        detail=own_figures(user, progress.month),
        due=f"逾期 {own.late} 个工作日" if own.late else f"{own.due_on:%m-%d} 到期",
        due_on=own.due_on,
    )


def _late_regions(progress: MonthProgress, delays: MonthDelays | None) -> list[TodoRow]:
    late = delays.late if delays else []
    if not late:
        return []
    title = f"{period_label(progress.period)}清算有 {len(late)} 个统筹区逾期未确认"
    return [_row(progress, "催办", "warn", title, "、".join(party.name for party in late))]


def _to_approve(user: User, progress: MonthProgress) -> list[TodoRow]:
    """Skips that somebody else proposed."""
    month = progress.month
    if month is None or progress.is_signed or not access.allowed(user, May.SKIP_CHECKLIST):
        return []
    proposed = [skip for skip in open_skips(month) if not skip.is_approved and skip.proposed_by_id != user.pk]
    return [
        TodoRow(
            badge="待批准",
            badge_tone="go",
            number=skip.skip_no,
            url=reverse("settlement:skip_detail", kwargs={"period": progress.period, "key": skip.key}),
            title=f"{period_label(progress.period)}清算核对例外",
            detail=skip.title,
        )
        for skip in proposed
    ]


def reopenings_proposed(user: User) -> list[TodoRow]:
    """Reopenings of signed months that somebody else proposed and this person may decide."""
    if not access.allowed(user, May.APPROVE_REOPEN):
        return []
    waiting = Reopening.objects.filter(state=ReopeningState.PROPOSED).exclude(proposed_by=user)
    return [
        TodoRow(
            badge="待批准",
            badge_tone="go",
            number=row.reopening_no,
            url=reverse("settlement:reopening", kwargs={"period": row.period.period}),
            title=f"重开{period_label(row.period.period)}清算",
            detail=row.reason,
        )
        for row in waiting.select_related("period").order_by("pk")
    ]


def _row(progress: MonthProgress, badge: str, tone: str, title: str, detail: str = "") -> TodoRow:
    url = reverse("settlement:period_detail", kwargs={"period": progress.period})
    return TodoRow(badge=badge, badge_tone=tone, number="", url=url, title=title, detail=detail)
