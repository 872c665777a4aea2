"""月度清算: computing, signing and looking at a month against the bare GROUP BY of the same rows, in one run.

`--rows` are the rows of the month that is cleared; `--months` how many months of so many rows are stored. It
is measured with the month alone, then with all of them; `--times N` then gives the month N times the rows.
DuckDB and polars are peers where they can be imported; the program does not need them.
"""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client

from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import Level, Role
from agency.organisation.selectors import system_account
from agency.periods import previous_period
from settlement.clearing import rules
from settlement.clearing.filling import MonthBook
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import RECORD_SUMS, LineKey
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.records.models import SettlementRecord
from tests.bench.cases import make_cases
from tests.bench.timing import plan, settle, sql_ms, statements
from tests.support.world import make_user

TITLE = "月度清算 (clearing)"
TABLE = SettlementRecord._meta.db_table
MONTH, FIRST_DAY = "202609", "2026-08-28"  # settled four days later
NOW = dt.datetime(2026, 10, 8, 4, tzinfo=dt.UTC)
ASKED = 7
DAYS = 30
BACKEND = "agency.organisation.backends.RoleBackend"
GOALS = {"compute": 1.2, "sign": 2.0}
SHEET_GOAL_MS = 50
PEERS = ("duckdb", "polars")
KEYS = ", ".join(LineKey._fields)
BARE = (
    f"SELECT {KEYS}, SUM(CASE WHEN is_reversal THEN -1 ELSE 1 END), COUNT(*), "
    f"{', '.join(f'SUM({name})' for name in RECORD_SUMS)} FROM {TABLE} WHERE period = %s GROUP BY {KEYS}"
)


_rows = 0


def prepare(rows: int) -> None:
    """Only the people: the cases come in steps, measured one after the other."""
    make_user("province", Role.CLEARING, level=Level.PROVINCE)
    global _rows
    _rows = rows


def measure(out: Callable[[str], None]) -> None:
    months, times = int(os.environ.get("BENCH_MONTHS", "12")), int(os.environ.get("BENCH_TIMES", "1"))
    out("| rows of the month | rows stored | bare GROUP BY, ms | compute, ms (ratio) | sign, ms (ratio) |"
        " sheets, SQL ms (worst) |\n|---|---|---|---|---|---|")  # fmt: skip
    steps = [(_month_alone, _rows, _rows)]
    if months > 1:
        steps.append((lambda: _months_before(months - 1), _rows, _rows * months))
    if times > 1:
        steps.append((lambda: _more_of_the_month(times, months), _rows * times, _rows * (months + times - 1)))
    for fill, of_month, stored in steps:
        began = time.monotonic()
        fill()
        settle()
        sys.stderr.write(f"{stored:,} cases stored in {time.monotonic() - began:.0f} s\n")
        out(_line(of_month, stored))
    out(f"\nGoals: compute ≤ {GOALS['compute']}, sign ≤ {GOALS['sign']} of the bare GROUP BY; a sheet ≤"
        f" {SHEET_GOAL_MS} ms of SQL.\n")  # fmt: skip
    _peers(out)
    out(f"\nThe bare GROUP BY:\n```\n{plan((BARE, [MONTH]))}\n```")


# --- rows ---------------------------------------------------------------------------------------------------


def _month_alone() -> None:
    make_cases(_rows, start=FIRST_DAY, days=DAYS)


def _months_before(months: int) -> None:
    """The months before, signed as far as the cleared one can tell."""
    period = MONTH
    for number in range(1, months + 1):
        period = previous_period(period)
        year, month = int(period[:4]), int(period[4:])
        start = dt.date(year, month, 1) - dt.timedelta(days=4)
        make_cases(_rows, start=start.isoformat(), days=28, first=number * _rows + 1)
        ClearingPeriod.objects.create(
            period=period,
            state="signed",
            version=1,
            signed_at=NOW,
            signed_by=system_account(),
            digest="0" * 64,
        )


def _more_of_the_month(times: int, months: int) -> None:
    make_cases(_rows * (times - 1), start=FIRST_DAY, days=DAYS, first=months * _rows + 1)


# --- times --------------------------------------------------------------------------------------------------


def _line(of_month: int, stored: int) -> str:
    """One line of the table: medians of one run, the bare statement and ours in turn."""
    bare, compute, sign = [], [], []
    for _ in range(ASKED):
        bare.append(sql_ms([(BARE, [MONTH])]))
        compute.append(_undone(_compute))
    confirm_all()
    for _ in range(ASKED):
        bare.append(sql_ms([(BARE, [MONTH])]))
        sign.append(_undone(_sign))
    least = statistics.median(bare)
    cells = [f"{of_month:,}", f"{stored:,}", f"{least:.0f}"]
    for times in (compute, sign):
        middle = statistics.median(times)
        cells.append(f"{middle:.0f} ({middle / least:.2f})")
    sheets = _sheets()
    worst = max(sheets, key=lambda name: sheets[name])
    cells.append(f"{statistics.median(sheets.values()):.1f} ({worst}: {sheets[worst]:.1f})")
    return f"| {' | '.join(cells)} |"


