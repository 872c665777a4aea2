"""A million settled cases through the whole way in: none lost, none twice, the books agree."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.db.models import Sum

from agency.batches.services import batch_run
from agency.identity import check_digit
from agency.journal.books import check_all
from settlement.clearing.services import period_compute
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import RIGHT, row
from tests.support.world import World

pytestmark = pytest.mark.long

ROWS = 1_000_000
EVERY_REFUSED = 1000  # one row in a thousand has an amount that does not add up
CARE_AREAS = ["220202", "220302", "220402", "222401", "110105", "220581"]


def write_million(path: Path) -> None:
    """Rows like a month's, written as a stream."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(RIGHT))
        writer.writeheader()
        for number in range(ROWS):
            digits = f"22010219{60 + number % 40}0101{number % 1000:03d}"
            changes = {
                "证件号码": digits + check_digit(digits),
                "就医地区划": CARE_AREAS[number % len(CARE_AREAS)],
                "结算时间": f"2026-10-{1 + number % 28:02d} 10:30:00",
            }
            if number % EVERY_REFUSED == 0:
                changes["个人现金"] = "300.01"
            writer.writerow(row(f"L{number:08d}", **changes))


@pytest.mark.django_db
def test_a_million_rows_come_in_once_and_are_cleared(world: World, tmp_path: Path) -> None:
    path = tmp_path / "million.csv"
    write_million(path)

    first, _ = batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)
    again, _ = batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)
    month = period_compute(period="202610", by=world.system, at=world.now)

    assert (first.rows, first.accepted, first.refused) == (1_000_000, 999_000, 1000)
    assert (again.accepted, again.unchanged, again.refused) == (0, 999_000, 1000)
    assert SettlementRecord.objects.aggregate(Sum("fund_total_fen")) == {
        "fund_total_fen__sum": 999_000 * 56000
    }
    assert (month.cases, month.receivable_fen) == (999_000, 999_000 * 70000)
    assert check_all("202610").broken == []
