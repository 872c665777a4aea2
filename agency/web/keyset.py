"""Paging by key: lists never count a table, and the thousandth page costs as much as the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50


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


def keyset_page(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    field: str = "pk",
    size: int = PAGE_SIZE,
    oldest_first: bool = False,
) -> KeysetPage:
    """A page of `rows` by descending `field` (`oldest_first`: ascending), from `?before=` or `?after=`."""
    before, after = _key(request, "before"), _key(request, "after")
    onward, back = (after, before) if oldest_first else (before, after)
    on_word, back_word = ("after", "before") if oldest_first else ("before", "after")
    beyond, ahead = (f"{field}__gt", f"{field}__lt") if oldest_first else (f"{field}__lt", f"{field}__gt")
    order, reverse = (field, f"-{field}") if oldest_first else (f"-{field}", field)
    if back is not None:
        found = list(rows.filter(**{ahead: back}).order_by(reverse)[: size + 1])
        has_former, found = len(found) > size, found[:size][::-1]
        has_next = True
    else:
        left = rows if onward is None else rows.filter(**{beyond: onward})
        found = list(left.order_by(order)[: size + 1])
        has_next, found = len(found) > size, found[:size]
        has_former = onward is not None
    former = _url(request, **{back_word: getattr(found[0], field)}) if found and has_former else None
    following = _url(request, **{on_word: getattr(found[-1], field)}) if found and has_next else None
    shown = f"本页 {len(found)} 条" if found else ""
    return KeysetPage(found, former, following, shown)


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _url(request: HttpRequest, **keys: int) -> str:
    kept = [(k, v) for k, v in request.GET.items() if k not in ("before", "after") and v]
    return f"{request.path}?{urlencode([*kept, *keys.items()])}"
