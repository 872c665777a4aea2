"""锁: who writes cases or deductions, or signs a month of them, does it alone; and a count of such writes.

In the browser a file is checked outside of any transaction, which may take minutes, and loaded in a short
one. The revision tells the load whether anything was written since the check began; only then it has to check
again. A command on PostgreSQL holds the lock for its one pass over the file.
"""

from __future__ import annotations

from django.db import connection

from agency.journal.models import NumberSeries
from agency.journal.numbers import next_number

RECORDS = 7_220_001  # any constant of our own
REVISION = "records-revision"


def lock_records() -> None:
    """Wait until no other transaction writes cases or signs a month; held to the end of this transaction.

    Take it before reading what the decision rests on. On SQLite the write transaction itself is the lock
    (IMMEDIATE). Outside of a transaction it does nothing.
    """
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECORDS])


def revision() -> int:
    """How many times cases or deductions have been written."""
    return NumberSeries.objects.filter(name=REVISION).values_list("value", flat=True).first() or 0


def records_written() -> None:
    """Count one more write; call it in the transaction that writes, after `lock_records`."""
    next_number(REVISION)
