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
from tests.settlement.records.files import row

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
KEPT = ("columns", "ours", "theirs")
text_kept = importlib.import_module("settlement.migrations.0006_difference_text")


def _texts() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        names = ", ".join(f"CAST({name} AS text)" for name in KEPT)
        cursor.execute(f"SELECT {names} FROM {Discrepancy._meta.db_table} ORDER BY serial")
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


def test_what_was_kept_as_json_becomes_the_text_that_was_digested(load: Run, compare: Run) -> None:
    run = _found(load, compare)
    before = _texts()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")

    editor = connection.schema_editor()  # it is within the transaction of the test
    text_kept.backwards(apps, editor)
    as_json = _texts()
    text_kept.forwards(apps, editor)

    assert (as_json != before) is (connection.vendor == "postgresql")  # SQLite keeps JSON as text
    assert _texts() == before
    assert stored_digest(run) == run.result_digest
