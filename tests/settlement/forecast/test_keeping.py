"""逐日应付 of signed months: with the signature, guarded by the database, proved by a check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from agency.journal.books import check_all
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.forecast.checks import DAYS
from settlement.forecast.models import UseByDay
from settlement.forecast.selectors import accrued, all_regions
from tests.settlement.clearing.damages import unguarded
from tests.settlement.forecast.conftest import case
from tests.settlement.holding.conftest import Books
from tests.support.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laid_signed")]
TABLE, PERIOD = "settlement_usebyday", "settlement_clearingperiod"
NEWEST = f"month_id = (SELECT id FROM {PERIOD} WHERE period = '202612')"


def reopen(world: World) -> None:
    reopening_propose(period="202612", reason="更正", by=world.prov_clearing, at=world.now)
    reopening_approve(period="202612", by=world.prov_supervisor, at=world.now)


def broken(period: str | None = None) -> list[tuple[str, str]]:
    return [(item.subject, item.message) for item in check_all(period).broken if item.check == DAYS]


def test_the_days_go_with_the_signature_and_come_with_the_next(world: World, tmp_path: Path) -> None:
    reopen(world)
    assert not UseByDay.objects.filter(month__period="202612").exists()
    assert broken() == []

    books = Books(world, tmp_path)
    books.load(case("A9", "2026-12-31"))
    books.sign("202612")

    sums = UseByDay.objects.get(month__period="202612").sums
    assert sums[f"{world.changchun.pk}/employee"][-3:] == [70_000, 70_000, 140_000]
    assert broken() == [] and broken("202612") == []


@pytest.mark.parametrize("sql", [f"UPDATE {TABLE} SET sums = '{{}}' WHERE {NEWEST}", f"DELETE FROM {TABLE}"])
def test_the_days_of_a_signed_month_stay_as_they_are(world: World, sql: str) -> None:
    with pytest.raises(IntegrityError, match="逐日应付不能再改"), transaction.atomic():
        connection.cursor().execute(sql)

    assert UseByDay.objects.count() == 3


def test_a_day_that_was_changed_is_found_and_named(world: World) -> None:
    key = f"{world.changchun.pk}/employee"
    sums = UseByDay.objects.get(month__period="202612").sums
    sums[key][-1] += 1
    with unguarded((TABLE,)), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET sums = %s WHERE {NEWEST}", [json.dumps(sums)])

    assert broken() == [("202612 长春市 职工", "逐日累计不同：所存合计 700.01、明细合计 700.00")]
    assert broken("202611") == []


def test_days_that_are_lost_within_a_month_are_found(world: World) -> None:
    with unguarded((TABLE,)), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET sums = '{{}}' WHERE {NEWEST}")

    assert broken() == [("202612 长春市 职工", "逐日累计不同：所存没有、明细合计 700.00")]


def test_a_month_that_is_not_signed_has_no_days(world: World) -> None:
    with unguarded((TABLE, PERIOD)), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {PERIOD} SET state = 'computed' WHERE period = '202612'")

    assert broken() == [("202612 逐日应付", "该月没有签发，不应有逐日应付")]


def test_a_month_signed_before_its_days_were_kept_is_read_from_its_cases(world: World) -> None:
    keys = {region.pk for region in all_regions()}
    months = ["202610", "202611", "202612"]
    before = accrued(months, keys)
    with unguarded((TABLE,)), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE {NEWEST}")

    assert accrued(months, keys) == before
    assert broken() == []
