"""锁: bank lines before notices, each in the order of their keys; so nobody waits in a circle.

SQLite takes its one write lock at BEGIN (IMMEDIATE), so nothing more is needed there.
"""

from __future__ import annotations

from collections.abc import Iterable

from settlement.notices.models import BankLine, Notice


def hold_lines(keys: Iterable[int]) -> dict[int, BankLine]:
    """The lines by key, held to the end of the transaction."""
    rows = BankLine.objects.filter(pk__in=list(keys)).select_for_update(no_key=True)
    return {row.pk: row for row in rows.order_by("pk")}


def hold_notices(keys: Iterable[int]) -> dict[int, Notice]:
    """The notices by key, held to the end of the transaction."""
    rows = Notice.objects.filter(pk__in=list(keys)).select_for_update(no_key=True)
    return {row.pk: row for row in rows.order_by("pk")}
