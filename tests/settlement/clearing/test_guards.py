"""签发之后不可改: whatever path is taken, the database refuses and nothing changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from agency.batches.models import Batch
from agency.batches.services import batch_undo
from agency.errors import DomainError
from agency.journal import guards
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation, SignedSheet
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_signed")
TABLES = {
    "period": "settlement_clearingperiod",
    "record": "settlement_settlementrecord",
    "deduction": "settlement_deduction",
    "line": "settlement_clearingline",
    "confirmation": "settlement_regionconfirmation",
    "sheet": "settlement_signedsheet",
    "version": "settlement_monthversion",
}
CHANGES = {
    "period": "UPDATE settlement_clearingperiod SET cases = cases + 1",
    "period state": "UPDATE settlement_clearingperiod SET state = 'computed'",
    "record": "UPDATE settlement_settlementrecord SET person_name = '某人'",
    "record moved": "UPDATE settlement_settlementrecord SET period = '202611'",
    "deduction": "UPDATE settlement_deduction SET amount_fen = amount_fen + 1",
    "deduction moved": "UPDATE settlement_deduction SET period = '202611'",
    "line": "UPDATE settlement_clearingline SET cases = cases + 1",
    "confirmation": "UPDATE settlement_regionconfirmation SET voided_at = at",
    "sheet": "UPDATE settlement_signedsheet SET digest = 'x'",
    "version of a month": "UPDATE settlement_monthversion SET digest = 'x'",
    "times signed": "UPDATE settlement_clearingperiod SET version = 2",
    "signed again and back": "UPDATE settlement_clearingperiod SET state = 'computed', version = 0",
}


def everything() -> dict[str, list[tuple[object, ...]]]:
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES.values():
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def refuse(act: Callable[[], object]) -> None:
    before = everything()

    with pytest.raises(DatabaseError), transaction.atomic():
        act()

    assert everything() == before


def run(sql: str) -> Callable[[], object]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return act


@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES)
def test_raw_updates_of_a_signed_month_are_refused(signed: ClearingPeriod, sql: str) -> None:
    refuse(run(sql))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_raw_deletes_of_a_signed_month_are_refused(signed: ClearingPeriod, table: str) -> None:
    refuse(run(f"DELETE FROM {table}"))


def test_nothing_joins_a_signed_month(signed: ClearingPeriod, world: World) -> None:
    for model in (SettlementRecord, Deduction, ClearingLine, RegionConfirmation, SignedSheet):
        copy = model.objects.order_by("pk").first()
        assert copy is not None
        copy.pk = None
        for name in ("settlement_no", "deduction_no", "content_digest", "care_kind", "digest", "form_no"):
            if hasattr(copy, name):
                setattr(copy, name, {"care_kind": "outpatient", "form_no": "99"}.get(name, "NEW"))
        refuse(lambda item=copy: type(item).objects.bulk_create([item]))


def test_nothing_moves_into_a_signed_month(signed: ClearingPeriod, load: Callable[..., object]) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])

    refuse(run("UPDATE settlement_settlementrecord SET period = '202610' WHERE period = '202611'"))


def test_the_orm_is_refused_as_well(signed: ClearingPeriod) -> None:
    refuse(lambda: SettlementRecord.objects.filter(settlement_no="S1").update(cash_pay_fen=1))
    refuse(lambda: SettlementRecord.objects.filter(settlement_no="S4").delete())
    refuse(lambda: ClearingLine.objects.all().delete())
    refuse(lambda: signed.save())


def test_a_late_case_joins_the_next_month(signed: ClearingPeriod, load: Callable[..., object]) -> None:
    load([row("S9")])

    late = SettlementRecord.objects.get(settlement_no="S9")
    assert (late.settlement_month, late.period) == ("202610", "202611")


def test_a_batch_of_a_signed_month_is_not_undone(signed: ClearingPeriod, world: World) -> None:
    batch = Batch.objects.get(kind="settlements")
    before = everything()

    with pytest.raises((DomainError, DatabaseError)), transaction.atomic():
        batch_undo(batch, by=world.prov_clearing_2, at=world.now, reason="试试")

    assert everything() == before


@pytest.mark.postgresql
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_guarded_table_is_emptied_at_once(signed: ClearingPeriod, table: str) -> None:
    refuse(run(f"TRUNCATE {table} CASCADE"))


def test_every_trigger_of_the_clearing_is_there() -> None:
    names = [name for name in guards.GUARDS if name.startswith("signed_")]

    assert len(names) == 11


@pytest.mark.django_db
def test_a_dropped_guard_is_missed() -> None:
    assert guards.missing() == []

    with connection.cursor() as cursor:
        on = " ON settlement_clearingline" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER signed_line_guard_update{on}")

    assert guards.missing() == ["signed_line_guard_update"]
