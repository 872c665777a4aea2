"""What was found is kept as the text that is digested, also of runs that were compared before it was."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError

from settlement.reconciliation.json_text import CASE_COLUMNS, json_text
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.result import stored_digest
from settlement.records.columns import NAMES
from tests.settlement.reconciliation.made import make_run
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
KEPT = ("columns", "ours", "theirs")
text_kept = importlib.import_module("settlement.migrations.0006_difference_text")
great_numbers = importlib.import_module("settlement.migrations.0007_great_numbers")


def _texts() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        names = ", ".join(f"CAST({name} AS text)" for name in KEPT)
        cursor.execute(f"SELECT {names} FROM {Discrepancy._meta.db_table} ORDER BY run_id, serial")
        return cursor.fetchall()


def _found(load: Run, compare: Run) -> Any:
    load([row("S1"), row("S2"), row("S3")])
    odd = row("S2", 个人现金="290.00", 诊断='引号"里\\杠 III')
    return compare([odd, row("S3", 姓名="李四", 险种="390"), row("S4")])


def test_the_text_is_what_the_fields_write(load: Run, compare: Run, world: World) -> None:
    run = _found(load, compare)
    make_run(world, {"kind": "only_ours", "subject": "L1", "ours": {"行": "合计"}, "columns": ["乙", "甲"]})

    values = Discrepancy.objects.order_by("run_id", "serial").values_list(*KEPT)

    fields = [Discrepancy._meta.get_field(name) for name in KEPT]
    written = [
        tuple(field.get_prep_value(value) for field, value in zip(fields, kept, strict=True))
        for kept in values
    ]
    assert _texts() == written
    assert run.differences == 4 and len(written) == 5


def test_a_side_of_a_case_is_a_list_and_one_written_earlier_an_object(load: Run, compare: Run) -> None:
    run = _found(load, compare)
    sides = dict(run.discrepancies.values_list("subject", "theirs"))
    as_object = json_text({"结算编号": "S9", "姓名": "张三"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT theirs FROM settlement_discrepancy WHERE run_id = %s ORDER BY serial", [run.pk]
        )
        lists = [json.loads(text) for (text,) in cursor.fetchall()]

    field = Discrepancy._meta.get_field("theirs")
    assert [len(cells) for cells in lists if cells] == [len(NAMES)] * 3
    assert sides["S3"]["姓名"] == "李四" and "诊断" in sides["S3"] and "医院负担" not in sides["S3"]
    assert sides["S1"] == {}
    assert field.from_db_value(as_object) == {"结算编号": "S9", "姓名": "张三"}


def test_what_was_kept_once_is_read_the_same_for_ever() -> None:
    field = Discrepancy._meta.get_field("theirs")

    assert set(CASE_COLUMNS) == set(NAMES)  # a new column is appended
    assert field.from_db_value('["S1","01","2201","张三","职工"]') == {
        "结算编号": "S1", "证件类型": "01", "证件号码": "2201", "姓名": "张三", "险种": "职工",
    }  # fmt: skip
    assert (
        CASE_COLUMNS.index("医疗费总额") == 10
        and CASE_COLUMNS.index("人员编号") == 27
        and CASE_COLUMNS.index("诊断") == 34
    )


def test_lists_are_not_left_to_a_version_that_cannot_read_them(load: Run, compare: Run) -> None:
    editor = connection.schema_editor()
    great_numbers.backwards(apps, editor)
    great_numbers.forwards(apps, editor)

    _found(load, compare)

    with pytest.raises(IrreversibleError):
        great_numbers.backwards(apps, editor)


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
