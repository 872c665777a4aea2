"""When cases are matched: after a load, again when filings came; marks go with their cases; the books."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from agency.batches.services import batch_check, batch_create, batch_load, batch_undo, file_keep
from agency.jobs.models import Job
from agency.journal.books import check_all
from agency.registry import JOB_KINDS
from settlement.matching.checks import MARKS
from settlement.matching.models import RecordFiling
from settlement.matching.services import match_batch, match_period
from settlement.records.models import SettlementRecord
from tests.filings.making import id_number
from tests.settlement.matching.marking import make_filing, make_patient, marks
from tests.settlement.records.files import reversal, row, write
from tests.support.world import World

Run = Callable[..., Any]


def loaded_by_people(world: World, path: Path) -> Any:
    """A file that one uploads and a colleague confirms."""
    with path.open("rb") as stream:
        kept = file_keep(stream, name=path.name, by=world.prov_clearing, at=world.now)
    batch = batch_create(
        kind="settlements", kept=kept, file_name=path.name, by=world.prov_clearing, at=world.now
    )
    batch_check(batch, by=world.prov_clearing, at=world.now)
    batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)
    return batch


def test_a_confirmed_file_is_matched_by_a_job_of_its_own(world: World, tmp_path: Path) -> None:
    filing = make_filing(world, make_patient(world))
    batch = loaded_by_people(world, write(tmp_path, [row("S1")]))
    job = Job.objects.get(kind="match_filings")
    assert (job.subject_no, job.created_by, marks()) == (batch.batch_no, world.prov_clearing_2, {})

    result = JOB_KINDS["match_filings"](job, lambda done, total=0: None)

    assert marks() == {"S1": ("in_force", filing.filing_no)}
    assert (result["cases"], result["changed"]) == (1, 1)


def test_matching_again_writes_only_what_has_changed(load: Run, world: World) -> None:
    batch = load([row("S1"), row("S2", 入院日期="2026-08-01")])
    match_batch(batch, at=world.now)
    written = dict(RecordFiling.objects.values_list("record__settlement_no", "judged_at"))
    later = world.now.replace(hour=18)
    filing = make_filing(world, make_patient(world))

    found = match_period("202610", at=later)

    assert (found.cases, found.changed) == (2, 2)
    assert marks() == {"S1": ("in_force", filing.filing_no), "S2": ("late", filing.filing_no)}
    assert set(RecordFiling.objects.values_list("judged_at", flat=True)) == {later}
    assert match_period("202610", at=world.now).changed == 0
    assert set(RecordFiling.objects.values_list("judged_at", flat=True)) == {later}
    assert set(written) == {"S1", "S2"}


def test_matching_asks_the_same_few_questions_however_many_cases(
    load: Run, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    batch = load([row(f"S{number:03d}", 就医地区划=f"2202{number % 5:02d}") for number in range(80)])

    with django_assert_max_num_queries(20):
        match_batch(batch, at=world.now)

    assert len(marks()) == 80


def test_undoing_a_batch_takes_its_marks_along(load: Run, world: World) -> None:
    batch, other = load([row("S1")]), load([row("S2")])
    match_period("202610", at=world.now)

    batch_undo(batch, by=world.prov_supervisor, at=world.now, reason="传错了")

    assert set(marks()) == {"S2"}
    assert SettlementRecord.objects.get().batch == other


def test_a_command_loads_and_matches(world: World, tmp_path: Path) -> None:
    call_command("import_settlements", str(write(tmp_path, [row("S1")])), stdout=io.StringIO())

    assert marks() == {"S1": ("none", None)}
    assert not Job.objects.exists()


def test_the_command_tells_what_it_found(load: Run, world: World) -> None:
    load([row("S1"), row("S2", 就医地区划="220221")])
    out = io.StringIO()

    call_command("match_filings", "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert (told["cases"], told["changed"], told["marks"]["none"], told["marks"]["exempt"]) == (2, 2, 1, 1)
    with pytest.raises(CommandError, match="不是期别"):
        call_command("match_filings", "--period", "2026-10")


def test_a_month_without_cases_is_no_trouble(world: World) -> None:
    assert match_period("202601", at=world.now).cases == 0


def faults() -> list[tuple[str, str]]:
    return [(item.subject, item.message) for item in check_all(None).broken if item.check == MARKS]


def test_the_books_name_a_mark_that_does_not_fit_its_case(load: Run, world: World) -> None:
    filing = make_filing(world, make_patient(world))
    load([row("S1"), row("S2", 证件号码=id_number(serial=20), 姓名="李四"), reversal("S3", "S1")])
    match_period("202610", at=world.now)
    assert faults() == []

    for number, changes, told in (
        ("S1", {"care_region": world.yanbian}, "统筹区或期别与结算不同"),
        ("S2", {"mark": "in_force", "filing": filing}, "不是此人"),
    ):
        with transaction.atomic():
            RecordFiling.objects.filter(record__settlement_no=number).update(**changes)
            assert told in dict(faults())[f"结算 {number}"]
            transaction.set_rollback(True)
    type(filing).objects.filter(pk=filing.pk).update(begins_on="2026-10-08")
    assert "之后才开始" in dict(faults())["结算 S1"]


@pytest.mark.parametrize(
    "changes", [{"mark": "in_force", "filing": None}, {"mark": "unheard"}, {"mark": "late"}]
)
def test_the_database_refuses_a_mark_without_its_filing(
    load: Run, world: World, changes: dict[str, Any]
) -> None:
    match_batch(load([row("S1")]), at=world.now)

    with pytest.raises(IntegrityError), transaction.atomic():
        RecordFiling.objects.update(**changes)
