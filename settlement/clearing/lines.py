"""Writing a month's lines: the database adds up records and deductions, only sums come here and go back."""

from __future__ import annotations

from django.db import connection

from settlement.clearing.carries import with_carries
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.rules import LINE_FIELDS, Line
from settlement.clearing.selectors import lines_of
from settlement.clearing.sums import MonthSums, sums_of
from settlement.holding.selectors import carries_of

TABLE = ClearingLine._meta.db_table
COLUMNS = ("period_id", *LINE_FIELDS)


def lines_replace(month: ClearingPeriod) -> MonthSums:
    """Replace the month's lines by what its records and deductions add up to and what is carried; lines that
    are so already stay.

    A line exists as soon as a case, a deduction or a carry touches it, even if everything nets to nil. Call
    it inside the transaction that holds the month.
    """
    sums = sums_of(month)
    lines = with_carries(sums.lines, carries_of(month.period))
    if sorted(lines_of(month)) != sorted(lines.values()):
        ClearingLine.objects.filter(period=month).delete()
        _write(month, sorted(lines.values()))
    return MonthSums(lines, sums.local)


def _write(month: ClearingPeriod, lines: list[Line]) -> None:
    """Rows into the table: COPY on PostgreSQL, executemany on SQLite."""
    columns = ", ".join(COLUMNS)
    rows = [(month.pk, *line) for line in lines]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {TABLE} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("%s" for _ in COLUMNS)
        cursor.executemany(f"INSERT INTO {TABLE} ({columns}) VALUES ({marks})", rows)
