"""对账: a month of ours beside their file of as many rows, and the same by scripts from the same two sources.

Their file is ours with differences planted by the number of the row, so that the answer is known. Each way
runs in a process of its own, in turn: PostgreSQL by hand; pandas, datacompy and polars where they can be
imported (PYTHONPATH), for the program does not need them.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.functions import Cast

from agency.batches.models import KeptFile
from agency.batches.services import kept_path
from agency.money import plain_yuan
from settlement.reconciliation.models import ReconciliationRun
from settlement.records.models import SettlementRecord
from tests.bench.cases import make_cases
from tests.bench.reconcile_ways import PEERS
from tests.settlement.records.files import RIGHT

TITLE = "对账 (reconciliation)"
FIRST_DAY, DAYS = "2026-09-27", 30  # settled four days later, in October
ROUNDS = 5
EVERY = 250
OURS, WHOLE, BY_HAND = "ours", "whole", "by hand"
GOALS = {"pandas": 0.5, "datacompy": 0.6, "polars": 2.0}
ONLY_OURS, AMOUNT, REVERSAL, DUPLICATE, OWNER, OTHER_MONTH, ONLY_THEIRS = range(7)
LABELS = {
    ONLY_OURS: "我有他无", AMOUNT: "金额不符", REVERSAL: "冲正状态不符", DUPLICATE: "重复",
    OWNER: "归属不符", OTHER_MONTH: "期别不符", ONLY_THEIRS: "他有我无",
}  # fmt: skip
NAMES = list(RIGHT)
Result = dict[str, Any]  # what reconcile_ways says


def file_of() -> Path:
    return Path(settings.MEDIA_ROOT) / "theirs.csv"


def prepare(rows: int) -> None:
    """A month of ours, and their file of it in another order."""
    make_cases(rows, start=FIRST_DAY, days=DAYS)
    if connection.vendor == "postgresql":
        most = max(1, (os.cpu_count() or 2) - 1)  # of every way: with the leader one for each processor
        with connection.cursor() as cursor:
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"ALTER DATABASE {name} SET max_parallel_workers_per_gather = {most}")
    with file_of().open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(NAMES) + "\n")
        for lines in _lines():
            stream.writelines(lines)


def _lines() -> Iterator[list[str]]:
    fields = (
        "settlement_no", "person_no", "cert_type", "cert_no", "person_name", "insurance_type",
        "insured_area_code", "care_area_code", "institution__code", "institution__name", "care_type_code",
        "admitted_on", "discharged_on", "settled_at", "total_fee_fen", "full_self_pay_fen",
        "over_limit_self_pay_fen", "prior_self_pay_fen", "in_scope_fen", "deductible_fen", "pooling_pay_fen",
        "critical_illness_pay_fen", "large_expense_pay_fen", "civil_servant_pay_fen", "enterprise_pay_fen",
        "medical_assistance_pay_fen", "other_pay_fen", "fund_total_fen", "personal_account_pay_fen",
        "cash_pay_fen", "line_no",
    )  # fmt: skip
    mixed = SettlementRecord.objects.annotate(mixed=Cast("line_no", BigIntegerField()) * 7919 % 1_000_003)
    for values in mixed.order_by("mixed").values_list(*fields).iterator(chunk_size=5000):
        yield _planted(list(values[:-1]), values[-1] % EVERY)


def _planted(row: list[Any], what: int) -> list[str]:
    """What their file says of one case: none, one or two lines."""
    row[5] = {"employee": "310", "resident": "390"}[row[5]]
    row[9] = row[9].replace(",", "，")
    row[13] = row[13].strftime("%Y-%m-%d %H:%M:%S")  # two o'clock, in UTC: the same day in Shanghai
    row += ["0", ""]
    if what == ONLY_OURS:
        return []
    if what == AMOUNT:
        row[20] += 100
        row[27] += 100
        row[29] -= 100
    elif what == REVERSAL:
        row[30] = "1"
    elif what == OWNER:
        row[5] = "390" if row[5] == "310" else "310"
    elif what == OTHER_MONTH:
        row[13] = "2026-09" + row[13][7:8] + "15" + row[13][10:]
    line = _line(row)
    if what == ONLY_THEIRS:
        return [line, _line(["X" + row[0], *row[1:]])]
    return [line, line] if what == DUPLICATE else [line]


def _line(row: list[Any]) -> str:
    return ",".join(plain_yuan(cell) if type(cell) is int else str(cell or "") for cell in row) + "\n"


def expected(rows: int) -> dict[str, int]:
    """Class → how many, as they were planted."""
    return {label: len(range(what or EVERY, rows + 1, EVERY)) for what, label in LABELS.items()}


def measure(out: Callable[[str], None]) -> None:
    rows = SettlementRecord.objects.count()
    asked = PEERS if connection.vendor == "postgresql" else ()
    by_hand = [BY_HAND] if asked else []
    peers = [name for name in asked if importlib.util.find_spec(name)]
    runs: dict[str, list[Result]] = {}
    for _ in range(ROUNDS):
        for way in (OURS, WHOLE, *by_hand, *peers):
            runs.setdefault(way, []).append(_run(way))
            _forget()
    for name, results in runs.items():
        for result in results:
            assert result["found"] == expected(rows) or name == "datacompy", (name, result["found"])
    assert ReconciliationRun.objects.filter(state="compared").count() == 2 * ROUNDS
    size = file_of().stat().st_size >> 20
    out(f"Their file has {size} MB; {sum(expected(rows).values()):,} differences are planted and found.\n")
    _table(runs, out)
    for missing in sorted(set(asked) - set(peers)):
        out(f"{missing} could not be imported: not measured.\n")


def _run(way: str) -> Result:
    command = [sys.executable, "-m", "tests.bench.reconcile_ways", way, str(file_of())]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _forget() -> None:
    """Each round keeps a file that is not kept yet."""
    for file in KeptFile.objects.all():
        kept_path(file).unlink(missing_ok=True)


def _table(runs: dict[str, list[Result]], out: Callable[[str], None]) -> None:
    """Each way, and how many times as long ours takes: as far as the others go, and the whole of it, with
    keeping the upload and the likely causes, which nobody else does."""
    times = {way: [result["seconds"] for result in results] for way, results in runs.items()}
    middle = {way: statistics.median(seconds) for way, seconds in times.items()}
    out("| way | s, median | all | most memory, MB | ours takes so many times as long (goal) | the whole |")
    out("|---|---|---|---|---|---|")
    for way, seconds in times.items():
        name = f"{way} {version(way)}" if way in PEERS else way
        every = " ".join(f"{second:.2f}" for second in seconds)
        memory = max(result["memory"] for result in runs[way]) >> 10
        goal = f" (≤ {GOALS[way]})" if way in GOALS else ""
        as_ours, with_all = (f"{middle[own] / middle[way]:.2f}" for own in (OURS, WHOLE))
        out(f"| {name} | {middle[way]:.2f} | {every} | {memory} | {as_ours}{goal} | {with_all} |")
    out(f"\nParts of ours and of the whole, s, median of {ROUNDS}:\n")
    for way in (OURS, WHOLE):
        for part in runs[way][0]["parts"]:
            spent = statistics.median(result["parts"][part] for result in runs[way])
            out(f"- {part}: {spent:.2f}")
    out("")
