"""期别: a case counts in its month, or, when that is signed, in the earliest unsigned one after it."""

from collections.abc import Callable
from typing import Any

import pytest

from agency.batches.services import batch_undo
from agency.errors import DomainError
from settlement.records.models import SettlementRecord
from settlement.records.periods import SignedPeriods, first_open
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("month", "signed", "counts_in"),
    [
        ("202610", set(), "202610"),
        ("202610", {"202609"}, "202610"),
        ("202610", {"202610"}, "202611"),
        ("202611", {"202611", "202612"}, "202701"),
        ("202610", {"202610", "202612"}, "202611"),
    ],
)
def test_the_month_that_counts(month: str, signed: set[str], counts_in: str) -> None:
    assert first_open(month, signed) == counts_in


def test_one_source_tells_which_months_are_signed() -> None:
    signed_periods = SignedPeriods()
    assert signed_periods() == set()
    source = signed_periods.register(lambda: {"202609"})
    signed_periods.register(source)

    with pytest.raises(ValueError, match="registered already"):
        signed_periods.register(set)

    assert signed_periods() == {"202609"}


def test_a_late_case_goes_into_the_next_unsigned_month(load: Run, sign: Run) -> None:
    sign("202609")
    sign("202610")

    batch = load([row(), row("S2", 结算时间="2026-12-01 08:00:00")])

    found = SettlementRecord.objects.values_list("settlement_no", "settlement_month", "period")
    assert sorted(found) == [("S1", "202610", "202611"), ("S2", "202612", "202612")]
    assert (batch.preview["late"], batch.preview["periods"]) == (1, {"202611": 1, "202612": 1})


def test_the_month_is_that_of_shanghai(load: Run) -> None:
    load([row(结算时间="2026-11-01 00:30:00")])

    assert SettlementRecord.objects.get().settlement_month == "202611"


def test_a_stored_case_of_a_signed_month_is_unchanged(load: Run, sign: Run) -> None:
    load([row()])
    sign("202610")

    assert load([row()]).unchanged == 1


def test_a_signed_batch_is_not_undone(load: Run, sign: Run, world: World) -> None:
    batch = load([row()])
    sign("202610")

    with pytest.raises(DomainError, match="期别 202610 已签发"):
        batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")

    assert SettlementRecord.objects.count() == 1
