"""A case corrected away from a region: it was S1 of 长春 in 吉林, and is S1 of 长春 in 延边 now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.batches.kinds import CheckRequest
from agency.errors import DomainError
from settlement.bills.batches import check_fee_classes
from settlement.by_hand.services import reversal_values
from settlement.corrections.conflicts import NOT_A_PARTY, compared
from settlement.records.models import SettlementRecord
from settlement.records.selectors import record_current
from tests.settlement.bills.fees import FEES_OF_S1
from tests.settlement.records import files
from tests.settlement.records.files import row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
AWAY = {"就医地区划": "222401", "定点医药机构编号": "H22240100001", "定点医药机构名称": "延吉市医院"}


@pytest.fixture
def moved(corrected: Run) -> Any:
    return corrected(**AWAY)


def test_what_holds_now_is_chosen_before_it_is_asked_whose_it_is(moved: Any, world: World) -> None:
    seen = {
        who: getattr(record_current(getattr(world, who), "S1"), "correction_no", None)
        for who in ("changchun_clearing", "jilin_clearing", "yanbian_clearing", "prov_clearing")
    }

    assert seen == {
        "changchun_clearing": 2,
        "jilin_clearing": None,
        "yanbian_clearing": 2,
        "prov_clearing": 2,
    }


def test_the_region_that_lost_it_reads_its_own_records_and_is_told(
    moved: Any, as_user: LogIn, world: World
) -> None:
    text = as_user(world.jilin_clearing).get("/cases/S1/").content.decode()

    assert "更正后的参保地和就医地都不是本统筹区" in text
    assert "冲正这一笔" not in text
    assert as_user(world.jilin_clearing).get("/cases/S1/reverse/").status_code == 404
    assert as_user(world.jilin_clearing).get("/cases/S1/", {"version": "2"}).status_code == 404
    assert "不是现在的内容" not in as_user(world.yanbian_clearing).get("/cases/S1/").content.decode()


def test_a_conflict_is_not_set_beside_what_holds_no_more(moved: Any, conflict: Run, world: World) -> None:
    refusal = conflict(row("S1", 姓名="李四"))

    (lost,) = compared(world.jilin_clearing, [refusal])
    (kept,) = compared(world.changchun_clearing, [refusal])

    assert (lost.record, lost.why) == (None, NOT_A_PARTY)
    assert kept.record is not None
    assert kept.record.correction_no == 2


@pytest.mark.parametrize(
    ("who", "accepted"), [("jilin_clearing", 0), ("yanbian_clearing", 3), ("changchun_clearing", 3)]
)
def test_fee_classes_are_taken_from_the_parties_of_now(
    who: str, accepted: int, moved: Any, world: World, tmp_path: Any
) -> None:
    path = files.write(tmp_path, FEES_OF_S1, "fees.csv")

    outcome = check_fee_classes(CheckRequest(path=path, file_name="fees.csv", by=getattr(world, who)))

    assert outcome.accepted == accepted
    assert {refused.code for refused in outcome.refused} == (set() if accepted else {"unknown_settlement"})


def test_a_record_that_was_corrected_meanwhile_is_not_reversed(corrected: Run) -> None:
    corrected()
    before = SettlementRecord.objects.get(settlement_no="S1", correction_no=0)

    with nothing_changes(), pytest.raises(DomainError, match="结算 S1 刚有变化：已更正"):
        reversal_values(before, number="S9", settled_at="2026-10-20 10:00:00")


def test_deductions_of_the_new_record_are_not_shown_to_the_region_that_lost_it(
    moved: Any, deducted: Run, as_user: LogIn, world: World
) -> None:
    deduction = deducted("S1")

    assert deduction in as_user(world.yanbian_clearing).get("/cases/S1/").content.decode()
    assert deduction not in as_user(world.jilin_clearing).get("/cases/S1/").content.decode()
