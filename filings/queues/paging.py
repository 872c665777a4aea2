"""Pages of a queue: sorted by several columns, by key, never counted.

The key in the URL is the number of a row alone: what a list is sorted by (a name, say) stays out of URLs.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from agency.merging import Merged
from agency.web.keyset import PAGE_SIZE, PLACE, KeysetPage, number_key, page_url

# what may be asked for in the URL → the order; green channel stands first in each [S2]
SORTS = {
    "due": ("-green", "due_on", "pk"),
    "received": ("-green", "received_on", "pk"),
    "name": ("-green", "person__name", "pk"),
}


def sorted_page(
    request: HttpRequest, rows: Merged, anchors: QuerySet[Any], *, size: int = PAGE_SIZE
) -> KeysetPage:
    """A page of `rows` in their order, after the row `?before=` or before the row `?after=`.

    `anchors` are the rows a key may name, with their due days: the row itself may have left the list since. A
    key that names none leads to the first page.
    """
    before, after = (number_key(request.GET.get(name, "")) for name in PLACE)
    key = before if before is not None else after
    anchor = values_of(anchors, key, rows.order) if key is not None else None
    backward = before is None and anchor is not None
    part = rows.order_by(*(_turned(name) for name in rows.order)) if backward else rows
    found = (part if anchor is None else beyond(part, anchor)).first(size + 1)
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    has_newer, has_older = (more, True) if backward else (anchor is not None, more)
    return KeysetPage(
        found,
        page_url(request, after=found[0].pk) if found and has_newer else None,
        page_url(request, before=found[-1].pk) if found and has_older else None,
        f"本页 {len(found)} 条" if found else "",
    )


def values_of(anchors: QuerySet[Any], key: int, order: tuple[str, ...]) -> tuple[Any, ...] | None:
    """What a row is sorted by; None when there is no such row, or it says nothing of one of the columns."""
    names = [name.lstrip("-") for name in order]
    values = anchors.filter(pk=key).order_by().values_list(*names).first()
    return None if values is None or None in values else values


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def beyond(rows: Merged, anchor: tuple[Any, ...]) -> Merged:
    """The rows that stand after these values: greater in the first column, or equal there and then …

    Each column also says that nothing lies before its value, for an index to be entered there.
    """
    found = Q()
    for name, value in reversed(list(zip(rows.order, anchor, strict=True))):
        column, way = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        further = Q(**{f"{column}__{way}": value})
        if not found:
            found = further
        elif value is (way == "gt"):  # the last of yes and no; written so that SQLite, too, looks it up
            found &= Q(**{f"{column}__in": [value]})
        else:
            found = Q(**{f"{column}__{way}e": value}) & (further | found)
    return rows.filter(found)
