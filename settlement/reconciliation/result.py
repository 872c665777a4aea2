"""结果摘要: the digest of what a run found: its totals, and every difference as found, in their order.

Not covered are their lines (the same rows in another order are the same result) and what people make of it.
The same texts are digested when a run is compared and when its rows are read again (checks.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from settlement.reconciliation.models import Discrepancy, RunTotal

FOUND = (
    "kind", "subject", "our_correction_no", "times", "institution_code", "insured_region_code",
    "care_region_code", "columns", "ours", "theirs", "amount_fen",
)  # fmt: skip
JSON = frozenset({"columns", "ours", "theirs"})
NOTHING, BETWEEN = "None", "\x1f"  # how what is not there is digested, and what stands between
TOTALS = tuple(field.attname for field in RunTotal._meta.fields if field.name not in ("id", "run"))
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class ResultDigest:
    """Takes totals, then differences, in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, texts: Iterable[Any]) -> None:
        self.add_joined(BETWEEN.join(map(str, texts)))

    def add_joined(self, text: str) -> None:
        """Add what the database has joined."""
        self._hash.update(f"{text}\x1e".encode())

    def text(self) -> str:
        """The digest (hex)."""
        return self._hash.hexdigest()


def json_text(value: Any) -> str:
    """JSON as it is digested: keys in order, nothing escaped that need not be."""
    return _write(value)


def totals_digested(totals: QuerySet[RunTotal], digest: ResultDigest) -> None:
    """Digest the totals of a run, in the order of their keys."""
    for values in sorted(totals.order_by().values_list(*TOTALS)):
        digest.add(map(_plain, values))


def stored_digest(totals: QuerySet[RunTotal], differences: QuerySet[Discrepancy]) -> str:
    """The digest that the stored rows of a run give."""
    digest = ResultDigest()
    totals_digested(totals, digest)
    for values in differences.order_by("serial").values_list(*FOUND).iterator(chunk_size=2000):
        digest.add(_texts(values))
    return digest.text()


def _texts(values: Sequence[Any]) -> list[Any]:
    return [json_text(value) if name in JSON else value for name, value in zip(FOUND, values, strict=True)]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
