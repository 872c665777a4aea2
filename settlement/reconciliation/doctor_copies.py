"""重复的行: the rows of their file that have the same settlement number, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from settlement.records.selectors import chunks

STAGED = "theirs"  # staging.py
_NOT_COMPARED = frozenset({"line_no", "settlement_no", "institution_name"})


def rows_of(numbers: Sequence[str]) -> dict[str, list[Mapping[str, object]]]:
    """Settlement number → its rows in their order, {column: value}: of our columns, the institution's name
    aside."""
    found: dict[str, list[Mapping[str, object]]] = {}
    with connection.cursor() as cursor:
        for block in chunks(numbers):
            marks = ", ".join(["%s"] * len(block))
            cursor.execute(f"SELECT * FROM {STAGED} WHERE settlement_no IN ({marks}) ORDER BY line_no", block)
            names = [column[0] for column in cursor.description]
            number = names.index("settlement_no")
            for row in cursor.fetchall():
                told = {name: value for name, value in zip(names, row, strict=True) if _is_compared(name)}
                found.setdefault(row[number], []).append(told)
    return found


def _is_compared(name: str) -> bool:
    """Columns of theirs that are none of ours stand under `x` and their place."""
    return name not in _NOT_COMPARED and not name[1:].isdigit()
