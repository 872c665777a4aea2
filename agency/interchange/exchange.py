"""交换: which table of reference data goes out and comes in as a file, by which columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models

from agency.interchange.columns import Column
from agency.tabular.read import header_name

DATES = ("valid_from", "valid_to", "source")
# What only names or explains a row; everything else is policy once the row has begun [P].
WORDING = frozenset({"address", "group_label", "label", "name", "note", "position", "source"})


@dataclass(frozen=True)
class Exchange:
    """One table. `key` are the fields that name a row in a file, never its number in the database.

    `begins`: the field from whose day on a row counts and is not rewritten; a key with `valid_from` makes
    rows that follow each other. `parent`: the field that leads to the row whose admin page holds these as
    an inline. `told`: the sentence for a constraint of the database that has none of its own, by its name.
    """

    model: type[models.Model]
    key: tuple[str, ...]
    begins: str = ""
    parent: str = ""
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def day(self) -> str:
        """The field with the day on which a row begins to count; empty when rows are not dated."""
        return self.begins or ("valid_from" if self.has_series else "")

    @property
    def has_series(self) -> bool:
        """Whether rows follow each other by `valid_from`."""
        return "valid_from" in self.key

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every field that a form may write: what there is, then its dates and its source."""
        found = [item for item in self.model._meta.concrete_fields if item.editable and not item.primary_key]
        found.sort(key=lambda item: DATES.index(item.name) if item.name in DATES else -1)
        return tuple(Column(item, item.name in self.key) for item in found)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def columns_of(self, header: Iterable[str]) -> list[Column | None]:
        """The column of each heading, by its Chinese name or its field name; None for unknown ones."""
        known = {header_name(text).casefold(): column for column in self.columns for text in column.names}
        return [known.get(title.casefold()) for title in header]

    def key_of(self, row: models.Model) -> tuple[Any, ...]:
        """What names a stored row."""
        return tuple(self.column(name).stored(row) for name in self.key)

    def series_of(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        """The key without its first day."""
        return tuple(part for name, part in zip(self.key, key, strict=True) if name != "valid_from")

    def common_key(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        """The key of the row for all regions, whose place a region's own row takes."""
        return tuple(None if name == "region" else part for name, part in zip(self.key, key, strict=True))
