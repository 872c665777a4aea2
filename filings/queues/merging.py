"""Rows that come in parts, each out of its own index, merged by the database in one order.

What is in work is of several states, each with a day of another column: one condition with OR, sorted by a
CASE, would read and sort all of it. A UNION ALL of parts that share no row both databases merge, reading of
each part, in the order of its index, only what a page shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from agency.web.keyset import rows_by_key

DUE = ("-green_channel", "due_on", "pk")
CHUNK = 2000


@dataclass(frozen=True)
class Merged:
    """Parts that share no row, each with the annotation `due_on`. Iterating gives whole rows in `order`, read
    by key out of `rows`."""

    rows: QuerySet[Any]
    parts: tuple[QuerySet[Any], ...]
    order: tuple[str, ...] = DUE

    def filter(self, *asked: Any, **more: Any) -> Merged:
        return replace(self, parts=tuple(part.filter(*asked, **more) for part in self.parts))

    def order_by(self, *order: str) -> Merged:
        return replace(self, order=order)

    def none(self) -> Merged:
        return replace(self, parts=())

    def first(self, limit: int) -> list[Any]:
        """The first rows, whole, each with its `due_on`."""
        return self._rows(self._keys(limit))

    def count(self, at_most: int) -> int:
        """How many there are, `at_most` at the most."""
        return len(self._all("pk")[:at_most])

    def days(self, at_most: int) -> list[Any]:
        """The due days of at most so many, in no order."""
        return [due_on for (due_on,) in self._all("due_on")[:at_most]]

    def values_of(self, pk: int, columns: Sequence[str]) -> tuple[Any, ...] | None:
        """These columns of one row; None when it is not here."""
        return next(iter(self.filter(pk=pk)._all(*columns)), None)

    def __iter__(self) -> Iterator[Any]:
        keys = self._keys()
        for start in range(0, len(keys), CHUNK):
            yield from self._rows(keys[start : start + CHUNK])

    def _rows(self, keys: Sequence[tuple[Any, ...]]) -> list[Any]:
        days = {pk: due_on for pk, due_on, *_ in keys}
        found = rows_by_key(self.rows, list(days))
        for row in found:
            row.due_on = days[row.pk]
        return found

    def _keys(self, limit: int | None = None) -> list[tuple[Any, ...]]:
        """(key, due day, …) of the first rows, in order; without a limit of all.

        PostgreSQL is told with each part how few are wanted: it takes what is open for fewer than there are and
        would rather sort them. SQLite takes no such parts; it reads of each what it merges, no more.
        """
        by = [f"by_{place}" for place in range(len(self.order))]
        order = [
            ("-" if name.startswith("-") else "") + alias for name, alias in zip(self.order, by, strict=True)
        ]
        sorting = {alias: F(name.lstrip("-")) for name, alias in zip(self.order, by, strict=True)}
        parts = [
            part.annotate(**sorting).order_by(*order).values_list("pk", "due_on", *by) for part in self.parts
        ]
        if len(parts) < 2:
            return list(_union(parts)[:limit])
        if limit is None or not connection.features.supports_slicing_ordering_in_compound:
            return list(_union([part.order_by() for part in parts]).order_by(*order)[:limit])
        return list(_union([part[:limit] for part in parts]).order_by(*order)[:limit])

    def _all(self, *columns: str) -> Any:
        return _union([part.order_by().values_list(*columns) for part in self.parts])


def _union(parts: Sequence[QuerySet[Any]]) -> Any:
    if len(parts) < 2:
        return parts[0] if parts else ()
    return parts[0].union(*parts[1:], all=True)
