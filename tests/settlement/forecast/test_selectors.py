"""逐日应付: what months came to by day, against figures written out in conftest.py."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.organisation.models import PoolingRegion
from settlement.forecast.models import UseByDay
from settlement.forecast.outlooks import Forecast, forecasts, running_month
from settlement.forecast.rules import Miss, mean_error_permille
from settlement.forecast.selectors import accrued, accrued_live, all_regions, data_reach
from settlement.quotas.selectors import owed_in, use_of
from tests.support.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laid_running")]
MONTHS = ["202610", "202611", "202612", "202701"]
TODAY = dt.date(2027, 1, 20)


def all_keys() -> set[int]:
    return {region.pk for region in all_regions()}


def of(world: World, today: dt.date = TODAY) -> Forecast:
    """长春 职工."""
    return forecasts([world.changchun], running_month(today))[0]


def test_the_running_month_stands_day_by_day_as_written_out(world: World) -> None:
    by_day = accrued(["202701"], {world.changchun.pk})

    steps = {0: 135_000, 5: 195_000, 10: 265_000, 15: 335_000, 18: 265_000}
    wanted, at = [], 0
    for day in range(32):
        at = steps.get(day, at)
        wanted.append(at)
    assert by_day == {("202701", world.changchun.pk, "employee"): wanted}


def test_the_last_day_is_what_quotas_count_as_the_months_use(world: World) -> None:
    live, owed = accrued_live(MONTHS, all_keys()), owed_in(MONTHS)

    assert {key: days[-1] for key, days in live.items()} == {key: one.amount_fen for key, one in owed.items()}
    assert {period: use_of(world.changchun, "employee", period) for period in MONTHS} == {
        "202610": 140_000,
        "202611": 200_000,
        "202612": 70_000,
        "202701": 265_000,
    }
    assert live[("202610", world.jilin.pk, "resident")][14:16] == [0, 70_000]


def test_signed_months_are_kept_as_their_cases_say(world: World) -> None:
    kept = {row.month.period: row.sums for row in UseByDay.objects.select_related("month")}

    assert sorted(kept) == MONTHS[:3]
    assert kept["202611"] == {
        f"{world.changchun.pk}/employee": [0] * 5 + [60_000] * 20 + [200_000] * 6,
    }
    assert accrued(MONTHS, all_keys()) == accrued_live(MONTHS, all_keys())


def test_kept_months_are_read_without_their_cases_and_others_with_one_look(world: World) -> None:
    everybody = all_keys()

    def asked(periods: list[str], keys: set[int]) -> tuple[int, list[str]]:
        with CaptureQueriesContext(connection) as queries:
            accrued(periods, keys)
        said = [query["sql"] for query in queries]
        of_records = [sql for sql in said if 'FROM "settlement_settlementrecord" WHERE' in sql]
        return len(said), [sql for sql in of_records if "GROUP BY" in sql]

    assert asked(MONTHS[:3], everybody) == (1, [])
    assert asked(MONTHS[:3], {world.yanbian.pk}) == (1, [])  # nothing is kept of it, and that is known
    many, records = asked(MONTHS, everybody)
    assert many == asked(["202701"], everybody)[0]
    assert len(records) == 1


def test_the_running_month_is_found_by_an_index(world: World) -> None:
    for regions in ({world.changchun.pk}, all_keys()):
        with CaptureQueriesContext(connection) as queries:
            accrued_live(["202701"], regions)
        of_records = (query["sql"] for query in queries if "personal_account" in query["sql"])
        sql = next(sql for sql in of_records if "GROUP BY" in sql)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")  # of a handful of rows it would read all
            prefix = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
            cursor.execute(f"{prefix} {sql}")
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
        assert re.search(r"Index Cond: [^:]*period|INDEX \w+ \([^)]*period", plan), plan


def test_the_data_reach_until_the_last_case_of_the_month(world: World) -> None:
    assert data_reach("202701", TODAY) == dt.date(2027, 1, 18)
    assert data_reach("202701", dt.date(2027, 1, 9)) == dt.date(2027, 1, 8)  # half past midnight is the 10th
    assert data_reach("202702", dt.date(2027, 2, 3)) is None


def test_the_forecast_of_the_running_month(world: World) -> None:
    """18 of 31 days known: 1300.00 beside the opening; a month is usually 1366.67. A day is expected to bring
    (1300.00 + 1366.67 × 13 ÷ 31) ÷ 31 = 60.42; thirteen days 785.50."""
    found = of(world)

    outlook = found.outlook
    assert (outlook.pace.day, outlook.pace.days) == (18, 31)
    assert (outlook.pace.accrued_fen, outlook.pace.opening_fen) == (265_000, 135_000)
    assert (outlook.pace.usual_fen, outlook.quota_fen) == (136_667, 400_000)
    assert (outlook.use.text, outlook.end_fen) == ("66.25%", 343_550)
    assert (outlook.to_yellow, outlook.to_red) == (3, None)  # 150.00 more; 950.00 more would be 15.7 days
    assert found.by_day[-1] == 265_000 and len(found.by_day) == 19


def test_what_it_would_have_said_of_past_months(world: World) -> None:
    """After 18 days. 202610: 700.00 ÷ 18 × 31. 202611: 600.00 + (600.00 + 1400.00 × 12 ÷ 30) ÷ 30 × 12.
    202612: 700.00 + (700.00 + 1700.00 × 13 ÷ 31) ÷ 31 × 13."""
    found = of(world)

    assert found.misses == [
        Miss("202610", 18, 70_000, 120_556, 140_000),
        Miss("202611", 18, 60_000, 106_400, 200_000),
        Miss("202612", 18, 70_000, 129_251, 70_000),
    ]
    assert mean_error_permille(found.misses) == 420  # 1722.95 of 4100.00


def test_before_anything_is_loaded_a_month_is_as_usual(world: World) -> None:
    found = of(world, dt.date(2027, 2, 1))

    assert found.outlook.pace.day == 0 and found.by_day == [0]
    assert found.outlook.end_fen == 136_667


def test_regions_without_use_or_quota_stand_there_with_nothing_to_go_by(world: World) -> None:
    found = forecasts(all_regions(), running_month(TODAY))

    in_force = PoolingRegion.objects.filter(kind="pooling").count()
    assert len(found) == 2 * in_force
    yanbian = next(one for one in found if one.region == world.yanbian)
    assert (yanbian.outlook.quota_fen, yanbian.outlook.end_fen, yanbian.outlook.to_red) == (0, 0, None)
    assert mean_error_permille(yanbian.misses) is None


def test_all_regions_take_as_many_queries_as_one(world: World) -> None:
    def asked(regions: list[PoolingRegion]) -> int:
        with CaptureQueriesContext(connection) as queries:
            forecasts(regions, running_month(TODAY))
        return len(queries)

    assert asked(all_regions()) == asked([world.changchun]) <= 18
