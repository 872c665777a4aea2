"""The database keeps endings as they were proposed and approved; check_books tells what got past it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from agency.journal.books import check_all
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from tests.settlement.reconciliation.carried import approve, carried_run, carry, give_back, propose, undo
from tests.settlement.reconciliation.made import (
    NOVEMBER,
    difference,
    differing,
    make_run,
    only_ours,
    only_theirs,
)
from tests.support.snapshots import nothing_changes
from tests.support.world import World

TABLE = "settlement_carriedending"
FIXED, NO_STEP = "不能再改", "不能再改"
REFUSED = {
    "another remedy": (f"UPDATE {TABLE} SET remedy = 'none'", FIXED),
    "another note": (f"UPDATE {TABLE} SET note = 'x'", FIXED),
    "another number": (f"UPDATE {TABLE} SET ending_no = 'x'", FIXED),
    "who proposed": (f"UPDATE {TABLE} SET proposed_by_id = 1", FIXED),
    "when it was approved": (f"UPDATE {TABLE} SET approved_at = '2026-01-01'", FIXED),
    "proposed again": (
        f"UPDATE {TABLE} SET state = 'proposed', approved_by_id = NULL, approved_at = NULL",
        NO_STEP,
    ),
    "returned": (
        f"UPDATE {TABLE} SET state = 'returned', approved_by_id = NULL, approved_at = NULL",
        NO_STEP,
    ),
    "undone by whom it was not approved": (
        f"UPDATE {TABLE} SET state = 'undone', approved_by_id = approved_by_id + 1",
        FIXED,
    ),
    "deleted": (f"DELETE FROM {TABLE}", "不能删除"),
}


def refuse(sql: str, message: str) -> None:
    with (
        nothing_changes(),
        pytest.raises(DatabaseError) as raised,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert message in str(raised.value)


@pytest.mark.parametrize("change", REFUSED)
def test_the_database_keeps_an_approved_ending(world: World, change: str) -> None:
    carried_run(world, only_ours("S1"))
    approve(world, propose(world, "S1"))

    refuse(*REFUSED[change])


@pytest.mark.parametrize("over", [give_back, undo])
def test_what_is_over_stays_so(world: World, over: object) -> None:
    carried_run(world, only_ours("S1"))
    one = propose(world, "S1")
    if over is undo:
        approve(world, one)
    assert callable(over)
    over(world, one)

    refuse(f"UPDATE {TABLE} SET state = 'approved', approved_by_id = 1, approved_at = '2026-11-01'", FIXED)
    refuse(f"UPDATE {TABLE} SET state = 'proposed'", FIXED)


def ending_of(world: World, number: str, **changes: object) -> CarriedEnding:
    said = {
        "ending_no": f"LJ-{number}",
        "discrepancy": difference(number),
        "remedy": "none",
        "note": "依据",
        "proposed_by": world.prov_clearing,
        "proposed_at": world.now,
    }
    return CarriedEnding(**{**said, **changes})


def name_half(world: World, number: str, half: Discrepancy) -> None:
    """As somebody would who goes around the services."""
    said = {"remedy": "pair", "note": "x", "pair": half, "judged_by": world.prov_clearing}
    Discrepancy.objects.filter(subject=number).update(state="judged", judged_at=world.now, **said)


def test_only_what_a_signed_comparison_carried_can_have_one(world: World) -> None:
    carried_run(world, only_ours("S1"), only_ours("S2"))
    make_run(world, only_ours("S3"), only_ours("S4"), only_theirs("N1"), period=NOVEMBER)
    carry(world, "S4")
    name_half(world, "N1", difference("S1"))
    approved = {"state": "approved", "approved_by": world.prov_clearing_2, "approved_at": world.now}

    for wrong in (
        ending_of(world, "S1"),  # a later one names it
        ending_of(world, "S2", **approved),  # nobody proposed it
        ending_of(world, "S3"),  # open
        ending_of(world, "S4"),  # of a comparison that is not signed
    ):
        with nothing_changes(), pytest.raises(DatabaseError, match="了结须先提出"), transaction.atomic():
            wrong.save()
    ending_of(world, "S2").save()


def test_the_constraints_hold_whatever_path_is_taken(world: World) -> None:
    carried_run(world, only_ours("S1"), differing("S2", "700.00", "699.00"))
    one = propose(world, "S1")
    rows = CarriedEnding.objects.filter(pk=one.pk)

    for changes in (
        {
            "state": "approved",
            "approved_by": world.prov_clearing,
            "approved_at": world.now,
        },  # the same person
        {"state": "approved"},
        {"state": "returned", "approved_by": world.prov_clearing_2, "approved_at": world.now},
        {"state": "gone"},
    ):
        with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changes)
    for wrong in (
        ending_of(world, "S1"),  # a second one that stands
        ending_of(world, "S2", remedy="carry"),
        ending_of(world, "S2", note=""),
        ending_of(world, "S2", remedy="write_off"),
        ending_of(world, "S2", written_off_fen=100),
    ):
        with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()


# --- what got past it ---------------------------------------------------------------------------------------


def broken() -> dict[str, str]:
    """Check → the first thing it says, of the checks of endings."""
    told: dict[str, str] = {}
    for found in check_all(None).broken:
        if "了结" in found.check:
            told.setdefault(found.check, f"{found.subject}：{found.message}")
    return told


def test_an_ending_of_what_was_not_carried_is_told(world: World, unguarded: None) -> None:
    carried_run(world, only_ours("S1"))
    approve(world, propose(world, "S1"))
    assert broken() == {}

    Discrepancy.objects.update(remedy="hold")

    assert broken() == {
        "了结的是签字转下月的差异": "了结 LJ20261100001：差异 DZ20261100001-00001 不是已签字的对账里转下月的"
    }
    Discrepancy.objects.update(remedy="carry")
    ReconciliationRun.objects.update(state="compared", signed_by=None, signed_at=None)
    assert list(broken()) == ["了结的是签字转下月的差异"]
    assert not any("了结" in found.check for found in check_all("202609").broken)


def test_what_is_both_ended_and_paired_is_told(world: World, unguarded: None) -> None:
    carried_run(world, only_ours("S1"))
    october = difference("S1")
    one = approve(world, propose(world, "S1"))
    make_run(world, only_theirs("N1"), period=NOVEMBER)
    name_half(world, "N1", october)

    assert broken() == {
        "转下月的差异不又了结又对应": f"了结 {one}：差异 {october} 又由 {difference('N1')} 对应"
    }
    undo(world, one)
    assert broken() == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"remedy": "import", "written_off_fen": 0}, "“补导入”不适用于“金额不符”"),
        ({"written_off_fen": 99}, "核销了 0.99 元，差额是 1.00 元"),
    ],
)
def test_an_ending_that_does_not_fit_is_told(
    world: World, unguarded: None, changes: dict[str, object], told: str
) -> None:
    carried_run(world, differing("S1", "700.00", "699.00"))
    approve(world, propose(world, "S1", "write_off"))
    assert broken() == {}

    CarriedEnding.objects.update(**changes)

    assert broken() == {"了结的办法和核销合规": f"了结 LJ20261100001：{told}"}


def test_a_write_off_beyond_the_limit_is_told(world: World, unguarded: None) -> None:
    carried_run(world, differing("S1", "700.00", "699.00"))
    propose(world, "S1", "write_off")

    Discrepancy.objects.update(amount_fen=101)
    CarriedEnding.objects.update(written_off_fen=101)

    assert broken()["了结的办法和核销合规"].endswith("差额 1.01 元，超过核销限额 1.00 元。")
