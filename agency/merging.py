"""Rows that come in parts, each out of its own index, merged by the database in one order.

What a list shows is often of several states, each with a day of another column: one condition with OR, sorted
by a CASE, would read and sort all of it. A UNION ALL of parts that share no row both databases merge, reading
of each part, in the order of its index, only what a page shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL

CHUNK = 2000


@dataclass(frozen=True)
class Merged:
    """Parts that share no row. Iterating gives whole rows in `order`, read by key out of `rows`, which have
    every column of it."""

    rows: QuerySet[Any]
    parts: tuple[QuerySet[Any], ...]
    order: tuple[str, ...] = ("-pk",)

    def filter(self, *asked: Any, **more: Any) -> Merged:
        return replace(self, parts=tuple(part.filter(*asked, **more) for part in self.parts))

    def order_by(self, *order: str) -> Merged:
        return replace(self, order=order)

    def none(self) -> Merged:
        return replace(self, parts=())

    def first(self, limit: int) -> list[Any]:
        """The first rows, whole; their keys are found within the statement that reads them."""
        if not self.parts:
            return []
        keys = self._keys(limit)
        try:
            sql, params = keys.query.get_compiler(keys.db).as_sql()
        except EmptyResultSet:
            return []
        rows = self.rows.filter(pk__in=RawSQL(f"SELECT pk FROM ({sql}) AS found", params))
        return with_beside(rows.order_by(*self.order))

    def count(self, at_most: int) -> int:
        """How many there are, `at_most` at the most."""
        return len(self._all("pk")[:at_most])

    def values(self, column: str, at_most: int) -> list[Any]:
        """A column of at most so many rows, in no order."""
        return [value for (value,) in self._all(column)[:at_most]]

    def values_of(self, pk: int, columns: Sequence[str]) -> tuple[Any, ...] | None:
        """These columns of one row; None when it is not here."""
        return next(iter(self.filter(pk=pk)._all(*columns)), None)

    def __iter__(self) -> Iterator[Any]:
        keys = [pk for pk, *_ in self._keys()]
        for start in range(0, len(keys), CHUNK):
            yield from rows_by_key(self.rows, keys[start : start + CHUNK])

    def _keys(self, limit: int | None = None) -> Any:
        """(key, …) of the first rows, in order; without a limit of all.

        PostgreSQL hears with each part how few are wanted: it takes what is open for fewer than there are and
        would rather sort them. SQLite takes no such parts; it reads of each what it merges, no more.
        """
        by = [f"by_{place}" for place in range(len(self.order))]
        order = [
            ("-" if name.startswith("-") else "") + key for name, key in zip(self.order, by, strict=True)
        ]
        sorting = {key: F(name.lstrip("-")) for name, key in zip(self.order, by, strict=True)}
        parts = [part.annotate(**sorting).order_by(*order).values_list("pk", *by) for part in self.parts]
        if len(parts) < 2:
            return _union(parts)[:limit]
        if limit is None or not connections[parts[0].db].features.supports_slicing_ordering_in_compound:
            return _union([part.order_by() for part in parts]).order_by(*order)[:limit]
        return _union([part[:limit] for part in parts]).order_by(*order)[:limit]

    def _all(self, *columns: str) -> Any:
        return _union([part.order_by().values_list(*columns) for part in self.parts])


def _union(parts: Sequence[QuerySet[Any]]) -> Any:
    if len(parts) < 2:
        return parts[0] if parts else ()
    return parts[0].union(*parts[1:], all=True)


def rows_by_key(rows: QuerySet[Any], keys: Sequence[Any]) -> list[Any]:
    """The rows of these keys, in their order, with what the `select_related` of `rows` names."""
    found = {row.pk: row for row in with_beside(rows.order_by().filter(pk__in=keys))}
    return [found[key] for key in keys if key in found]


def with_beside(rows: QuerySet[Any]) -> list[Any]:
    """The rows, with what their `select_related` names, as far as their `only` says.

    What several foreign keys lead to in one table is read by one statement, not by a join for each:
    PostgreSQL plans five joins longer than it reads fifty rows.
    """
    asked = rows.query.select_related
    names = list(asked) if isinstance(asked, dict) and not any(asked.values()) else []
    fields = [rows.model._meta.get_field(name) for name in names]
    models = [field.related_model for field in fields]
    apart = [field for field in fields if models.count(field.related_model) > 1]
    if apart:
        joined = [field.name for field in fields if field not in apart]
        rows = rows.select_related(None).select_related(*joined) if joined else rows.select_related(None)
    found = list(rows)
    _tell(found, apart, rows.query.deferred_loading)
    return found


def _tell(rows: Sequence[Any], fields: Sequence[Any], told: tuple[Any, bool]) -> None:
    """Set what these foreign keys of the rows lead to; one statement for each table."""
    names, is_defer = told
    for model in {field.related_model for field in fields}:
        own = [field for field in fields if field.related_model is model]
        keys = {getattr(row, field.attname) for field in own for row in rows} - {None}
        only = {name.partition("__")[2] for name in names if name.startswith(f"{own[0].name}__")}
        whole = model._default_manager.order_by()
        known = (whole.only(*only) if only and not is_defer else whole).in_bulk(keys)
        for field in own:
            for row in rows:
                setattr(row, field.name, known.get(getattr(row, field.attname)))
