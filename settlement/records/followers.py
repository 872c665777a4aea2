"""What follows from cases coming and going: slices higher up join here and are called in the transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from agency.batches.models import Batch
from agency.registry import Registry

LOADED: Registry[Callable[[Batch], None]] = Registry("after a load of cases")
# (records) -> None, before they are removed by SQL: remove what hangs on them, or refuse with a DomainError
GOING: Registry[Callable[[QuerySet[Any]], None]] = Registry("before cases are removed")


def records_loaded(batch: Batch) -> None:
    for entry in LOADED:
        entry.function(batch)


def records_going(records: QuerySet[Any]) -> None:
    for entry in GOING:
        entry.function(records)
