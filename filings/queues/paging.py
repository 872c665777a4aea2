"""Pages of a queue: sorted by several columns, by key, never counted.

The key in the URL is the number of a row alone: what a list is sorted by (a name, say) stays out of URLs.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from agency.web.keyset import PAGE_SIZE, KeysetPage, first_rows, number_key

# what may be asked for in the URL → the order; green channel stands first in each [S2]
SORTS = {
    "due": ("-green_channel", "due_on", "pk"),
    "received": ("-green_channel", "received_on", "pk"),
    "name": ("-green_channel", "person__name", "pk"),
}


def sorted_page(
    request: HttpRequest,
    rows: QuerySet[Any],
    anchors: QuerySet[Any],
    order: tuple[str, ...],
    *,
    size: int = PAGE_SIZE,
) -> KeysetPage:
    """A page of `rows` in `order`, after the row `?before=` or before the row `?after=`.

    `anchors` are the rows a key may name, with the same annotations: the row itself may have left the list
    since. A key that names none leads to the first page.
    """
    before, after = (number_key(request.GET.get(name, "")) for name in ("before", "after"))
    key = before if before is not None else after
    anchor = values_of(anchors, key, order) if key is not None else None
    backward = before is None and anchor is not None
    way = tuple(_turned(name) for name in order) if backward else order
    part = rows if anchor is None else rows.filter(beyond(way, anchor))
    found = first_rows(part.order_by(*way), size + 1)
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    has_newer, has_older = (more, True) if backward else (anchor is not None, more)
    return KeysetPage(
        found,
        _url(request, after=found[0]) if found and has_newer else None,
        _url(request, before=found[-1]) if found and has_older else None,
        f"本页 {len(found)} 条" if found else "",
    )


def values_of(anchors: QuerySet[Any], key: int, order: tuple[str, ...]) -> tuple[Any, ...] | None:
    """What a row is sorted by; None when there is no such row, or it says nothing of one of the columns."""
    names = [name.lstrip("-") for name in order]
    values = anchors.filter(pk=key).order_by().values_list(*names).first()
    return None if values is None or None in values else values


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def beyond(order: tuple[str, ...], anchor: tuple[Any, ...]) -> Q:
    """The rows that stand after these values: greater in the first column, or equal there and then …"""
    beyond, equal = Q(), Q()
    for name, value in zip(order, anchor, strict=True):
        column = name.lstrip("-")
        beyond |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    return beyond


def _url(request: HttpRequest, **keys: Model) -> str:
    kept = [(name, value) for name, value in request.GET.items() if name not in ("before", "after") and value]
    return f"{request.path}?{urlencode([*kept, *((name, row.pk) for name, row in keys.items())])}"
