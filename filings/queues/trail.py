"""从哪个队列来: the queue that a filing was opened from, the way back to it, and what comes next there.

The URL carries the queue with its filters (`from`) and, once the filing has left the queue, where it stood
(`at`: green channel and due day; what else a queue is sorted by, a decision does not change).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from agency.organisation.models import User
from agency.web.parts import WayOn
from filings.filing.models import Filing
from filings.filing.sections import WAYS_ON
from filings.queues.filters import QueueFilter, listed
from filings.queues.paging import beyond
from filings.queues.selectors import QUEUES

FROM, AT = "from", "at"
LONGEST = 300


@dataclass(frozen=True)
class Trail:
    """A queue with the filters and the order that somebody looked at; `at` where the filing stood."""

    name: str
    query: str
    form: QueueFilter
    at: str = ""

    @property
    def url(self) -> str:
        url = reverse("filings:filing_queue", args=[self.name])
        return f"{url}?{self.query}" if self.query else url


@dataclass(frozen=True)
class Place:
    """Where a filing stands or stood in a queue, whether it has left, and what follows (None: nothing)."""

    at: str
    left: bool
    following: Filing | None


def way_from(name: str, query: str = "", at: str = "") -> str:
    """The query of a link from a queue to one of its filings; with its question mark."""
    said = {FROM: f"{name}?{query}" if query else name} | ({AT: at} if at else {})
    return "?" + urlencode(said)


def trail_of(said: Mapping[str, str], by: User) -> Trail | None:
    """The queue that the URL names; None when it names none, or filters that cannot be read."""
    name, _, query = said.get(FROM, "")[:LONGEST].partition("?")
    if name not in QUEUES:
        return None
    form = QueueFilter(QueryDict(query), by=by)
    return Trail(name, query, form, said.get(AT, "")) if form.is_valid() else None


def detail_url(filing_no: str, trail: Trail) -> str:
    """The page of a filing of the queue."""
    url = reverse("filings:filing_detail", kwargs={"filing_no": filing_no})
    return url + way_from(trail.name, trail.query)


def after(filing: Filing, trail: Trail, *, by: User, on: dt.date) -> Place:
    """What follows a filing in the order of its queue: after the last the first; None if there is none."""
    rows = listed(trail.name, trail.form, by=by, on=on)
    keys = ("green", "due_on")
    seen = rows.values_of(filing.pk, keys)
    stood = seen or _read(trail.at)
    others = rows.filter(~Q(pk=filing.pk))
    following = []
    if stood is not None:
        stand = dict(zip(keys, stood, strict=True)) | _own(filing)
        values = tuple(stand[name.lstrip("-")] for name in rows.order)
        following = beyond(others, values).first(1)
    following = following or others.first(1)
    return Place(
        at=f"{int(stood[0])}.{stood[1]}" if stood is not None else "",
        left=seen is None,
        following=following[0] if following else None,
    )


def _own(filing: Filing) -> dict[str, Any]:
    return {"received_on": filing.received_on, "person__name": filing.person.name, "pk": filing.pk}


def _read(at: str) -> tuple[bool, dt.date] | None:
    green, _, day = at.partition(".")
    try:
        return (green == "1", dt.date.fromisoformat(day))
    except ValueError:
        return None


@WAYS_ON.register("queues")
def way_on(user: User, filing: Filing, today: dt.date, said: Mapping[str, str]) -> WayOn | None:
    """Back to the queue that the filing was opened from, and on to the next one there."""
    trail = trail_of(said, user)
    if trail is None:
        return None
    place = after(filing, trail, by=user, on=today)
    query = way_from(trail.name, trail.query, place.at)
    following = place.following
    next_url = reverse("filings:filing_next", kwargs={"filing_no": filing.filing_no}) + query
    return WayOn(
        title=QUEUES[trail.name],
        back_url=trail.url,
        query=query,
        next_url=next_url if following is not None else "",
        next_no=following.filing_no if following is not None else "",
        left=place.left,
    )
