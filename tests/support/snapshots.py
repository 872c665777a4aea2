"""A refused action changes nothing: every table of the three apps before and after it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection

from agency.errors import DomainError

APPS = ("agency", "filings", "settlement")


def snapshot() -> dict[str, tuple[int, str]]:
    """Table → how many rows, and a digest over all of them in the order of their keys."""
    found = {}
    models = [
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    with connection.cursor() as cursor:
        for model in models:
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
            digest, count = hashlib.sha256(), 0
            for row in cursor:
                digest.update(repr(row).encode())
                count += 1
            found[table] = (count, digest.hexdigest())
    return found


def changed(before: dict[str, tuple[int, str]]) -> list[str]:
    """The tables that are no longer as they were."""
    after = snapshot()
    return sorted(table for table in before if before[table] != after[table])


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fail, naming the tables, when anything differs after the block."""
    before = snapshot()
    yield
    assert changed(before) == []


@contextmanager
def refused(
    code: str | None = None, error: type[DomainError] = DomainError
) -> Iterator[pytest.ExceptionInfo[DomainError]]:
    """The block is refused with `code` (None: any) and leaves every table as it was."""
    with nothing_changes(), pytest.raises(error) as raised:
        yield raised
    assert code in (None, raised.value.code)
