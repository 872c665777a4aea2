"""导入结算明细 by command and in the browser, beside the bare database and django-import-export."""

from __future__ import annotations

import csv
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from agency.batches.kinds import CheckRequest
from agency.batches.models import Batch
from agency.batches.services import batch_check, batch_create, batch_load, file_keep
from agency.organisation.models import AreaCode, User
from settlement.records import load
from settlement.records.batches import check_settlements
from settlement.records.content import NULL, PARTIES
from settlement.records.models import SettlementRecord
from tests.bench.population import names, numbers
from tests.settlement.records.files import RIGHT

TITLE = "导入结算明细 (import of settled cases)"
ROUNDS = 3
PEERS = {  # rows, and whether it looks up what is stored, as the command does
    "django-import-export, bulk, nothing looked up or checked": (20_000, False),
    "django-import-export, bulk, stored rows looked up, nothing checked": (4_000, True),
}
CARE_AREAS = ("220202", "220302", "220402", "222401", "110105", "220581", "310101", "220102")
CARE_TYPES = ("21", "11", "14", "41", "51", "12", "22")
TABLE = SettlementRecord._meta.db_table


def prepare(rows: int) -> None:
    """A month's file in the order and the words of a platform; one row in a thousand does not add up."""
    settings.UPLOAD_MAX_BYTES = 4 << 30
    with file_of(rows).open("w", encoding="utf-8-sig", newline="") as stream:
        _write(stream, rows)
    for few, _ in PEERS.values():
        with file_of(few).open("w", encoding="utf-8-sig", newline="") as stream:
            _write(stream, few)


def file_of(rows: int) -> Path:
    return Path(settings.MEDIA_ROOT) / f"cases-{rows}.csv"


def _write(stream: Any, rows: int) -> None:
    writer = csv.writer(stream)
    writer.writerow(RIGHT)
    writer.writerows(_rows(rows))