def _undone(act: Callable[[], object]) -> float:
    """Milliseconds of an act in a transaction of its own, which is undone: each time is the first time."""
    with transaction.atomic():
        began = time.perf_counter()
        act()
        spent = (time.perf_counter() - began) * 1000
        transaction.set_rollback(True)
    return spent


def _compute() -> None:
    """Lines stored, a version kept, netted."""
    month = period_compute(period=MONTH, by=system_account(), at=NOW)
    book = MonthBook(month)
    rules.net(book.lines, book.parties)


def confirm_all() -> None:
    """The month computed, and every region's yes."""
    month = period_compute(period=MONTH, by=system_account(), at=NOW)
    for party in unconfirmed(month):
        region = PoolingRegion.objects.get(pk=party.id)
        region_confirm(period=MONTH, region=region, by=system_account(), at=NOW)


def _sign() -> None:
    period_sign(period=MONTH, by=system_account(), at=NOW)


def _sheets() -> dict[str, float]:
    """Every kind of sheet as its page asks for it, signed for the time of asking: SQL milliseconds."""
    found = {}
    with _signed_for_now():
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(username="province"), backend=BACKEND)
        base = f"/clearing/{MONTH}/sheets"
        pages = {"9": f"{base}/9/"} | {
            form: f"{base}/{form}/220100/" for form in ("10", "11", "12", "13", "14")
        }
        for name, url in pages.items():
            sent = [
                one for one in statements(lambda url=url: _opened(client, url)) if one[0].startswith("SELECT")
            ]
            found[f"sheet {name}"] = statistics.median(sql_ms(sent) for _ in range(ASKED))
            slowest = max((statistics.median(sql_ms([one]) for _ in range(3)), one[0][:90]) for one in sent)
            sys.stderr.write(f"sheet {name}: {len(sent)} statements, the slowest {slowest}\n")
    return found


def _opened(client: Client, url: str) -> None:
    response = client.get(url)
    if response.status_code != 200:
        raise SystemExit(f"{url}: {response.status_code}")


@contextmanager
def _signed_for_now() -> Iterator[None]:
    with transaction.atomic():
        _sign()
        yield
        transaction.set_rollback(True)


# --- peers --------------------------------------------------------------------------------------------------


def _peers(out: Callable[[str], None]) -> None:
    """The same sums by those that keep columns, on the month alone, in memory; without reading it in."""
    present = [name for name in PEERS if importlib.util.find_spec(name) is not None]
    missing = [name for name in PEERS if name not in present]
    if missing:
        out(f"Not installed, so not measured: {', '.join(missing)} (pip install {' '.join(missing)}).")
    if not present:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "month.csv"
        _written(path)
        for name in present:
            times = {"duckdb": _duckdb, "polars": _polars}[name](str(path))
            out(f"{name}, the month alone in memory: {statistics.median(times):.0f} ms.")


def _written(path: Path) -> None:
    names = [*LineKey._fields, "is_reversal", *RECORD_SUMS]
    rows = SettlementRecord.objects.filter(period=MONTH).order_by().values_list(*names)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows((*row[:4], int(row[4]), *row[5:]) for row in rows.iterator(chunk_size=20_000))


def _duckdb(path: str) -> list[float]:
    peer: Any = importlib.import_module("duckdb")
    peer.sql(f"CREATE TABLE cases AS SELECT * FROM read_csv_auto('{path}')")
    sums = ", ".join(f"SUM({name})" for name in RECORD_SUMS)
    asked = (
        f"SELECT {KEYS}, SUM(CASE WHEN is_reversal = 1 THEN -1 ELSE 1 END), COUNT(*), {sums} "
        f"FROM cases GROUP BY {KEYS}"
    )
    return _timed(lambda: peer.sql(asked).fetchall())


def _polars(path: str) -> list[float]:
    peer: Any = importlib.import_module("polars")
    frame = peer.read_csv(path)
    net = (1 - 2 * peer.col("is_reversal")).sum().alias("cases")
    sums = [net, peer.len().alias("records"), *(peer.col(name).sum() for name in RECORD_SUMS)]
    return _timed(lambda: frame.group_by(list(LineKey._fields)).agg(sums).rows())


def _timed(act: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(ASKED):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return times
