"""撤回扣款: a negative one that names the first; and undoing a whole file."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from agency.batches.services import batch_undo
from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from settlement.deductions import checks
from settlement.deductions.models import Deduction
from settlement.deductions.services import deduction_withdraw
from settlement.records.models import SettlementRecord
from tests.settlement.deductions.rows import by_case, by_group
from tests.support.snapshots import nothing_changes
from tests.support.world import World

Run = Callable[..., Any]


def withdraw(world: World, deduction: Deduction, **changes: Any) -> Deduction:
    options = {"by": world.changchun_clearing, "reason": "申诉成立", **changes}
    return deduction_withdraw(at=world.now, deduction=deduction, **options)


@pytest.mark.parametrize("row", [by_case(), by_group()])
def test_a_withdrawal_is_a_negative_deduction_that_names_the_first(
    load: Run, world: World, row: dict[str, Any]
) -> None:
    load([row])
    first = Deduction.objects.get()

    negative = withdraw(world, first)

    assert (negative.amount_fen, negative.withdraws, negative.period) == (-first.amount_fen, first, "202610")
    assert (negative.record, negative.institution, negative.kind) == (
        first.record,
        first.institution,
        first.kind,
    )
    entry = AuditEntry.objects.get(action="deduction_withdrawn")
    assert (entry.subject_no, entry.detail["withdrawal"]) == (first.deduction_no, negative.deduction_no)
    assert not [item for item in check_all(None).broken if item.check in vars(checks).values()]


def test_a_withdrawal_from_a_signed_month_counts_in_the_next(load: Run, sign: Run, world: World) -> None:
    load([by_case()])
    sign("202610")

    negative = withdraw(world, Deduction.objects.get())

    assert (negative.stated_period, negative.period) == ("202610", "202611")


def test_a_deduction_is_withdrawn_once(load: Run, world: World) -> None:
    load([by_case()])
    first = Deduction.objects.get()
    negative = withdraw(world, first)

    with nothing_changes(), pytest.raises(DomainError, match="已由 D20261000002 撤回"):
        withdraw(world, first)
    with nothing_changes(), pytest.raises(DomainError, match="本身是撤回"):
        withdraw(world, negative)

    assert Deduction.objects.count() == 2


def test_strangers_and_readers_withdraw_nothing(load: Run, world: World) -> None:
    load([by_case()])
    deduction = Deduction.objects.get()

    for who in (world.yanbian_clearing, world.jilin_clearing, world.prov_finance, world.clerk):
        with nothing_changes(), pytest.raises(NotAllowed):
            withdraw(world, deduction, by=who)
    with nothing_changes(), pytest.raises(DomainError, match="请写明"):
        withdraw(world, deduction, reason="  ")

    assert Deduction.objects.count() == 1


def test_the_withdrawn_row_imported_again_is_still_unchanged(load: Run, world: World) -> None:
    load([by_case()])
    withdraw(world, Deduction.objects.get())

    assert load([by_case()]).unchanged == 1


def test_undoing_a_file_removes_its_deductions(load: Run, world: World) -> None:
    batch = load([by_case(), by_group()])

    assert batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了") == 2
    assert Deduction.objects.count() == 0


def test_whoever_loaded_a_deduction_leaves_withdrawing_it_to_a_colleague(load: Run, world: World) -> None:
    load([by_case("S2")], by=world.jilin_clearing)  # 延边 pays, 吉林 loaded it
    deduction = Deduction.objects.get()

    with nothing_changes(), pytest.raises(NotAllowed, match="另一位同事"):
        withdraw(world, deduction, by=world.jilin_clearing)
    assert Deduction.objects.count() == 1

    assert withdraw(world, deduction, by=world.yanbian_clearing).withdraws == deduction


def test_undoing_removes_withdrawals_with_their_deductions(load: Run, world: World) -> None:
    batch = load([by_case(), by_group()])
    withdraw(world, Deduction.objects.order_by("pk")[0])

    assert batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了") == 2

    assert not Deduction.objects.exists()
    assert check_all(None).broken == []
    record = SettlementRecord.objects.get(settlement_no="S1")
    assert batch_undo(record.batch, by=world.prov_supervisor, at=world.now, reason="传错了") == 2


def test_undoing_leaves_what_is_signed(load: Run, sign: Run, world: World) -> None:
    batch = load([by_case(), by_case("S2", 期别="202611")])
    sign("202610")

    assert batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了") == 1

    assert [(row.period, row.batch) for row in Deduction.objects.all()] == [("202610", batch)]
    assert AuditEntry.objects.get(action="batch_undone").detail["removed"] == 1
    assert not [item for item in check_all(None).broken if item.check == checks.BATCHES]


def test_a_wholly_signed_file_is_not_undone(load: Run, sign: Run, world: World) -> None:
    batch = load([by_case()])
    sign("202610")

    with nothing_changes(), pytest.raises(DomainError, match="期别 202610 已签发"):
        batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")

    assert Deduction.objects.count() == 1


def test_what_was_undone_meanwhile_is_not_withdrawn(load: Run, world: World) -> None:
    batch = load([by_case()])
    deduction = Deduction.objects.get()
    batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")

    with nothing_changes(), pytest.raises((SomeoneElseWasFirst, NotAllowed)) as refused:
        withdraw(world, deduction)

    assert isinstance(refused.value, SomeoneElseWasFirst)
    assert not Deduction.objects.exists()


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ({"deduction_no": "D20261009999"}, checks.NUMBERS),
        ({"period": "202612"}, checks.NUMBERS),
        ({"line_no": 9}, checks.BATCHES),
        ({"batch": None}, checks.BATCHES),
    ],
)
def test_a_changed_number_line_or_batch_is_named(load: Run, damage: dict[str, Any], check: str) -> None:
    load([by_case("S2"), by_case()])
    first = Deduction.objects.order_by("pk")[0]
    Deduction.objects.filter(pk=first.pk).update(**damage)
    first.refresh_from_db()

    assert f"扣款 {first}" in {item.subject for item in check_all(None).broken if item.check == check}


def test_cases_with_deductions_are_not_undone(load: Run, world: World) -> None:
    load([by_case()])
    record = Deduction.objects.get().record

    with nothing_changes(), pytest.raises(DomainError, match="S1 已有扣款"):
        batch_undo(record.batch, by=world.prov_supervisor, at=world.now, reason="传错了")


@pytest.mark.parametrize(
    "damage",
    [
        {"amount_fen": 0},
        {"amount_fen": -1},
        {"kind": "fine"},
        {"period": "202609"},
        {"content_digest": "same"},
        {"external_no": "K1"},
    ],
)
def test_the_database_refuses_contradictions(load: Run, damage: dict[str, Any]) -> None:
    load([by_case(), by_group()])

    with pytest.raises(IntegrityError), transaction.atomic():
        Deduction.objects.update(**damage)

    assert sorted(Deduction.objects.values_list("amount_fen", flat=True)) == [12050, 100000]


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ({"amount_fen": F("amount_fen") + 1}, {checks.UNCHANGED, checks.BATCHES}),
        ({"reason": "别的"}, {checks.UNCHANGED}),
        ({"content_digest": "f0"}, {checks.UNCHANGED}),
        ({"kind": "other"}, {checks.UNCHANGED}),
    ],
)
def test_damage_is_found_and_named(load: Run, damage: dict[str, Any], found: set[str]) -> None:
    load([by_case("S2"), by_case()])
    wanted = Deduction.objects.order_by("id").last()
    assert wanted is not None
    Deduction.objects.filter(pk=wanted.pk).update(**damage)

    broken = [item for item in check_all(None).broken if item.check in vars(checks).values()]

    assert {item.check for item in broken} == found
    assert {item.subject for item in broken if item.check == checks.UNCHANGED} == {f"扣款 {wanted}"}


def test_a_lost_deduction_and_an_uneven_withdrawal_are_found(load: Run, world: World) -> None:
    load([by_case(), by_group()])
    first, second = Deduction.objects.order_by("id")
    negative = withdraw(world, first)
    Deduction.objects.filter(pk=negative.pk).update(amount_fen=-1)
    second.delete()

    broken = {item.check: item.subject for item in check_all(None).broken}

    assert broken[checks.WITHDRAWALS] == f"扣款 {negative}"
    assert broken[checks.BATCHES] == f"扣款 批次 {first.batch} 第 3 行"
