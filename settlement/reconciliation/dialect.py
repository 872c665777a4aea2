"""方言: the few words that both databases say differently."""

from __future__ import annotations

from django.db import connection

_IN_ORDER = {"postgresql": ' COLLATE "C"', "sqlite": ""}
_AT = {"postgresql": "{}.at_row", "sqlite": "{}.line_no"}
_JSON_STRING = {"postgresql": "CAST(to_json({}) AS text)", "sqlite": "json_quote({})"}
_LOCAL = {
    "postgresql": "to_char({} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')",
    "sqlite": "datetime({}, '+8 hours')",
}


def in_order(column: str) -> str:
    """A text column as it is sorted: by its bytes, on both databases."""
    return column + _IN_ORDER[connection.vendor]


def at_row(theirs: str) -> str:
    """Where a row of `theirs` is, for the shortest way to it."""
    return _AT[connection.vendor].format(theirs)


def json_string(text: str) -> str:
    """A text as a JSON string."""
    return _JSON_STRING[connection.vendor].format(text)


def local(moment: str) -> str:
    """A moment as text, in Shanghai."""
    return _LOCAL[connection.vendor].format(moment)


def analyze(table: str, *columns: str) -> None:
    """Let PostgreSQL look at a table of a comparison, which nobody else does; a small sample is enough."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL default_statistics_target = 10")
            cursor.execute(f"ANALYZE {table} ({', '.join(columns)})" if columns else f"ANALYZE {table}")
