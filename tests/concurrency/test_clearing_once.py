"""Twenty people at the same moment: a month is computed, confirmed and signed once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from agency.batches.services import batch_run
from agency.errors import DomainError
from agency.journal.models import StateChange
from agency.organisation.models import PoolingRegion
from settlement.clearing.changes import has_changed_since
from settlement.clearing.locks import hold_still
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation, SignedSheet
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.deductions.models import Deduction
from settlement.deductions.services import deduction_withdraw
from settlement.records.models import SettlementRecord
from tests.settlement.clearing import cases
from tests.settlement.records.files import row
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = pytest.mark.postgresql
TWENTY = 20


def load(world: World, path: Path, rows: list[dict]) -> None:
    batch_run(
        kind="settlements", path=cases.write(path, rows), by=world.system, system=world.system, at=world.now
    )


def loaded(tmp_path: Path) -> World:
    world = the_world()
    load(world, tmp_path / "cases.csv", cases.CASES)
    return world


def compute(world: World) -> ClearingPeriod:
    return period_compute(period="202610", by=world.prov_clearing, at=world.now)


def sign(world: World) -> ClearingPeriod:
    return period_sign(period="202610", by=world.prov_clearing, at=world.now)


def confirm_all(world: World) -> None:
    for party in unconfirmed(ClearingPeriod.objects.get()):
        region = PoolingRegion.objects.get(pk=party.id)
        region_confirm(period="202610", region=region, by=world.system, at=world.now)


@pytest.mark.usefixtures("committed")
def test_twenty_computings_leave_one_set_of_lines(tmp_path: Path) -> None:
    world = loaded(tmp_path)

    outcome = all_at_once([lambda: compute(world)] * TWENTY)

    assert outcome == {"done": TWENTY}
    assert ClearingLine.objects.count() == 5
    month = ClearingPeriod.objects.get()
    assert (month.cases, month.receivable_fen) == (8, 280000)
    first = StateChange.objects.filter(subject_kind="period", from_state="open", to_state="computed")
    assert first.count() == 1


@pytest.mark.usefixtures("committed")
def test_twenty_confirmations_of_a_region_are_one(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)

    def confirm() -> None:
        region_confirm(period="202610", region=world.changchun, by=world.changchun_clearing, at=world.now)

    outcome = all_at_once([confirm] * TWENTY)

    assert outcome == {"done": 1, "already_confirmed": TWENTY - 1}
    assert RegionConfirmation.objects.count() == 1


@pytest.mark.usefixtures("committed")
def test_twenty_signatures_are_one(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)
    confirm_all(world)

    outcome = all_at_once([lambda: sign(world)] * TWENTY)

    assert outcome == {"done": 1, "already_signed": TWENTY - 1}
    assert SignedSheet.objects.count() == 61
    assert StateChange.objects.filter(subject_kind="period", to_state="signed").count() == 1


@pytest.mark.usefixtures("committed")
def test_a_month_is_signed_or_computed_again_but_never_half_of_each(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)
    confirm_all(world)

    outcome = all_at_once([lambda: sign(world), lambda: compute(world)] * 4)

    month = ClearingPeriod.objects.get()
    assert month.is_signed
    assert set(outcome) <= {"done", "already_signed", "someone_else_was_first", "no_such_step"}
    assert SignedSheet.objects.count() == 61


@pytest.mark.usefixtures("committed")
def test_no_case_slips_into_a_month_that_is_being_signed(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)
    confirm_all(world)

    def late(number: int) -> None:
        load(world, tmp_path / f"late{number}.csv", [row(f"L{number}")])

    outcome = all_at_once([lambda: sign(world), lambda: late(1), lambda: late(2), lambda: late(3)])

    signed = ClearingPeriod.objects.get()
    in_october = SettlementRecord.objects.filter(period="202610").count()
    if signed.is_signed:
        assert in_october == 9  # the late ones went to November
    else:
        assert outcome["several"] == 1  # the signature was refused: it has to be computed again
    assert SettlementRecord.objects.count() == 12


@pytest.mark.usefixtures("committed")
def test_raw_writes_wait_for_the_signature_and_are_refused(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)
    confirm_all(world)
    refusals: list[str] = []

    def write() -> None:
        try:
            SettlementRecord.objects.filter(settlement_no="S4").update(person_name="某人")
        except Exception as error:  # the database's own refusal
            refusals.append(str(error))
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    with transaction.atomic():
        hold_still()
        writer.start()
        writer.join(timeout=1.0)
        assert writer.is_alive()
        sign(world)
    writer.join()

    assert "已签发" in refusals[0]
    assert SettlementRecord.objects.get(settlement_no="S4").person_name == "张三"


@pytest.mark.usefixtures("committed")
def test_a_computing_waits_for_a_load_that_is_being_committed(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    computing = threading.Thread(target=_compute_and_close, args=(world,))

    with transaction.atomic():
        load(world, tmp_path / "more.csv", [row("S9")])
        computing.start()
        computing.join(timeout=1.0)
        assert computing.is_alive()
    computing.join()

    month = ClearingPeriod.objects.get()
    assert (month.cases, month.local_cases) == (9, 1)
    assert SettlementRecord.objects.filter(period="202610").count() == 10
    assert not has_changed_since(month)


@pytest.mark.usefixtures("committed")
def test_a_computing_waits_for_a_withdrawal_that_is_being_committed(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    paths = [cases.write(tmp_path / "deductions.csv", cases.DEDUCTIONS)]
    batch_run(kind="deductions", path=paths[0], by=world.system, system=world.system, at=world.now)
    deduction = Deduction.objects.get(reason="重复收费")
    computing = threading.Thread(target=_compute_and_close, args=(world,))

    with transaction.atomic():
        deduction_withdraw(by=world.prov_clearing, at=world.now, deduction=deduction, reason="查无此事")
        computing.start()
        computing.join(timeout=1.0)
        assert computing.is_alive()
    computing.join()

    month = ClearingPeriod.objects.get()
    assert month.receivable_fen == 264500 + 10000
    assert not has_changed_since(month)


def _compute_and_close(world: World) -> None:
    try:
        compute(world)
    finally:
        connection.close()


@pytest.mark.usefixtures("committed")
def test_who_comes_second_is_told_so(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)
    confirm_all(world)
    sign(world)

    with pytest.raises(DomainError) as refused:
        sign(world)

    assert "已经签发" in refused.value.message
