"""Rows that come in parts, each out of its own index, merged by the database in one order.

What is in work is of several states, each with a day of another column: one condition with OR, sorted by a
CASE, would read and sort all of it. A UNION ALL of parts that share no row both databases merge, reading of
each part, in the order of its index, only what a page shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
        return self._rows(self._ordered()[:limit])

    def count(self, at_most: int) -> int:
        """How many there are, `at_most` at the most."""
        return len(self._joined(("pk",))[:at_most])

    def values_of(self, pk: int, columns: Sequence[str]) -> tuple[Any, ...] | None:
        """These columns of one row; None when it is not here."""
        return next(iter(self.filter(pk=pk)._joined(columns)), None)

    def days(self, at_most: int) -> list[Any]:
        """The due days of at most so many, in no order."""
        return [due_on for (due_on,) in self._joined(("due_on",))[:at_most]]

    def __iter__(self) -> Iterator[Any]:
        keys = list(self._ordered())
        for start in range(0, len(keys), CHUNK):
            yield from self._rows(keys[start : start + CHUNK])

    def _rows(self, keys: Sequence[tuple[Any, ...]]) -> list[Any]:
        days = {pk: due_on for pk, due_on, *_ in keys}
        found = rows_by_key(self.rows, list(days))
        for row in found:
            row.due_on = days[row.pk]
        return found

    def _ordered(self) -> Any:
        """(key, due day, …) of every row, in order."""
        columns = {f"by_{place}": F(name.lstrip("-")) for place, name in enumerate(self.order)}
        signs = ("-" if name.startswith("-") else "" for name in self.order)
        rows = self._joined(("pk", "due_on", *columns), **columns)
        return rows.order_by(*map("".join, zip(signs, columns, strict=True))) if self.parts else rows

    def _joined(self, columns: Sequence[str], **sorting: Any) -> Any:
        parts = [part.order_by().annotate(**sorting).values_list(*columns) for part in self.parts]
        if len(parts) < 2:
            return parts[0] if parts else []
        return parts[0].union(*parts[1:], all=True)
