"""结算明细 on many rows against ten thousand: each page that a list has, side by side in one run."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable

from django.db import connection
from django.test import RequestFactory

from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.roles import Level, Role
from settlement.cases.filters import CaseFilter
from settlement.cases.selectors import case_branches, cases_by_key
from settlement.models import RecordFiling, SettlementRecord
from settlement.records.paging import month_page
from tests.bench.cases import TABLE, make_cases
from tests.bench.population import LARGE, SMALL
from tests.bench.timing import plan, settle, sql_ms, statements
from tests.support.world import make_user

TITLE = "结算明细 (lists of cases)"
FEW = 10_000
ASKED = 15
GOAL = 1.2
MARKS = RecordFiling._meta.db_table


def prepare(rows: int) -> None:
    """Only the people: the cases come in two sizes, measured one after the other."""
    make_user("small", Role.CLEARING, region=SMALL)
    make_user("large", Role.CLEARING, region=LARGE)
    make_user("province", Role.CLEARING, level=Level.PROVINCE)
    global _rows
    _rows = rows


_rows = 0


def measure(out: Callable[[str], None]) -> None:
    few, _ = _measured(FEW)
    many, slow = _measured(_rows)
    out(f"| page | {FEW:,} rows, ms | {_rows:,} rows, ms | ratio |\n|---|---|---|---|")
    worst = 0.0
    for label, least in few.items():
        ratio = many[label] / least
        worst = max(worst, ratio)
        out(f"| {label} | {least:.2f} | {many[label]:.2f} | {ratio:.2f} |")
    together = sum(many.values()) / sum(few.values())
    out(f"\nAll pages together: {together:.2f}; the worst one: {worst:.2f} (goal ≤ {GOAL}).")
    for label, told in slow.items():
        if many[label] > GOAL * few[label]:
            out(f"{label}\n```\n{told}\n```")


def _measured(rows: int) -> tuple[dict[str, float], dict[str, str]]:
    """Label → milliseconds of all statements of the page (median), and the plan of the first one."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {MARKS}")
        cursor.execute(f"DELETE FROM {TABLE}")
    settle()
    sys.stderr.write(f"{rows:,} cases\n")
    make_cases(rows)
    _mark_some()
    settle()
    asked = _asked()
    sent = {label: statements(ask) for label, ask in asked.items()}
    times = {label: statistics.median(sql_ms(found) for _ in range(ASKED)) for label, found in sent.items()}
    return times, {label: plan(found[0]) for label, found in sent.items()}


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