def _rows(rows: int) -> Iterator[list[str]]:
    chance = random.Random(5)
    areas = sorted(AreaCode.objects.filter(area_code__startswith="22").values_list("area_code", flat=True))
    known = list(zip(numbers(rows // 4 + 1, sorted(set(areas))), names(rows // 4 + 1), strict=True))
    for number in range(rows):
        (cert_no, _, _), name = chance.choice(known)
        care, place = chance.choice(CARE_AREAS), chance.randrange(1, 400)
        day = 1 + number * 28 // rows
        parts = [chance.randrange(0, 300_000) for _ in range(4)]
        total = sum(parts)
        fund, account = total * chance.randrange(40, 80) // 100, total // 20
        aid = fund // 10
        cash = total - fund - account + (1 if number % 1000 == 999 else 0)
        amounts = [total, *parts, 20_000, fund - aid, 0, aid, 0, 0, 0, 0, fund, account, cash]
        yield [
            f"22{number:018d}", f"P{number % 900_000:010d}", "01", cert_no, name,
            "310" if number % 3 else "390", "220100" if number % 5 else "220200", care,
            f"H{care}{place:05d}", f"第{place}医院（{care}）", CARE_TYPES[number % len(CARE_TYPES)],
            f"2026-10-{max(1, day - 6):02d}", f"2026-10-{day:02d}",
            f"2026-10-{day:02d} 10:30:{number % 60:02d}",
            *(f"{fen // 100}.{fen % 100:02d}" for fen in amounts), "0", "",
        ]  # fmt: skip


def measure(out: Callable[[str], None]) -> None:
    rows = max(int(path.stem.split("-")[1]) for path in Path(settings.MEDIA_ROOT).glob("cases-*.csv"))
    runs: dict[str, list[float]] = {}
    memory: list[int] = []
    lines = _table_lines(file_of(rows))
    _keep_empty()
    ways: dict[str, Callable[[], float]] = {
        "limit": lambda: _limit(lines),
        "command": lambda: _command(rows, runs, memory),
        "preview": lambda: _browser(rows, runs),
    }
    for _ in range(ROUNDS):
        for name, way in ways.items():
            runs.setdefault(name, []).append(way())
            _empty()
    peers = {}
    for name, (few, looks_up) in PEERS.items():
        peers[name] = _peer(few, looks_up) * rows / few
        _empty()
    middle = {name: statistics.median(times) for name, times in runs.items()}
    limit = middle["limit"]
    told = {
        "limit": "raw COPY of the same rows into the same table"
        if connection.vendor == "postgresql"
        else "sqlite3 .import of the same rows into the same table",
        "command": f"import_settlements as a process of its own, {max(memory) >> 10} MB at most",
        "match": "the match with filings that follows it (nobody has filed here)",
        "preview": "in the browser: preview",
        "confirm": "in the browser: confirmation",
    }
    out("| what | s, median of 3 | all | × limit |\n|---|---|---|---|")
    for name, what in told.items():
        every = " ".join(f"{seconds:.1f}" for seconds in runs[name])
        out(f"| {what} | {middle[name]:.1f} | {every} | {middle[name] / limit:.2f} |")
    both = middle["preview"] + middle["confirm"]
    out(f"| preview and confirmation together | {both:.1f} | | {both / limit:.2f} |")
    for name, seconds in peers.items():
        out(f"| {name}: {PEERS[name][0]:,} rows, taken linearly | {seconds:.0f} | | {seconds / limit:.1f} |")
    times = "; ".join(f"{name}: {seconds / middle['command']:.0f}" for name, seconds in peers.items())
    out(f"\nHow many times as long as the command they take: {times}.\n")


def _by() -> User:
    return User.objects.get(is_system_account=True)


def _open(rows: int) -> Batch:
    path = file_of(rows)
    with path.open("rb") as stream:
        kept = file_keep(stream, name=path.name, by=_by(), at=timezone.now())
    return batch_create(
        kind="settlements", kept=kept, file_name=path.name, by=_by(), at=timezone.now(), by_command=True
    )


def _table_lines(path: Path) -> Path:
    """The accepted rows as lines of the table, for whoever only writes."""
    outcome = check_settlements(CheckRequest(path, path.name, _by()))
    load.register_institutions(outcome.payload.institutions)
    batch = _open(int(path.stem.split("-")[1]))
    place = load._Placer(batch.pk)
    place.know(outcome.payload.institutions)
    target = path.with_suffix(".lines")
    with target.open("wb") as stream:
        for block in outcome.payload.spool.blocks():
            stream.write(b"\n".join(place(block)) + b"\n")
    return target


def _limit(lines: Path) -> float:
    if connection.vendor == "postgresql":
        began = time.perf_counter()
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            lines.open("rb") as stream,
            cursor.copy(load.COPY) as copy,
        ):
            while block := stream.read(1 << 20):
                copy.write(block)
        return time.perf_counter() - began
    return _sqlite_import(lines)


def _sqlite_import(lines: Path) -> float:
    tool = shutil.which("sqlite3")
    if tool is None:
        raise SystemExit("The sqlite3 command is missing: apt-get install sqlite3.")
    whole = lines.with_suffix(".sql-lines")
    if not whole.exists():
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA table_info({TABLE})")
            order = [row[1] for row in cursor.fetchall()]
        place = {name: index for index, name in enumerate(load.COLUMNS)}
        with lines.open(encoding="utf-8") as source, whole.open("w", encoding="utf-8") as target:
            for number, line in enumerate(source, 1):
                cells = line.rstrip("\n").replace(NULL, "").split("\t")
                target.write(
                    "\t".join(str(number) if name == "id" else cells[place[name]] for name in order) + "\n"
                )
    connection.close()
    began = time.perf_counter()
    subprocess.run(
        [tool, str(settings.DATABASES["default"]["NAME"])],
        input=f"PRAGMA synchronous=NORMAL;\n.mode tabs\n.import {whole} {TABLE}\n",
        text=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - began


def _command(rows: int, runs: dict[str, list[float]], memory: list[int]) -> float:
    """From the start of the process to its end, without the match, which is noted beside it."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("one_pass.py")), str(file_of(rows))],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "UPLOAD_MAX_BYTES": str(4 << 30)},
    )  # fmt: skip
    assert process.stderr is not None
    said = process.stderr.read()
    status = process.wait()
    spent = time.perf_counter() - began
    if status not in (0, 2):
        raise SystemExit(f"import_settlements failed: {said}")
    most, matched = map(float, said.splitlines()[-2:])
    memory.append(int(most))
    runs.setdefault("match", []).append(matched)
    return spent - matched


def _browser(rows: int, runs: dict[str, list[float]]) -> float:
    """Preview; the confirmation that follows is noted beside it."""
    batch = _open(rows)
    began = time.perf_counter()
    batch_check(batch, by=_by(), at=timezone.now())
    previewed = time.perf_counter() - began
    batch.refresh_from_db()
    began = time.perf_counter()
    batch_load(batch, by=_by(), at=timezone.now(), preview_digest=batch.preview_digest)
    runs.setdefault("confirm", []).append(time.perf_counter() - began)
    return previewed


def _peer(rows: int, looks_up: bool) -> float:
    """django-import-export in its fastest mode: rows of the table, keys as numbers, nothing looked up; or in
    the fastest of those that look up whether a row is stored."""
    import tablib
    from import_export.fields import Field
    from import_export.resources import ModelResource
    from import_export.widgets import IntegerWidget

    keys = ("batch", *PARTIES)

    class Meta:
        model = SettlementRecord
        use_bulk = skip_diff = use_transactions = True
        force_init_instance = not looks_up
        import_id_fields = ("settlement_no", "correction_no")
        batch_size = 1000
        fields = tuple(name.removesuffix("_id") for name in load.COLUMNS)

    made = {name: Field(f"{name}_id", name, widget=IntegerWidget()) for name in keys}
    resource = type("Peer", (ModelResource,), {"Meta": Meta, **made})()
    lines = _table_lines(file_of(rows)).read_text(encoding="utf-8").replace(NULL, "").splitlines()
    data = tablib.Dataset(*(line.split("\t") for line in lines), headers=Meta.fields)
    began = time.perf_counter()
    result = resource.import_data(data, raise_errors=True)
    assert result.totals["new"] == len(lines)
    return time.perf_counter() - began


def _empty() -> None:
    """Take all cases out again: on PostgreSQL past the guards, on SQLite by the file as it was kept."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"TRUNCATE {TABLE} RESTART IDENTITY CASCADE")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("CHECKPOINT")
        return
    file, kept = _file_and_copy()
    connection.close()
    for side in ("-wal", "-shm"):
        Path(f"{file}{side}").unlink(missing_ok=True)
    shutil.copyfile(kept, file)


def _keep_empty() -> None:
    """SQLite: keep the file without cases, since to delete a million rows one by one takes minutes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(*_file_and_copy())


def _file_and_copy() -> tuple[Path, Path]:
    file = Path(settings.DATABASES["default"]["NAME"])
    return file, file.with_suffix(".empty")
