"""只增不改: database triggers that keep append-only rows from being changed or deleted; and those that write
what follows from other rows.

A later ALTER on SQLite rebuilds a table and silently drops its triggers, so they are installed anew after
every `migrate` (the one post_migrate receiver of this project) and a test asserts that each exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connections

from agency.journal import references
from agency.journal.triggers import after_statement, trigger_function


@dataclass(frozen=True)
class Guard:
    """One guarded table. `when` is SQL over OLD/NEW rows ({row}); empty guards every row.

    `events` are the row events to refuse; TRUNCATE is refused as well on PostgreSQL. `in_bulk`: rows come
    by the million, so PostgreSQL judges an INSERT once per statement, over all its rows.
    """

    name: str
    table: str
    message: str
    events: tuple[str, ...] = ("UPDATE", "DELETE")
    when: str = ""
    update_rows: tuple[str, ...] = ("OLD", "NEW")  # which row of an UPDATE the condition looks at
    in_bulk: bool = False


GUARDS: dict[str, Guard] = {}


@dataclass(frozen=True)
class Upkeep:
    """Rows that follow from those of `table`, written by the database itself, whoever writes the others.

    `sql` is one statement that selects FROM {rows} and some table, and names a row that was written {new}. It
    runs after every INSERT and every UPDATE of `columns` (PostgreSQL: of any column, once per statement), so
    it must be harmless when repeated.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    sql: str


UPKEEP: dict[str, Upkeep] = {}


def guard(*guards: Guard) -> None:
    """Declare guards; a slice calls it beside its models."""
    for item in guards:
        GUARDS[item.name] = item


def upkeep(*items: Upkeep) -> None:
    """Declare rows that follow from others; a slice calls it beside its guards."""
    for item in items:
        UPKEEP[item.name] = item


def trigger_names(item: Guard | Upkeep) -> list[str]:
    """The triggers that a guard or an upkeep consists of, without the TRUNCATE one."""
    if isinstance(item, Upkeep):
        return [f"{item.name}_insert", f"{item.name}_update"]
    return [f"{item.name}_{event.lower()}" for event in item.events]


def _condition(item: Guard, event: str) -> str:
    """The guard's condition for an event: an UPDATE is refused for the row before and the row after."""
    if not item.when:
        return ""
    rows = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": item.update_rows}[event]
    return " OR ".join(f"({item.when.format(row=row)})" for row in rows)


def _sqlite(item: Guard) -> Iterable[str]:
    for event, name in zip(item.events, trigger_names(item), strict=True):
        condition = _condition(item, event)
        when = f" WHEN {condition}" if condition else ""
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {item.table} FOR EACH ROW{when} "
            f"BEGIN SELECT RAISE(ABORT, '{item.message}'); END"
        )


def _postgresql(item: Guard) -> Iterable[str]:
    refusal = f"RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{item.message}';"
    for event, name in zip(item.events, trigger_names(item), strict=True):
        if item.in_bulk and event == "INSERT":
            condition = item.when.format(row="fresh") or "true"
            fresh = f"EXISTS (SELECT 1 FROM fresh_rows AS fresh WHERE {condition})"
            yield trigger_function(name, f"IF {fresh} THEN {refusal} END IF; RETURN NULL;")
            yield from after_statement(name, item.table, event, name)
            continue
        condition = _condition(item, event)
        body = f"IF {condition} THEN {refusal} END IF;" if condition else refusal
        result = "OLD" if event == "DELETE" else "NEW"
        yield trigger_function(name, f"{body} RETURN {result};")
        yield f"DROP TRIGGER IF EXISTS {name} ON {item.table}"
        yield (f"CREATE TRIGGER {name} BEFORE {event} ON {item.table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    yield f"DROP TRIGGER IF EXISTS {item.name}_truncate ON {item.table}"
    yield trigger_function(f"{item.name}_truncate", refusal)
    yield (
        f"CREATE TRIGGER {item.name}_truncate BEFORE TRUNCATE ON {item.table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {item.name}_truncate()"
    )


def _sqlite_upkeep(item: Upkeep) -> Iterable[str]:
    body = item.sql.format(rows="", new="NEW")
    events = ("INSERT", f"UPDATE OF {', '.join(item.columns)}")
    for event, name in zip(events, trigger_names(item), strict=True):
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} AFTER {event} ON {item.table} FOR EACH ROW BEGIN {body}; END"


def _postgresql_upkeep(item: Upkeep) -> Iterable[str]:
    body = item.sql.format(rows="fresh_rows AS fresh,", new="fresh")
    yield trigger_function(item.name, f"{body}; RETURN NULL;")
    for event, name in zip(("INSERT", "UPDATE"), trigger_names(item), strict=True):
        yield from after_statement(name, item.table, event, item.name)


def install(using: str = "default") -> None:
    """Install every declared guard and upkeep whose table exists; safe to run again."""
    connection = connections[using]
    write = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    follow = {"sqlite": _sqlite_upkeep, "postgresql": _postgresql_upkeep}[connection.vendor]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for item in GUARDS.values():
            if item.table in present:
                for statement in write(item):
                    cursor.execute(statement)
        for kept in UPKEEP.values():
            if kept.table in present:
                for statement in follow(kept):
                    cursor.execute(statement)
        for statement in references.statements(connection.vendor, present):
            cursor.execute(statement)


def missing(using: str = "default") -> list[str]:
    """Names of triggers that should exist and do not."""
    connection = connections[using]
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = {row[0] for row in cursor.fetchall()}
    declared: list[Guard | Upkeep] = [*GUARDS.values(), *UPKEEP.values()]
    wanted = [name for item in declared for name in trigger_names(item)]
    if connection.vendor == "postgresql":
        wanted += [f"{item.name}_truncate" for item in GUARDS.values()]
    wanted += references.trigger_names(connection.vendor)
    return [name for name in wanted if name not in found]


def install_after_migrate(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """The post_migrate receiver."""
    install(using)


guard(
    Guard("state_change_guard", "agency_statechange", "状态变更只能增加，不能修改或删除"),
    Guard("audit_entry_guard", "agency_auditentry", "日志只能增加，不能修改或删除"),
)
