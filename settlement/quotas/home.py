"""周转金 on the home page: how much of the quotas is used, warnings and increases that wait, the round's next
step."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May, Role
from agency.periods import period_label
from agency.web.parts import COUNTED_AT_MOST, HomePart, Panel, Tile, TodoRow
from settlement.quotas.listing import increases_listed, warnings_listed
from settlement.quotas.models import QuotaRound
from settlement.quotas.rules import Level
from settlement.quotas.selectors import has_entered, rounds_of
from settlement.quotas.shown_use import use_row
from settlement.quotas.states import EDITABLE, RoundState
from settlement.quotas.use import latest_period, use_rates
from settlement.quotas.use_models import FundWarning, QuotaIncrease

SHOWN = 5


def fund_part(user: User, today: dt.date) -> HomePart:
    """For finance, and for everybody of the province who may see quotas."""
    part = HomePart()
    if not _is_for(user):
        return part
    panel = _panel(user)
    if panel is not None:
        part.panels.append(panel)
    part.todo += [_round(row) for row in rounds_of(user) if _is_theirs(row, user)][:SHOWN]
    if access.allowed(user, May.APPROVE_QUOTAS):
        part.todo += [_asked(row) for row in increases_listed(user, is_open=True)[:SHOWN]]
    if access.allowed(user, May.NOTE_WARNINGS):
        _warned(part, user)
    return part


def _is_for(user: User) -> bool:
    if not access.allowed(user, May.READ_QUOTAS):
        return False
    return access.sees_all(user) or Role.FINANCE in user.roles


def _panel(user: User) -> Panel | None:
    """The gauges of the newest computed month: the whole province's, or the own region's."""
    period = latest_period()
    if not period:
        return None
    own = None if access.sees_all(user) else user.region_id
    uses = {key: use for key, use in use_rates([period]).items() if own in (None, key[1])}
    if all(use.quota_fen is None for use in uses.values()):
        return None
    row = use_row("", period, uses)
    context = {"row": row, "period": period}
    return Panel("周转金使用", "settlement/quotas/_home_panel.html", context, period_label(period))


def _warned(part: HomePart, user: User) -> None:
    rows = warnings_listed(user, "open")
    count = rows[: COUNTED_AT_MOST + 1].count()
    if not count:
        return
    red = rows.filter(level=Level.RED)
    url = reverse("settlement:fund_warning_list")
    is_hot = red.exists()
    part.tiles.append(Tile("周转金预警", count, url, "有红色预警" if is_hot else "等处理", hot=is_hot))
    part.todo += [_warning(row) for row in red.order_by("-pk")[:SHOWN]]


def _warning(row: FundWarning) -> TodoRow:
    return TodoRow(
        badge="红色预警",
        badge_tone="bad",
        number=row.warning_no,
        url=reverse("settlement:fund_warning", kwargs={"warning_no": row.warning_no}),
        title=f"{row.region}{row.get_insurance_type_display()} {period_label(row.month.period)}周转金",
        detail=f"应付 {yuan(row.used_fen)}，额度 {yuan(row.quota_fen)}",
    )


def _asked(row: QuotaIncrease) -> TodoRow:
    return TodoRow(
        badge="待批",
        badge_tone="warn",
        number=row.increase_no,
        url=reverse("settlement:quota_increase", kwargs={"increase_no": row.increase_no}),
        title=f"{row.region}{row.warning.get_insurance_type_display()}加急调增",
        detail=f"调增 {yuan(row.amount_fen)} 元",
    )


def _is_theirs(drawn: QuotaRound, user: User) -> bool:
    """Whether the round's next step is this person's."""
    if drawn.state in EDITABLE:
        return access.allowed(user, May.PROPOSE_QUOTAS)
    waits = drawn.state == RoundState.PROPOSED and access.allowed(user, May.APPROVE_QUOTAS)
    return waits and not has_entered(drawn, user)


def _round(drawn: QuotaRound) -> TodoRow:
    return TodoRow(
        badge=str(drawn.get_state_display()),
        badge_tone="warn" if drawn.state == RoundState.PROPOSED else drawn.tone,
        number="",
        url=reverse("settlement:quota_round", kwargs={"year": drawn.year}),
        title=f"{drawn.label}周转金额度",
        detail="等您批准" if drawn.state == RoundState.PROPOSED else "核对后提请批准",
    )
