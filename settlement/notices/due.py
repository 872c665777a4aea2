"""待付: what one's own account still has to pay, a row a month, for the home page of finance."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, F, Min, Sum
from django.urls import reverse

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.web.parts import TodoRow
from settlement.notices.models import Direction, period_text
from settlement.notices.selectors import NoticeFilter, notices_listed


def to_pay(user: User, today: dt.date) -> list[TodoRow]:
    """Not yet overdue: a region pays its payment notices, the province the receipt notices of all regions."""
    direction = Direction.RECEIPT if access.sees_all(user) else Direction.PAYMENT
    narrow = NoticeFilter(direction=direction, state="open")
    rows = notices_listed(user, narrow, today).filter(pay_by__gte=today).order_by().values("period")
    found = rows.annotate(count=Count("pk"), open_fen=Sum(F("total_fen") - F("paid_fen")), due=Min("pay_by"))
    return [_row(direction, **row) for row in found.order_by("due", "period")]


def _row(direction: Direction, *, period: str, count: int, open_fen: int, due: dt.date) -> TodoRow:
    return TodoRow(
        badge="待付",
        badge_tone="warn",
        number="",
        url=f"{reverse('settlement:notice_list')}?period={period}&direction={direction}&state=open",
        title=f"{period_text(period)}{direction.label}通知书待付 {count} 份",
        detail=f"还差 {yuan(open_fen)} 元",
        due=f"{due:%m-%d} 到期",
        due_on=due,
    )
