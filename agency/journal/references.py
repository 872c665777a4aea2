"""引用: foreign keys for tables into which rows come by the million (ADR 0014)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from agency.journal.triggers import after_statement, trigger_function


@dataclass(frozen=True)
class BulkReferences:
    """Foreign keys of a table into which rows come by the million, on PostgreSQL only (ADR 0014).

    Ordinary ones look up every row by itself, which takes longer than writing it. These look up each key of a
    statement once, lock it as a foreign key does, and refuse to delete what is named.
    `targets` are the columns with the tables they name (by `id`). SQLite keeps its foreign keys.
    """

    name: str
    table: str
    targets: dict[str, str]


REFERENCES: dict[str, BulkReferences] = {}


def references(*items: BulkReferences) -> None:
    """Declare references of bulk tables; a slice calls it beside its guards."""
    for item in items:
        REFERENCES[item.name] = item


def statements(vendor: str, tables: Collection[str]) -> Iterable[str]:
    """What installs the declared references of tables that exist; safe to run again."""
    if vendor == "postgresql":
        for item in REFERENCES.values():
            if item.table in tables:
                yield from _statements(item)


def trigger_names(vendor: str) -> list[str]:
    """The triggers that should exist."""
    if vendor != "postgresql":
        return []
    return [name for item in REFERENCES.values() for name in _triggers(item)]


FAILED = "RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE ="


def _statements(item: BulkReferences) -> Iterable[str]:
    yield from _named_exists(item)
    for target in sorted(set(item.targets.values())):
        yield from _named_stays(item, target)


def _named_exists(item: BulkReferences) -> Iterable[str]:
    """Every key that a statement names exists, and is held to the end of the transaction."""
    columns = ", ".join(item.targets)
    unknown = " OR ".join(
        f"(SELECT count(DISTINCT {column}) FROM named) > (SELECT count(*) FROM (SELECT 1 FROM {target} AS t "
        f"WHERE t.id IN (SELECT {column} FROM named) FOR KEY SHARE) AS held)"
        for column, target in item.targets.items()
    )
    yield trigger_function(
        item.name,
        f"IF (WITH named AS MATERIALIZED (SELECT DISTINCT {columns} FROM fresh_rows) SELECT {unknown}) THEN "
        f"{FAILED} '{item.table} 引用的行不存在'; END IF; RETURN NULL;",
    )
    for event in ("INSERT", "UPDATE"):
        yield from after_statement(f"{item.name}_{event.lower()}", item.table, event, item.name)


def _named_stays(item: BulkReferences, target: str) -> Iterable[str]:
    """A key that is named is not taken away; looked at after the deletion has waited for those who hold the
    key, with what they wrote in sight."""
    named_by = [column for column, table in item.targets.items() if table == target]
    kept = " OR ".join(f"EXISTS (SELECT 1 FROM {item.table} WHERE {column} = OLD.id)" for column in named_by)
    name, failed = f"{item.name}_{target}", f"{FAILED} '{target} 仍被 {item.table} 引用';"
    yield trigger_function(
        name,
        f"IF TG_OP = 'TRUNCATE' THEN {failed} END IF; "
        "IF TG_OP = 'UPDATE' THEN IF NEW.id = OLD.id THEN RETURN NULL; END IF; END IF; "
        f"IF {kept} THEN {failed} END IF; RETURN NULL;",
    )
    for moment, event, level in (
        ("AFTER", "DELETE", "ROW"),
        ("AFTER", "UPDATE OF id", "ROW"),
        ("BEFORE", "TRUNCATE", "STATEMENT"),
    ):
        trigger = f"{name}_{event.split()[0].lower()}"
        yield f"DROP TRIGGER IF EXISTS {trigger} ON {target}"
        yield (
            f"CREATE TRIGGER {trigger} {moment} {event} ON {target} "
            f"FOR EACH {level} EXECUTE FUNCTION {name}()"
        )


def _triggers(item: BulkReferences) -> list[str]:
    targets = sorted(set(item.targets.values()))
    own = [f"{item.name}_{event}" for event in ("insert", "update")]
    return own + [f"{item.name}_{t}_{event}" for t in targets for event in ("delete", "update", "truncate")]
