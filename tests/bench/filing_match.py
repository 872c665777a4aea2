"""备案核对 of a batch: against COPY of the same rows into the same table (SQLite: executemany of them)."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from filings.models import Filing
from settlement.matching.models import RecordFiling
from settlement.matching.services import mark_cases, room_to_join
from settlement.records.models import SettlementRecord
from tests.bench.cases import make_cases
from tests.bench.population import make_filings, make_people
from tests.bench.timing import settle

TITLE = "备案核对 (the match with filings)"
TIMES = 3
LIMIT = 1.0  # of the raw load
RECORDS, MARKS = SettlementRecord._meta.db_table, RecordFiling._meta.db_table


def prepare(rows: int) -> None:
    """A third as many people as cases, a fifth as many filings."""
    people = max(1000, rows // 3)
    make_people(people)
    make_filings(rows // 5, people)
    with connection.cursor() as cursor:  # filed where the person is insured
        cursor.execute(
            f"UPDATE {Filing._meta.db_table} SET insured_region_id = (SELECT region_id FROM filings_enrolment"
            f" WHERE person_id = {Filing._meta.db_table}.person_id)"
        )
    make_cases(rows, people=people)


def measure(out: Callable[[str], None]) -> None:
    raw: list[float] = []
    first: list[float] = []
    again: list[float] = []
    for _ in range(TIMES):
        raw.append(_raw_load())
        first.append(_match())
        again.append(_match())
    middle = statistics.median(raw)
    out("| step | s (median of 3) | ratio to the raw load |\n|---|---|---|")
    steps = {
        "raw load of the same rows (all indexes, constraints and guards)": raw,
        "match, every mark new": first,
        "match again, nothing changed": again,
    }
    for label, seconds in steps.items():
        spent = statistics.median(seconds)
        out(f"| {label} | {spent:.1f} ({min(seconds):.1f}–{max(seconds):.1f}) | {spent / middle:.2f} |")
    marks = RecordFiling.objects.values_list("mark").order_by("mark")
    out(f"\nMarks: {', '.join(f'{mark} {count:,}' for mark, count in marks.annotate(Count('pk')))}.")
    out(f"Goal ≤ {LIMIT}: {'reached' if statistics.median(first) <= LIMIT * middle else 'missed'}.")


def _match() -> float:
    began = time.perf_counter()
    with transaction.atomic():
        room_to_join()
        mark_cases(SettlementRecord.objects.all(), "1 = 1", [], timezone.now())
    return time.perf_counter() - began


def _raw_load() -> float:
    """Take all rows out, empty the tables, and load the rows again, timed; statistics as after a while."""
    load = _by_copy if connection.vendor == "postgresql" else _by_executemany
    spent = load()
    settle()
    return spent


def _by_copy() -> float:
    with tempfile.TemporaryFile() as kept, connection.cursor() as cursor:
        with cursor.copy(f"COPY {RECORDS} TO STDOUT") as copy:
            for block in copy:
                kept.write(block)
        kept.seek(0)
        cursor.execute(f"DELETE FROM {MARKS}")
        cursor.execute(f"DELETE FROM {RECORDS}")
        settle()
        cursor.execute(f"REINDEX TABLE {RECORDS}")
        cursor.execute(f"REINDEX TABLE {MARKS}")
        began = time.perf_counter()
        with cursor.copy(f"COPY {RECORDS} FROM STDIN") as copy:
            while block := kept.read(1 << 20):
                copy.write(block)
        return time.perf_counter() - began


def _by_executemany() -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {RECORDS}")
        rows = cursor.fetchall()
        cursor.execute(f"DELETE FROM {MARKS}")
        cursor.execute(f"DELETE FROM {RECORDS}")
    began = time.perf_counter()
    with transaction.atomic():
        raw = connection.connection.cursor()
        raw.executemany(f"INSERT INTO {RECORDS} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return time.perf_counter() - began
