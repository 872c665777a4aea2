"""The database refuses to change what a run found, by raw SQL, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal, UnreadRow
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
RUN, ONE, TOTAL, UNREAD = (
    f"settlement_{name}" for name in ("reconciliationrun", "discrepancy", "runtotal", "unreadrow")
)
FOUND = "比对得出的"
REFUSED = {
    "a class": (f"UPDATE {ONE} SET kind = 'only_ours'", FOUND),
    "what they say": (f"UPDATE {ONE} SET theirs = '{{}}'", FOUND),
    "what it is worth": (f"UPDATE {ONE} SET amount_fen = 1", FOUND),
    "which record was ours": (f"UPDATE {ONE} SET our_correction_no = NULL", FOUND),
    "a difference deleted": (f"DELETE FROM {ONE}", "不能删除"),
    "a count": (f"UPDATE {RUN} SET matched = matched + 1", FOUND),
    "a digest": (f"UPDATE {RUN} SET result_digest = ''", FOUND),
    "the scope": (f"UPDATE {RUN} SET scope_region_id = 1", FOUND),
    "a run deleted": (f"DELETE FROM {RUN}", "不能删除"),
    "a total": (f"UPDATE {TOTAL} SET our_count = 0", FOUND),
    "a total deleted": (f"DELETE FROM {TOTAL}", "不能删除"),
    "an unread row": (f"UPDATE {UNREAD} SET code = ''", FOUND),
    "an unread row deleted": (f"DELETE FROM {UNREAD}", "不能删除"),
}
ONCE_SIGNED = {
    "a verdict": (f"UPDATE {ONE} SET due_on = '2026-12-01'", "已签字"),
    "the run": (f"UPDATE {RUN} SET report_digest = 'x'", "已签字"),
    "another state": (f"UPDATE {RUN} SET state = 'voided', signed_by_id = NULL, signed_at = NULL", "已签字"),
}


@pytest.fixture
def run(load: Run, compare: Run) -> ReconciliationRun:
    load([row("S1")])
    return compare([row("S1", 个人现金="1.00"), row("S2", 个人现金="?")])


def everything() -> list[Any]:
    models = (ReconciliationRun, Discrepancy, RunTotal, UnreadRow)
    return [values for model in models for values in model.objects.order_by("pk").values()]


def refuse(sql: str, message: str) -> None:
    before = everything()

    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert message in str(refused.value)
    assert everything() == before


@pytest.mark.parametrize("change", REFUSED)
def test_the_database_refuses(run: ReconciliationRun, change: str) -> None:
    refuse(*REFUSED[change])


@pytest.mark.parametrize("change", ONCE_SIGNED)
def test_the_database_refuses_once_it_is_signed(run: ReconciliationRun, world: World, change: str) -> None:
    ReconciliationRun.objects.update(state="signed", signed_by=world.prov_clearing_2, signed_at=world.now)

    refuse(*ONCE_SIGNED[change])


def test_nothing_is_added_once_the_run_has_ended(run: ReconciliationRun) -> None:
    ReconciliationRun.objects.update(state="voided")
    before = everything()

    for add in (
        lambda: run.discrepancies.create(serial=9, difference_no="9", kind="only_ours", subject="S9"),
        lambda: run.totals.create(institution_code="H"),
        lambda: run.unread.create(line_no=9, code="bad_date", message="?"),
    ):
        with pytest.raises(DatabaseError, match="不能再加"), transaction.atomic():
            add()

    assert everything() == before


def test_what_people_do_with_a_difference_stays_free(run: ReconciliationRun, world: World) -> None:
    rows = Discrepancy.objects.update(owner=world.prov_clearing, due_on=world.today, cause="rounding")

    assert rows == 1
