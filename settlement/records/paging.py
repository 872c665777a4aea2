"""Pages over millions of rows: newest month first, in it the newest key first; by key, never counted.

Everything that a list narrows by equality stands before (period, key) in an index, so a month of a region
begins where it lies, however many rows there are. What is listed comes in branches that share no row (the two
sides of a region), each read out of its own index and merged: one condition with OR would sort all of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from django.db import connections
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import HttpRequest

from agency.periods import is_period
from agency.web.keyset import PAGE_SIZE, PLACE, KeysetPage, number_key, page_url

Key = tuple[str, int]
Branches = Sequence[QuerySet[Any]]


def read_key(text: str) -> Key | None:
    """A key as it stands in a URL: 202610-123; None for anything else."""
    period, _, number = text.partition("-")
    key = number_key(number)
    return (period, key) if key is not None and is_period(period) else None


def first_keys(branches: Branches, limit: int, *, oldest_first: bool = False) -> list[Key]:
    """The first keys of all branches together, newest first (or oldest first); at most `limit` of each are
    read."""
    order = ("period", "pk") if oldest_first else ("-period", "-pk")
    found = [list(rows.order_by(*order).values_list("period", "pk")[:limit]) for rows in branches]
    return list(islice(heapq.merge(*found, reverse=not oldest_first), limit))


def beyond(branches: Branches, key: Key, *, newer: bool = False) -> Branches:
    """What stands after a key (before it, for `newer`), so that its place in the index is gone to; with OR it
    would be read on to from the first.

    PostgreSQL knows (period, pk) < (…, …) as one comparison of rows. For SQLite it would be an OR: there the
    rest of the month and the other months are branches of their own.
    """
    compared = TupleGreaterThan if newer else TupleLessThan
    found = []
    for rows in branches:
        if connections[rows.db].vendor == "sqlite":
            (period, pk), way = key, "gt" if newer else "lt"
            found.append(rows.filter(period=period, **{f"pk__{way}": pk}))
            found.append(rows.filter(**{f"period__{way}": period}))
        else:
            found.append(rows.filter(compared(Tuple(F("period"), F("pk")), key)))
    return found


def of_month(rows: QuerySet[Any], period: str) -> QuerySet[Any]:
    """Narrowed to a month, said as a range: told that all are of one period PostgreSQL drops it from the
    order, and then reads all rows by their keys alone in search of the month."""
    return rows.filter(period__gte=period, period__lte=period)


def month_page(
    request: HttpRequest,
    branches: Branches,
    rows_of: Callable[[Sequence[int]], list[Any]],
    *,
    size: int = PAGE_SIZE,
) -> KeysetPage:
    """A page from `?before=` (older) or `?after=` (newer); `rows_of` reads rows by key, in their order."""
    before, after = (read_key(request.GET.get(name, "")) for name in PLACE)
    if after is not None:
        keys = first_keys(beyond(branches, after, newer=True), size + 1, oldest_first=True)
        more, keys = len(keys) > size, keys[:size][::-1]
        has_newer, has_older = more, True
    else:
        keys = first_keys(branches if before is None else beyond(branches, before), size + 1)
        more, keys = len(keys) > size, keys[:size]
        has_newer, has_older = before is not None, more
    rows = rows_of([pk for _, pk in keys])
    return KeysetPage(
        rows,
        page_url(request, after=_told(keys[0])) if keys and has_newer else None,
        page_url(request, before=_told(keys[-1])) if keys and has_older else None,
        f"本页 {len(rows)} 条" if rows else "",
    )


def _told(key: Key) -> str:
    return f"{key[0]}-{key[1]}"
