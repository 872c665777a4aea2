"""Paging by key: lists never count a table, and the thousandth page costs as much as the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

from agency.merging import Merged, rows_by_key

PAGE_SIZE = 50
PLACE = ("before", "after")  # the keys in an address that say which page


@dataclass
class KeysetPage:
    """One page. `newer_url` is the page before it, `older_url` the one after it (newest first,
    unless the list stands oldest first); both keep the other query parameters, None at an end."""

    rows: list[Any]
    newer_url: str | None
    older_url: str | None
    shown: str

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def number_key(text: str) -> int | None:
    """A key that is a number; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def first_rows(rows: QuerySet[Any] | Merged, limit: int) -> list[Any]:
    """The first rows of a list, in its order: their keys out of an index first, then the rows themselves.

    In one statement PostgreSQL, which weighs the order of eight joins at most, would join every row of the
    list with all that is told of it, and sort them, before it takes the first fifty.
    """
    if isinstance(rows, Merged):
        return rows.first(limit)
    return rows_by_key(rows, list(rows.select_related(None).values_list("pk", flat=True)[:limit]))


def keyset_page(
    request: HttpRequest,
    rows: QuerySet[Any] | Merged,
    *,
    field: str = "pk",
    size: int = PAGE_SIZE,
    ascending: bool = False,
    read_key: Callable[[str], Any] = number_key,
) -> KeysetPage:
    """A page of `rows` by descending `field`, from `?before=` (older) or `?after=` (newer).

    An ascending list (by code, say) turns the two round: `?before=` still leads onward, `?after=` back.
    """
    onward, back = ("gt", "lt") if ascending else ("lt", "gt")
    forth, reverse = (field, f"-{field}") if ascending else (f"-{field}", field)
    before, after = (read_key(request.GET.get(name, "")) for name in PLACE)
    if after is not None:
        found = first_rows(rows.filter(**{f"{field}__{back}": after}).order_by(reverse), size + 1)
        has_newer, found = len(found) > size, found[:size][::-1]
        has_older = True
    else:
        older = rows if before is None else rows.filter(**{f"{field}__{onward}": before})
        found = first_rows(older.order_by(forth), size + 1)
        has_older, found = len(found) > size, found[:size]
        has_newer = before is not None
    newer = page_url(request, after=getattr(found[0], field)) if found and has_newer else None
    older_url = page_url(request, before=getattr(found[-1], field)) if found and has_older else None
    shown = f"本页 {len(found)} 条" if found else ""
    return KeysetPage(found, newer, older_url, shown)


def narrowing(request: HttpRequest) -> str:
    """The query of a list's address without the page: what it is narrowed to, for its exports."""
    query = request.GET.copy()
    for key in PLACE:
        query.pop(key, None)
    return query.urlencode()


def page_url(request: HttpRequest, **keys: Any) -> str:
    """The address of another page of the list, narrowed as this one is."""
    kept = [(k, v) for k, v in request.GET.items() if k not in PLACE and v]
    return f"{request.path}?{urlencode([*kept, *keys.items()])}"
