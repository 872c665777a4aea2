"""Paging by due date: pages of what is due first, by (due date, id), never counting the table."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from agency.web.keyset import PAGE_SIZE, KeysetPage, page_url
from filings.followups.models import FollowUp

_KEY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,18})")


def due_page(request: HttpRequest, rows: QuerySet[FollowUp], *, size: int = PAGE_SIZE) -> KeysetPage:
    """A page by ascending due date, from `?after=` (due later) or `?before=` (due earlier)."""
    after, before = _key(request, "after"), _key(request, "before")
    if before is not None:
        day, pk = before
        earlier = rows.filter(Q(due_on__lt=day) | Q(due_on=day, pk__lt=pk))
        found = list(earlier.order_by("-due_on", "-pk")[: size + 1])
        has_earlier, has_later = len(found) > size, True
        found = found[:size][::-1]
    else:
        later = rows if after is None else rows.filter(_beyond(after))
        found = list(later.order_by("due_on", "pk")[: size + 1])
        has_earlier, has_later = after is not None, len(found) > size
        found = found[:size]
    earlier_url = _url(request, "before", found[0]) if found and has_earlier else None
    later_url = _url(request, "after", found[-1]) if found and has_later else None
    return KeysetPage(found, earlier_url, later_url, f"本页 {len(found)} 条" if found else "")


def _beyond(key: tuple[dt.date, int]) -> Q:
    day, pk = key
    return Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk)


def _key(request: HttpRequest, name: str) -> tuple[dt.date, int] | None:
    found = _KEY.fullmatch(request.GET.get(name, ""))
    if found is None:
        return None
    try:
        return dt.date.fromisoformat(found[1]), int(found[2])
    except ValueError:
        return None


def _url(request: HttpRequest, name: str, row: Any) -> str:
    return page_url(request, **{name: f"{row.due_on:%Y-%m-%d}.{row.pk}"})
