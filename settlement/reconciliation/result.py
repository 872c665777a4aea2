"""结果摘要: the digest of what a run found: its totals, and every difference as found, in their order.

Not covered are their lines (the same rows in another order are the same result) and what people make of it.
The same texts are digested when a run is compared and when its rows are read again (checks.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal

TABLE = Discrepancy._meta.db_table
BLOCK = 2_000
FOUND = (
    "kind", "subject", "our_correction_no", "times", "institution_code", "insured_region_code",
    "care_region_code", "columns", "ours", "theirs", "amount_fen",
)  # fmt: skip
NOTHING, BETWEEN = "None", "\x1f"  # how what is not there is digested, and what stands between
TOTALS = tuple(field.attname for field in RunTotal._meta.fields if field.name not in ("id", "run"))


class ResultDigest:
    """Takes totals, then differences, in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, texts: Iterable[Any]) -> None:
        self.add_joined([BETWEEN.join(map(str, texts))])

    def add_joined(self, texts: Iterable[str]) -> None:
        """Add what the database has joined, one after another."""
        self._hash.update("".join(f"{text}\x1e" for text in texts).encode())

    def text(self) -> str:
        """The digest (hex)."""
        return self._hash.hexdigest()


def totals_digested(totals: QuerySet[RunTotal], digest: ResultDigest) -> None:
    """Digest the totals of a run, in the order of their keys."""
    for values in sorted(totals.order_by().values_list(*TOTALS)):
        digest.add(map(_plain, values))


def differences_digested(run: ReconciliationRun, digest: ResultDigest) -> None:
    """Digest the differences of a run by the very texts that are kept, in their order."""
    texts = (f"coalesce(CAST({name} AS text), '{NOTHING}')" for name in FOUND)
    joined = f" || '{BETWEEN}' || ".join(texts)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {joined} FROM {TABLE} WHERE run_id = %s ORDER BY serial", [run.pk])
        while rows := cursor.fetchmany(BLOCK):
            digest.add_joined(text for (text,) in rows)


def stored_digest(run: ReconciliationRun) -> str:
    """The digest that the stored rows of a run give."""
    digest = ResultDigest()
    totals_digested(run.totals.all(), digest)
    differences_digested(run, digest)
    return digest.text()


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
