"""Reference data from `seeds/`: read rows, upsert by natural key, count what happened."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Model

from agency.journal.audit import REFERENCE_ADDED, REFERENCE_CHANGED, subject_kind
from agency.journal.models import AuditEntry

T = TypeVar("T")


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of one seed file as dicts of stripped text."""
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {key: (value or "").strip() for key, value in row.items()}


def day(text: str) -> dt.date | None:
    """An ISO date, or None where the cell is empty."""
    return dt.date.fromisoformat(text) if text else None


def yes(text: str) -> bool:
    """true/1/yes."""
    return text.lower() in {"true", "1", "yes"}


def named(known: Mapping[str, T], code: str) -> T | None:
    """The row with this code, None where the cell is empty; a code that is not known is a mistake."""
    return known[code] if code else None


@dataclass
class Tally:
    """What a seed did: rows created, changed, left the same. Running it again leaves all the same."""

    created: int = 0
    changed: int = 0
    same: int = 0

    def upsert(self, model: type[Model], *, key: dict[str, Any], values: dict[str, Any]) -> Any:
        """Create the row with this natural key, or bring it up to date; returns it.

        A row that staff changed in the admin is theirs: it is left as they set it.
        """
        row = model._default_manager.filter(**key).first()
        if row is None:
            self.created += 1
            return model._default_manager.create(**key, **values)
        if all(getattr(row, name) == value for name, value in values.items()):
            self.same += 1
            return row
        if _changed_by_staff(row):
            self.same += 1
            return row
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        self.changed += 1
        return row

    def upsert_all(self, model: type[Model], rows: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        """`upsert` of many rows (key, values) of one table: read once, inserted at once.

        Keys and values name columns (`region_id`, not `region`), the same ones in every row.
        """
        wanted = list(rows)
        if not wanted:
            return
        columns = list(wanted[0][0])
        stored = {tuple(getattr(row, name) for name in columns): row for row in model._default_manager.all()}
        new = []
        for key, values in wanted:
            row = stored.get(tuple(key.values()))
            if row is None:
                new.append(model(**key, **values))
            elif all(getattr(row, name) == value for name, value in values.items()):
                self.same += 1
            else:
                self.upsert(model, key=key, values=values)
        model._default_manager.bulk_create(new, batch_size=500)
        self.created += len(new)


def _changed_by_staff(row: Model) -> bool:
    """Whether staff added or changed this row in the admin."""
    return AuditEntry.objects.filter(
        action__in=(REFERENCE_ADDED, REFERENCE_CHANGED),
        subject_kind=subject_kind(row),
        subject_no=str(row.pk),
    ).exists()


def changed_by_staff(model: type[Model]) -> set[int]:
    """The rows of a table that staff added or changed in the admin, by primary key."""
    entries = AuditEntry.objects.filter(
        action__in=(REFERENCE_ADDED, REFERENCE_CHANGED), subject_kind=subject_kind(model())
    )
    return {int(number) for number in entries.values_list("subject_no", flat=True)}
