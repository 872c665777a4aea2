"""Rows of a list as the import reads them."""

from __future__ import annotations

from pathlib import Path

from agency.tabular.read import open_table
from filings.groups.check import read_reference
from filings.groups.columns import COLUMNS, EXPECTED, SUBJECT
from filings.groups.parse import GroupRow, read_row
from filings.people.columns import column_places
from tests.support.world import World


def readable(path: Path, world: World) -> list[GroupRow]:
    table = open_table(path, filename=path.name, expected=EXPECTED)
    places, _ = column_places(table.header, path.name, COLUMNS, SUBJECT)
    reference = read_reference(world.today)
    return [
        read_row({key: one.cells[index] for key, index in places.items()}, reference) for one in table.rows()
    ]
