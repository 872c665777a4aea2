"""The sample months give exactly the counts that were worked out apart from this program."""

import json
from pathlib import Path

import pytest
from django.db.models import Sum

from agency.batches.models import Batch
from agency.batches.services import batch_run
from settlement.records.models import SettlementRecord
from tests.support.world import World

DATA = Path(__file__).parents[2] / "data"
OCTOBER, NOVEMBER = DATA / "october-2026", DATA / "november-2026-gb18030"
FILES = [
    (OCTOBER / "settlements.csv", "utf-8"),
    (OCTOBER / "settlements.xlsx", "xlsx"),
    (NOVEMBER / "settlements.csv", "gb18030"),
]


def expected(path: Path) -> dict[str, object]:
    return json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))["import"]


def run(world: World, path: Path) -> Batch:
    batch, _ = batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)
    return batch


@pytest.mark.parametrize(("path", "encoding"), FILES, ids=["csv", "xlsx", "gb18030"])
def test_a_sample_month_is_judged_as_worked_out(world: World, path: Path, encoding: str) -> None:
    batch = run(world, path)

    assert {
        "rows": batch.rows,
        "accepted": batch.accepted,
        "refused": batch.preview["refused_by_code"],
    } == expected(path)
    assert batch.encoding == encoding
    assert SettlementRecord.objects.count() == batch.accepted


def test_the_same_file_again_is_unchanged(world: World) -> None:
    run(world, OCTOBER / "settlements.csv")

    again = run(world, OCTOBER / "settlements.csv")

    assert (again.accepted, again.unchanged) == (0, 1987)
    assert again.preview["refused_by_code"] == expected(OCTOBER / "settlements.csv")["refused"]
    assert SettlementRecord.objects.count() == 1987


def test_the_workbook_is_the_same_month_as_the_text_file(world: World) -> None:
    run(world, OCTOBER / "settlements.csv")

    again = run(world, OCTOBER / "settlements.xlsx")

    assert (again.accepted, again.unchanged) == (0, 1987)


def test_control_totals_are_the_sums_of_what_was_loaded(world: World) -> None:
    batch = run(world, OCTOBER / "settlements.csv")

    sums = SettlementRecord.objects.aggregate(
        fee=Sum("total_fee_fen"), fund=Sum("fund_total_fen"), account=Sum("personal_account_pay_fen")
    )
    shown = batch.preview["sum"]
    assert (shown["cases"], shown["total_fee_fen"]) == (1987, sums["fee"])
    assert (shown["fund_fen"], shown["account_fen"]) == (sums["fund"], sums["account"])
    assert sum(row["cases"] for row in batch.preview["totals"]) == 1987
    assert batch.preview["periods"] == {"202610": 1987}


def test_a_stored_case_reads_as_it_stands_in_the_file(world: World) -> None:
    run(world, OCTOBER / "settlements.csv")

    record = SettlementRecord.objects.get(settlement_no="202610000000000001")

    assert (record.person_name, record.cert_no, record.line_no) == ("林梅", "220199195410106504", 2)
    assert (record.insured_region.name, record.care_region.name) == ("长春市", "白城市")
    assert (record.insurance_type, record.care_kind) == ("employee", "inpatient")
    assert (record.total_fee_fen, record.fund_total_fen, record.large_expense_pay_fen) == (
        8401768,
        5405457,
        540545,
    )
    assert record.settled_at.isoformat() == "2026-10-23T00:52:14+00:00"
    assert (record.settlement_month, record.period) == ("202610", "202610")
