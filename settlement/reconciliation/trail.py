"""从哪份清单来: the list that a difference was opened from, the way back to it, and what comes next there.

The address carries the list with its filters (`list`); where the difference stands in it is asked anew, so
that what a verdict took out of the list leads on all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from agency.organisation.models import User
from agency.web.parts import WayOn
from filings.queues.paging import beyond, values_of
from settlement.reconciliation.forms import DifferenceFilterForm
from settlement.reconciliation.listing import VIEWS, DifferenceFilter, differences_listed, sortable
from settlement.reconciliation.models import Discrepancy

LIST = "list"
LONGEST = 400


@dataclass(frozen=True)
class Trail:
    """A list with the filters that somebody looked at."""

    query: str
    narrow: DifferenceFilter

    @property
    def title(self) -> str:
        return VIEWS.get(self.narrow.view) or f"对账 {self.narrow.run}"

    @property
    def url(self) -> str:
        return f"{list_url(self.narrow.run)}?{self.query}"


def list_url(run_no: str = "") -> str:
    """The list of a run's differences, or the work list."""
    if run_no:
        return reverse("settlement:reconciliation_differences", kwargs={"run_no": run_no})
    return reverse("settlement:difference_list")


def detail_url(difference_no: str, query: str = "") -> str:
    """The page of a difference, opened from the list with this query."""
    url = reverse("settlement:difference_detail", kwargs={"difference_no": difference_no})
    return url + way_from(query) if query else url


def way_from(query: str) -> str:
    """The query of a link from a list to one of its differences; with its question mark."""
    return "?" + urlencode({LIST: query})


def trail_of(said: Mapping[str, str], by: User) -> Trail | None:
    """The list that the address names; None when it names none, or filters that cannot be read."""
    query = said.get(LIST, "")[:LONGEST]
    form = DifferenceFilterForm(by, QueryDict(query))
    narrow = form.narrowed()
    return Trail(query, narrow) if form.is_valid() and (narrow.run or narrow.view) else None


def way_on(by: User, row: Discrepancy, today: dt.date, said: Mapping[str, str]) -> WayOn | None:
    """Back to the list that the difference was opened from, and on to the next one there: after the last the
    first; none if there is no other."""
    trail = trail_of(said, by)
    if trail is None:
        return None
    rows = differences_listed(by, trail.narrow, today)
    stood = values_of(sortable(Discrepancy.objects.all()), row.pk, rows.order)
    here = rows.filter(pk=row.pk).count(1) == 1
    following = beyond(rows, stood).first(1) if stood is not None else []
    following = following or [one for one in rows.first(2) if one.pk != row.pk][:1]
    query = way_from(trail.query)
    return WayOn(
        title=trail.title,
        back_url=trail.url,
        query=query,
        next_url=detail_url(following[0].difference_no, trail.query) if following else "",
        next_no=following[0].difference_no if following else "",
        left=not here,
    )
