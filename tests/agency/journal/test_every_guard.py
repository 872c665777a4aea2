"""防改触发器: each one, of any slice, is missed when it is dropped; no guarded table is emptied at once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from agency.journal import guards
from agency.journal.books import check_all

GUARDS = list(guards.GUARDS.values())
TABLES = sorted({item.table for item in GUARDS})


@pytest.mark.django_db
def test_each_trigger_that_is_dropped_is_named_and_put_back() -> None:
    on = " ON {}" if connection.vendor == "postgresql" else ""
    wanted = []
    with connection.cursor() as cursor:
        for item in GUARDS:
            for name in guards.trigger_names(item):
                cursor.execute(f"DROP TRIGGER {name}{on.format(item.table)}")
                wanted.append(name)

    assert guards.missing() == wanted
    assert {broken.subject for broken in check_all("202610").broken} >= set(wanted[:20])

    guards.install()
    assert guards.missing() == []


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("item", GUARDS, ids=lambda item: item.name)
def test_a_trigger_that_is_switched_off_is_missed(item: guards.Guard) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {item.table} DISABLE TRIGGER {item.name}_truncate")

    assert guards.missing() == [f"{item.name}_truncate"]


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_no_guarded_table_is_emptied_at_once(table: str) -> None:
    """By its own guard, or by that of a table that refers to it: each raises a violated integrity."""
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(f"TRUNCATE {table} CASCADE")
