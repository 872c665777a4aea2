"""A month that is computed and not signed: what may change, what is damage all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.clearing import checks
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.records.models import SettlementRecord
from tests.settlement.clearing.damages import DAMAGES, RECORD, S4, do
from tests.settlement.records.files import row

pytestmark = pytest.mark.usefixtures("laid_month")


def test_an_unsigned_month_is_open(month: ClearingPeriod) -> None:
    assert ClearingLine.objects.filter(cases=1).update(records=9) == 4
    assert SettlementRecord.objects.filter(settlement_no="S4").delete()[0] == 1


def test_a_case_put_off_to_another_month_is_named(month: ClearingPeriod, load: Callable[..., object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {RECORD} SET period = '202612' WHERE settlement_no = 'S4'")

    broken = [item for item in check_all("202612").broken if item.check == checks.RIGHT_MONTH]
    assert [(item.subject, item.message) for item in broken] == [("结算 S4", "202610 未签发，却计入 202612")]


def test_what_waits_to_be_computed_is_no_damage(month: ClearingPeriod, load: Callable[..., object]) -> None:
    load([row("S9")])

    assert check_all(None).broken == []


def test_damage_is_found_while_something_waits_to_be_computed(
    month: ClearingPeriod, load: Callable[..., object]
) -> None:
    load([row("S9")])
    do(DAMAGES["a fund of a record"][0])

    assert S4 in next(item.subject for item in check_all(None).broken if item.check == checks.BEHIND)
