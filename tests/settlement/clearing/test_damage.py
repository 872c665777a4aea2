"""核对账目: every kind of damage done by hand in a signed month is found and named by its first record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection

from agency.batches.models import Batch
from agency.journal.books import check_all
from settlement.clearing import checks
from settlement.clearing.models import ClearingPeriod
from tests.settlement.clearing.damages import DAMAGES, LINE, S4, do
from tests.settlement.records.files import row

pytestmark = pytest.mark.usefixtures("laid_signed")


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(signed: ClearingPeriod, damage: str) -> None:
    sql, (name, subject, message) = DAMAGES[damage]

    do(sql)

    report = check_all(None)
    assert report.checks[name] is False
    named = [(item.subject, item.message) for item in report.broken if item.check == name]
    assert [pair for pair in named if subject in pair[0] and message in pair[1]], named


def test_nothing_is_broken_in_a_signed_month(signed: ClearingPeriod) -> None:
    report = check_all(None)

    assert report.broken == []
    assert set(report.checks.values()) == {True}
    assert set(checks.OF_MONTH) < set(report.checks)


def test_thirty_kinds_of_damage_are_tried_and_each_check_of_a_month_finds_some() -> None:
    assert len(DAMAGES) == 30
    assert {found[0] for _, found in DAMAGES.values()} >= set(checks.OF_MONTH)


def test_a_guard_that_was_dropped_is_named(signed: ClearingPeriod) -> None:
    on = f" ON {LINE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE") if on else None
        cursor.execute(f"DROP TRIGGER signed_line_guard_update{on}")

    broken = check_all("202610").broken
    assert [(item.check, item.subject) for item in broken] == [("防改触发器齐全", "signed_line_guard_update")]


def test_a_month_signed_before_an_earlier_one_is_named(
    signed: ClearingPeriod, load: Callable[..., object]
) -> None:
    load([row("E1", 结算时间="2026-09-02 09:00:00")])

    broken = check_all(None).broken
    assert [(item.check, item.subject) for item in broken] == [(checks.MONTH_ORDER, "202609")]


def test_a_month_that_was_not_known_when_a_later_one_was_signed_is_no_fault(
    signed: ClearingPeriod, load: Callable[..., Batch]
) -> None:
    batch = load([row("E1", 结算时间="2026-09-02 09:00:00")])
    assert signed.signed_at is not None
    Batch.objects.filter(pk=batch.pk).update(confirmed_at=signed.signed_at + dt.timedelta(days=1))

    assert check_all(None).broken == []


def test_the_command_ends_with_2_and_names_what_is_broken(signed: ClearingPeriod, capsys: object) -> None:
    do(DAMAGES["what a line owes"][0])

    with pytest.raises(SystemExit) as ended:
        call_command("check_books", "--period", "202610")

    assert ended.value.code == 2
    said = capsys.readouterr().out  # type: ignore[attr-defined]
    assert f"✗ {checks.ARITHMETIC}" in said
    assert S4 in said
