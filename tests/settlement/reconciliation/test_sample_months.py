"""The sample months give exactly the classes that were worked out apart from this program."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from agency.batches.services import batch_run
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from tests.support.ground import Ground
from tests.support.world import World

DATA = Path(__file__).parents[2] / "data"
MONTHS = {"202610": DATA / "october-2026", "202611": DATA / "november-2026-gb18030"}


@pytest.fixture(scope="module", params=MONTHS)
def period(request: pytest.FixtureRequest, ground: Ground) -> Iterator[str]:
    def lay(world: World) -> None:
        path = MONTHS[request.param] / "settlements.csv"
        batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)

    with ground(lay):
        yield request.param


def reconciled(path: Path, period: str) -> tuple[ReconciliationRun, dict[str, Any]]:
    """The run that the command makes, and the one JSON object that it prints; it has found differences."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", str(path), "--period", period, "--json", stdout=out)
    assert ended.value.code == 2
    told = json.loads(out.getvalue())
    return ReconciliationRun.objects.get(run_no=told["run"]), told


def test_a_sample_month_is_compared_as_worked_out(period: str, db: None) -> None:
    answers = json.loads((MONTHS[period] / "expected.json").read_text(encoding="utf-8"))

    run, told = reconciled(MONTHS[period] / "counterpart.csv", period)

    assert told["classes"] == answers["reconciliation"]
    assert told["differences"] == len(answers["differences"])
    found = {row.subject: str(row.get_kind_display()) for row in Discrepancy.objects.filter(run=run)}
    assert found == answers["differences"]
    assert run.unread_rows == 0


def test_the_same_file_again_gives_the_same_result(period: str, db: None) -> None:
    first, _ = reconciled(MONTHS[period] / "counterpart.csv", period)

    again, _ = reconciled(MONTHS[period] / "counterpart.csv", period)

    assert again.run_no != first.run_no
    assert (again.result_digest, again.ours_digest) == (first.result_digest, first.ours_digest)


def test_what_we_imported_ourselves_is_without_a_difference(period: str, db: None) -> None:
    run, told = reconciled(MONTHS[period] / "settlements.csv", period)

    refused = {"他有我无", "重复"}  # what our import did not take, or took once
    assert set(told["classes"]) <= {"相符", *refused}
    assert told["classes"]["相符"] == run.our_cases - told["classes"].get("重复", 0)
