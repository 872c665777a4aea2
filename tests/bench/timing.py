"""Measuring: what a selector asks of the database, how long that takes, and by which plan."""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

Statement = tuple[str, Any]
Call = Callable[[Any], object]


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def statements(call: Callable[[], object]) -> list[Statement]:
    """The statements that a call sends, with their parameters."""
    sent: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        call()
    return sent


def sql_ms(sent: Iterable[Statement], at: Any = connection) -> float:
    """Sending the statements once and reading all their rows, in milliseconds; the ORM is not in it."""
    with at.cursor() as cursor:
        began = time.perf_counter()
        for sql, params in sent:
            cursor.execute(sql, params)
            cursor.fetchall()
        return (time.perf_counter() - began) * 1000


@dataclass(frozen=True)
class Measured:
    """One line of a table: milliseconds of each way of asking, per value."""

    label: str
    least: float  # of each statement its least, added: what they cost when nothing else has the processor
    sql: list[float]
    whole: list[float]  # the selector as the page calls it, with the ORM
    limit: list[float]
    peers: list[list[float]]


def measured(label: str, values: Sequence[Any], ours: Call, limit: Call, peers: Sequence[Call]) -> Measured:
    """Ours, the limit and the peers in turn, value by value, so that a slow minute slows them all. Peers take
    long: they are asked for one of the values, and the ORM is in their time."""
    own, whole, least = [], [], []
    each: list[list[float]] = []
    theirs: list[list[float]] = [[] for _ in peers]
    asked = {len(values) // 2}
    for number, value in enumerate(values):
        began = time.perf_counter()
        sent = statements(lambda value=value: ours(value))
        whole.append((time.perf_counter() - began) * 1000)
        each.append([sql_ms([statement]) for statement in sent])
        own.append(sum(each[-1]))
        least.append(sql_ms(statements(lambda value=value: limit(value))))
        for place, peer in enumerate(peers):
            if number in asked:
                began = time.perf_counter()
                peer(value)
                theirs[place].append((time.perf_counter() - began) * 1000)
    alike = [times for times in each if len(times) == len(each[-1])]
    return Measured(label, sum(map(min, zip(*alike, strict=True))), own, whole, least, theirs)


def table(lines: Sequence[Measured], limit: str, peers: Sequence[str]) -> str:
    """A Markdown table; ratios are taken of medians of one run."""
    out = io.StringIO()
    names = "".join(f" {peer}, ms (ratio) |" for peer in peers)
    out.write("| asked | n | SQL least, ms | SQL median, ms | SQL worst, ms | with ORM, ms |")
    out.write(f" {limit}, ms (ratio) |{names}\n")
    out.write("|---|---|---|---|---|---|---|" + "---|" * len(peers) + "\n")
    for line in lines:
        middle, least = statistics.median(line.sql), statistics.median(line.limit)
        cells = [
            line.label,
            str(len(line.sql)),
            f"{line.least:.2f}",
            f"{middle:.2f}",
            f"{max(line.sql):.2f}",
            f"{statistics.median(line.whole):.1f}",
            f"{least:.2f} ({middle / least:.1f})",
        ]
        for peer in line.peers:
            theirs = statistics.median(peer) if peer else 0.0
            cells.append(f"{theirs:.1f} ({theirs / middle:.0f})" if peer else "–")
        out.write(f"| {' | '.join(cells)} |\n")
    return out.getvalue()


def plan(statement: Statement) -> str:
    """How the database answers a statement."""
    sql, params = statement
    prefix = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE, TIMING OFF)"
    with connection.cursor() as cursor:
        cursor.execute(f"{prefix} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def version(at: Any) -> str:
    """SQLite 3.40.1, PostgreSQL 15.18."""
    with at.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if at.vendor == "sqlite" else "SHOW server_version")
        number = cursor.fetchone()[0].split(" ")[0]
    return f"{'SQLite' if at.vendor == 'sqlite' else 'PostgreSQL'} {number}"


def settle() -> None:
    """Statistics and visibility as they are on a database that has been running."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def fill(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows by COPY, or in one transaction of SQLite."""
    began = time.monotonic()
    _fill(name, columns, rows)
    sys.stderr.write(f"{name}: {time.monotonic() - began:.0f} s\n")


def _fill(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        from django.db import transaction

        marks = ", ".join("?" * len(columns))
        with transaction.atomic():
            raw = connection.connection.cursor()
            raw.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)
