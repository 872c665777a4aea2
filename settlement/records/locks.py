"""锁: who writes records, or signs a month of them, does it alone. The only place that takes this lock."""

from __future__ import annotations

from django.db import connection

RECORDS = 7_220_001  # any constant of our own


def lock_records() -> None:
    """Wait until no other transaction loads records or signs a month; held to the end of this transaction.

    Take it before reading what the decision rests on. On SQLite the write transaction itself is the lock
    (IMMEDIATE). Outside a transaction it does nothing: a preview writes nothing.
    """
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECORDS])
