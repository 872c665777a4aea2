"""结算明细 on many rows against ten thousand: each page that a list has, side by side in one run."""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable
from typing import Any

from django.db import connection, connections
from django.test import RequestFactory

from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.roles import Level, Role
from settlement.cases.filters import CaseFilter
from settlement.cases.selectors import case_branches, cases_by_key
from settlement.models import RecordFiling, SettlementRecord
from settlement.records.paging import month_page
from tests.bench.cases import TABLE, make_cases
from tests.bench.population import LARGE, SMALL
from tests.bench.timing import Statement, plan, settle, sql_ms, statements
from tests.support.databases import new_database
from tests.support.world import make_user

TITLE = "结算明细 (lists of cases)"
FEW = 10_000
ASKED = 31
GOAL = 1.2
COPY = "few"
Sent = dict[str, list[Statement]]
MARKS = RecordFiling._meta.db_table


def prepare(rows: int) -> None:
    """Ten thousand cases in a database of their own, beside the one that has many."""
    make_user("small", Role.CLEARING, region=SMALL)
    make_user("large", Role.CLEARING, region=LARGE)
    make_user("province", Role.CLEARING, level=Level.PROVINCE)
    _fill(FEW)
    global _few
    _few = _sent()
    _keep_copy()
    _fill(rows)


_few: Sent = {}


def _fill(rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {MARKS}")
        cursor.execute(f"DELETE FROM {TABLE}")
    settle()
    sys.stderr.write(f"{rows:,} cases\n")
    make_cases(rows)
    _mark_some()
    settle()


def _keep_copy() -> None:
    """The database as it stands now, as `connections[COPY]`."""
    given = dict(connection.settings_dict)
    name = str(given["NAME"])
    connection.close()
    given["NAME"] = f"{name}_few"
    if connection.vendor == "sqlite":
        shutil.copy(name, given["NAME"])
    else:
        new_database(given["NAME"], like=name)
    connections.databases[COPY] = given


def measure(out: Callable[[str], None]) -> None:
    many = _sent()
    rows = SettlementRecord.objects.count()
    took = {label: _in_turn(_few[label], many[label]) for label in many}
    out(f"| page | {FEW:,} rows, ms | {rows:,} rows, ms | ratio |\n|---|---|---|---|")
    alike = [label for label in many if _shown(_few[label], connections[COPY]) == _shown(many[label])]
    for label, (least, most) in took.items():
        told = f"{most / least:.2f}" if label in alike else "fewer on the page of ten thousand"
        out(f"| {label} | {least:.2f} | {most:.2f} | {told} |")
    worst = max(took[label][1] / took[label][0] for label in alike)
    together = sum(took[label][1] for label in alike) / sum(took[label][0] for label in alike)
    out(f"\nAll pages together: {together:.2f}; the worst one: {worst:.2f} (goal ≤ {GOAL}).")
    for label in alike:
        if took[label][1] > GOAL * took[label][0]:
            out(f"{label}\n```\n{plan(many[label][0])}\n```")


def _in_turn(few: list[Statement], many: list[Statement]) -> tuple[float, float]:
    """Milliseconds of all statements of a page among few cases and among many, medians, asked in turn, so
    that a slow minute slows both."""
    least, most = [], []
    for _ in range(ASKED):
        least.append(sql_ms(few, connections[COPY]))
        most.append(sql_ms(many))
    return statistics.median(least), statistics.median(most)


def _shown(sent: list[Statement], at: Any = connection) -> tuple[int, int]:
    """How many statements a page is, and how many rows it shows."""
    with at.cursor() as cursor:
        cursor.execute(*sent[-1])
        return len(sent), len(cursor.fetchall())


def _sent() -> Sent:
    """Label → the statements of a page, as it asks them now."""
    return {label: statements(ask) for label, ask in _asked().items()}


def _mark_some() -> None:
    """One case in twenty has no filing."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {MARKS} (record_id, insured_region_id, care_region_id, period, mark, judged_at)"
            " SELECT id, insured_region_id, care_region_id, period,"
            f" CASE WHEN id % 20 = 0 THEN 'none' ELSE 'exempt' END, settled_at FROM {TABLE}"
        )


def _asked() -> dict[str, Callable[[], object]]:
    """Every kind of page, as the view asks for it."""
    users = {name: User.objects.get(username=name) for name in ("small", "large", "province")}
    keys = SettlementRecord.objects.order_by("pk").values_list("pk", flat=True)
    first, last = keys[0], SettlementRecord.objects.order_by("-pk").values_list("pk", flat=True)[0]
    middle = (first + last) // 2
    hospital = Institution.objects.order_by("pk")[3].code
    region = PoolingRegion.objects.get(code="222400")
    number = SettlementRecord.objects.get(pk=last - 7).settlement_no
    month = SettlementRecord.objects.get(pk=middle).period
    place = f"{month}-{middle}"
    pages: dict[str, Callable[[], object]] = {}
    for name, user in users.items():
        pages |= {
            f"{name}: first page": _page(user, CaseFilter()),
            f"{name}: in the middle": _page(user, CaseFilter(), before=place),
            f"{name}: back from the middle": _page(user, CaseFilter(), after=place),
            f"{name}: a month": _page(user, CaseFilter(period=month)),
            f"{name}: an institution": _page(user, CaseFilter(institution=hospital)),
        }
    province, large = users["province"], users["large"]
    pages |= {
        "province: care region": _page(province, CaseFilter(care_region=region)),
        "province: insured region, a kind": _page(
            province, CaseFilter(insured_region=region, care_kind="pharmacy")
        ),
        "province: without a filing": _page(province, CaseFilter(mark="none")),
        "large: own insured without a filing": _page(
            large, CaseFilter(mark="none", insured_region=large.region)
        ),
        "large: amounts within a month": _page(large, CaseFilter(period=month, least=100_000, most=400_000)),
        "province: one person": _page(province, CaseFilter(same_as=number)),
    }
    return pages


def _page(user: User, narrow: CaseFilter, **keys: str) -> Callable[[], object]:
    request = RequestFactory().get("/cases/", keys)
    return lambda: month_page(request, case_branches(user, narrow), cases_by_key)
