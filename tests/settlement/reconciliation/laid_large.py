"""A planted month of any size in the database, row by row, and the comparison with their file of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection

from agency.organisation.models import Institution
from settlement.matching.services import match_period
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.services import run_create
from settlement.records.load import register_institutions
from settlement.records.models import SettlementRecord
from settlement.records.reference import read_reference
from tests.bench.timing import fill
from tests.settlement.reconciliation.laid import RECORD, lay_deductions, lay_filings, records
from tests.settlement.reconciliation.planted import COLUMNS, HOSPITALS, OUTSIDE, PLACES, Month, Row, texts
from tests.support.world import World

NAMED_IN_PLANTS = 2  # hospitals beyond those of the month


def open_large(made: Callable[[], Month], world: World, folder: Path) -> tuple[ReconciliationRun, Month]:
    """Our books, the filings and their file of a month that can be made again and again: the run, which is
    not compared yet, and the month with all its answers."""
    month = made()
    path = folder / "theirs.csv"
    deductions: list[tuple[str, int]] = []
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)

        def ours() -> Iterator[Row]:
            for planted in month.cases():
                writer.writerows(map(texts, planted.theirs))
                deductions.extend(planted.deductions)
                yield from planted.ours
                yield from planted.other_months

        fill(SettlementRecord._meta.db_table, RECORD, records(ours(), _hospitals(), read_reference()))
    lay_deductions(deductions)
    lay_filings(made().cases(), {person.cert_no for person in month.unfiled}, world)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    match_period(month.period, at=world.now)
    with path.open("rb") as file:
        run = run_create(
            period=month.period, source="platform", file=file, file_name=path.name,
            by=world.prov_clearing, at=world.now,
        )  # fmt: skip
    return run, month


def _hospitals() -> dict[str, int]:
    """All that can be named, by code."""
    numbers = range(1, HOSPITALS + NAMED_IN_PLANTS + 1)
    codes = [f"H{place}{number:05d}" for place in (*PLACES, *OUTSIDE) for number in numbers]
    register_institutions(dict.fromkeys(sorted(codes), "某医院"))
    return dict(Institution.objects.values_list("code", "pk"))
