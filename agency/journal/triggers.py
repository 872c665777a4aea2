"""SQL of PostgreSQL's triggers, as guards, upkeep and references write it."""

from __future__ import annotations

from collections.abc import Iterable


def trigger_function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$guard$ BEGIN {body} END $guard$"
    )


def after_statement(name: str, table: str, event: str, function: str) -> Iterable[str]:
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    yield (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} "
        f"REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
