"""The clearing's locks: the only place that says who waits for whom.

SQLite takes its one write lock at BEGIN (IMMEDIATE), so nothing more is needed there.
"""

from __future__ import annotations

from django.db import connection

from settlement.clearing.models import ClearingPeriod
from settlement.deductions.models import Deduction
from settlement.records.locks import lock_records
from settlement.records.models import SettlementRecord


def hold_month(period: str) -> ClearingPeriod | None:
    """The month's row, held until the end of the transaction."""
    rows = ClearingPeriod.objects.filter(period=period).select_for_update(no_key=True)
    return rows.order_by("pk").first()


def hold_months_from(period: str) -> None:
    """The rows of a month and of those after it, held at once, for what touches all of them."""
    rows = ClearingPeriod.objects.filter(period__gte=period).select_for_update(no_key=True)
    list(rows.order_by("period").values_list("pk", flat=True))


def hold_still() -> None:
    """Let writes of cases and deductions that are under way finish, and no new one begin.

    Otherwise a case that was not yet committed when a month was proven could join it after the signature.
    """
    lock_records()
    if connection.vendor == "postgresql":
        names = ", ".join(
            connection.ops.quote_name(model._meta.db_table) for model in (SettlementRecord, Deduction)
        )
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE MODE")
