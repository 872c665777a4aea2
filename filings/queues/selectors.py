"""Reads of the queues: what waits in a region, due first."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from agency.organisation.models import User
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES, expiring_days
from filings.filing.states import FilingState

COUNTED_AT_MOST = 99

QUEUES = {
    "mine": "我的草稿",
    "to_review": "待复核",
    "awaiting_supplement": "待补正",
    "expiring": "即将到期",
}


def queue(name: str, by: User, on: dt.date) -> QuerySet[Filing]:
    """One queue of the actor's own region; what is due first stands first."""
    rows = Filing.objects.editable_by(by).select_related(*WITH_NAMES)
    if name == "mine":
        return rows.filter(taken_in_by=by).in_state(FilingState.DRAFT, on).order_by("deadline_on", "pk")
    if name == "to_review":
        return rows.filter(state=FilingState.UNDER_REVIEW).order_by("deadline_on", "pk")
    if name == "awaiting_supplement":
        return rows.in_state(FilingState.AWAITING_SUPPLEMENT, on).order_by("deadline_on", "pk")
    soon = on + dt.timedelta(days=expiring_days(by, on))
    ending = rows.filter(state=FilingState.IN_FORCE, ends_on__gte=on, ends_on__lte=soon)
    return ending.order_by("ends_on", "pk")


def queue_count(name: str, by: User, on: dt.date) -> int:
    """How many wait, counted up to 99 through the index, never the whole table."""
    return min(COUNTED_AT_MOST, len(queue(name, by, on).order_by().values_list("pk")[: COUNTED_AT_MOST + 1]))
