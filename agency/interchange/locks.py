"""锁: one file at a time is tried or written for a table.

Two that add the same rows in another order would wait for each other.
"""

from __future__ import annotations

import zlib

from django.db import connection

from agency.interchange.exchange import Exchange

INTERCHANGE = 7_220_002  # any constant of our own


def lock_table(exchange: Exchange) -> None:
    """Wait until no other file of this table is in work; held to the end of this transaction.

    On SQLite the write transaction itself is the lock (IMMEDIATE).
    """
    if connection.vendor == "postgresql":
        table = zlib.crc32(exchange.model._meta.db_table.encode()) & 0x7FFFFFFF
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [INTERCHANGE, table])
