"""What was found is kept as the text that is digested, also of runs that were compared before it was."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from settlement.reconciliation.json_text import json_text
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.result import stored_digest
from tests.settlement.reconciliation.made import make_run
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
KEPT = ("columns", "ours", "theirs")
text_kept = importlib.import_module("settlement.migrations.0006_difference_text")


def _texts() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        names = ", ".join(f"CAST({name} AS text)" for name in KEPT)
        cursor.execute(f"SELECT {names} FROM {Discrepancy._meta.db_table} ORDER BY run_id, serial")
        return cursor.fetchall()


def _found(load: Run, compare: Run) -> Any:
    load([row("S1"), row("S2"), row("S3")])
    odd = row("S2", 个人现金="290.00", 诊断='引号"里\\杠 III')
    return compare([odd, row("S3", 姓名="李四", 险种="390"), row("S4")])


def test_the_text_is_what_json_text_writes(load: Run, compare: Run) -> None:
    run = _found(load, compare)

    values = run.discrepancies.order_by("serial").values_list(*KEPT)

    assert _texts() == [tuple(json_text(value) for value in kept) for kept in values]
    assert len(_texts()) == 4


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Discrepancy._meta.db_table))


def test_what_was_kept_as_json_becomes_the_text_that_was_digested(
    load: Run, compare: Run, world: World
) -> None:
    run = _found(load, compare)
    said = {"名称": '一/二\t"三"\\\x01', "ab": "", "b": "é𠮷"}
    other = make_run(world, {"kind": "only_ours", "subject": "L1", "ours": said, "columns": ["乙", "甲"]})
    before, on_postgresql = _texts(), connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if on_postgresql else "SELECT 1")

    editor = connection.schema_editor()  # it is within the transaction of the test
    text_kept.backwards(apps, editor)
    as_json, with_all = _texts(), _indexes()
    text_kept.forwards(apps, editor)

    assert (as_json != before) is on_postgresql  # SQLite keeps JSON as text
    assert _texts() == before
    assert stored_digest(run) == run.result_digest
    kept = other.discrepancies.get()
    assert (kept.ours, kept.columns) == (said, ["乙", "甲"])
    gone = {*text_kept.INDEXES.values(), *([text_kept.NUMBER_LIKE] if on_postgresql else [])}
    assert with_all - _indexes() == gone
