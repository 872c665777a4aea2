"""Pages of a list that is read in branches: by key, both ways."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest

from agency.web.keyset import PAGE_SIZE, KeysetPage, number_key
from settlement.cases.selectors import Cases, cases_by_key, first_keys


def branch_page(request: HttpRequest, branches: list[Cases], *, size: int = PAGE_SIZE) -> KeysetPage:
    """A page, newest first, from `?before=` (older) or `?after=` (newer)."""
    before, after = (number_key(request.GET.get(name, "")) for name in ("before", "after"))
    if after is not None:
        keys = first_keys([rows.filter(pk__gt=after) for rows in branches], size + 1, oldest_first=True)
        more, keys = len(keys) > size, keys[:size][::-1]
        has_newer, has_older = more, True
    else:
        older = branches if before is None else [rows.filter(pk__lt=before) for rows in branches]
        keys = first_keys(older, size + 1)
        more, keys = len(keys) > size, keys[:size]
        has_newer, has_older = before is not None, more
    rows = cases_by_key(keys)
    return KeysetPage(
        rows,
        _url(request, "after", rows[0].pk) if rows and has_newer else None,
        _url(request, "before", rows[-1].pk) if rows and has_older else None,
        f"本页 {len(rows)} 条" if rows else "",
    )


def _url(request: HttpRequest, name: str, key: int) -> str:
    kept = [(k, v) for k, v in request.GET.items() if k not in ("before", "after") and v]
    return f"{request.path}?{urlencode([*kept, (name, key)])}"
