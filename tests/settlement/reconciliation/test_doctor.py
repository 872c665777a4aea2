"""The doctor against planted months: precision and recall of each cause, on both databases."""

from __future__ import annotations

from collections import Counter

import pytest

from settlement.reconciliation.doctor import diagnose
from settlement.reconciliation.kinds import Cause
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from tests.settlement.reconciliation.laid import lay
from tests.settlement.reconciliation.planted import Month
from tests.settlement.reconciliation.plants import PLANTS
from tests.support.world import World

PRECISION, RECALL = 95, 90


def scores(month: Month, run: ReconciliationRun) -> dict[str, tuple[int, int, int, int]]:
    """Cause → planted, found, right, and the two goals' lower: precision and recall in percent."""
    told = dict(Discrepancy.objects.filter(run=run).values_list("subject", "cause"))
    planted = Counter(cause for _, cause in month.answers.values())
    found = Counter(told.values())
    right = Counter(cause for number, (_, cause) in month.answers.items() if told.get(number) == cause)
    return {
        cause: (planted[cause], found[cause], right[cause] * 100 // max(found[cause], 1),
                right[cause] * 100 // max(planted[cause], 1))
        for cause in Cause.values
    }  # fmt: skip


def wrong(month: Month, run: ReconciliationRun) -> list[tuple[str, str, str, str]]:
    """What was not told as planted: number, class, planted cause, told cause."""
    rows = Discrepancy.objects.filter(run=run).order_by("serial").values_list("subject", "kind", "cause")
    return [
        (number, kind, month.answers[number][1], cause)
        for number, kind, cause in rows
        if month.answers[number][1] != cause
    ]


def assert_told(month: Month, run: ReconciliationRun) -> None:
    """Every class as planted, every cause within the goals."""
    kinds = dict(Discrepancy.objects.filter(run=run).values_list("subject", "kind"))
    assert kinds == {number: kind for number, (kind, _) in month.answers.items()}
    told = scores(month, run)
    assert all(precision >= PRECISION and recall >= RECALL for *_, precision, recall in told.values()), (
        told,
        wrong(month, run)[:20],
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_planted_cause_is_told(world: World, seed: int) -> None:
    month = Month(1_000, seed, PLANTS, each=4)
    run = lay(month, world)

    diagnose(run)

    assert_told(month, run)
