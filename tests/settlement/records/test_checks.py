"""核对账目: every kind of damage done by hand in the database is found and named by its first record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.records import checks
from tests.settlement.records.files import reversal, row

Run = Callable[..., Any]
MINE = (checks.ADD_UP, checks.UNCHANGED, checks.MONTHS, checks.REVERSALS, checks.BATCHES)
TABLE = "settlement_settlementrecord"


def damage(sql: str) -> None:
    """Raw SQL past every constraint and trigger of this table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute(sql)
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            return
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [TABLE]
        )
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
        for name in names:
            cursor.execute(f'ALTER TABLE {TABLE} DROP CONSTRAINT "{name}"')
        cursor.execute(sql)


def broken() -> dict[str, list[str]]:
    """Check → subjects that it names."""
    found: dict[str, list[str]] = {}
    for item in check_all(None).broken:
        if item.check in MINE:
            found.setdefault(item.check, []).append(item.subject)
    return found


@pytest.fixture
def loaded(load: Run) -> None:
    load([row("S0"), row("S1"), row("S2", 参保地区划="222401"), row("S3"), reversal("R3", "S3")])


def test_nothing_is_broken_after_a_load(loaded: None) -> None:
    assert broken() == {}
    assert {check_all(None).checks[name] for name in MINE} == {True}


SET = f"UPDATE {TABLE} SET {{}} WHERE settlement_no = 'S1'"
DAMAGES = {
    "a part": (SET.format("full_self_pay_fen = full_self_pay_fen + 1"), {checks.ADD_UP, checks.UNCHANGED}),
    "a fund": (SET.format("pooling_pay_fen = pooling_pay_fen - 1"), {checks.ADD_UP, checks.UNCHANGED}),
    "a payer": (SET.format("cash_pay_fen = cash_pay_fen + 100"), {checks.ADD_UP, checks.UNCHANGED}),
    "the total": (
        SET.format("total_fee_fen = total_fee_fen + 1"),
        {checks.ADD_UP, checks.UNCHANGED, checks.BATCHES},
    ),
    "amounts that still add up": (
        SET.format("cash_pay_fen = cash_pay_fen + 100, hospital_pay_fen = hospital_pay_fen - 100"),
        {checks.UNCHANGED},
    ),
    "the insured region": (
        SET.format("insured_region_id = (SELECT id FROM agency_poolingregion WHERE code = '222400')"),
        {checks.UNCHANGED, checks.BATCHES},
    ),
    "the care region": (
        SET.format("care_region_id = (SELECT id FROM agency_poolingregion WHERE code = '222400')"),
        {checks.UNCHANGED},
    ),
    "the kind of care": (SET.format("care_kind = 'pharmacy'"), {checks.UNCHANGED}),
    "the person": (SET.format("cert_no = '220199195410106504'"), {checks.UNCHANGED}),
    "the digest": (SET.format("content_digest = 'f0'"), {checks.UNCHANGED}),
    "the month": (SET.format("settlement_month = '202609'"), {checks.MONTHS}),
    "the time": (SET.format("settled_at = '2026-12-01 00:00:00'"), {checks.MONTHS, checks.UNCHANGED}),
    "a lost record": (f"DELETE FROM {TABLE} WHERE settlement_no = 'S1'", {checks.BATCHES}),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_and_named_by_its_record(loaded: None, kind: str) -> None:
    sql, expected = DAMAGES[kind]

    damage(sql)

    found = broken()
    assert set(found) == expected
    named = {subject for check, subjects in found.items() for subject in subjects if check != checks.BATCHES}
    assert named <= {"结算 S1"}
    assert kind != "a lost record" or found[checks.BATCHES] == ["结算 S1"]


def test_a_doubled_record_is_found(loaded: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {TABLE} LIMIT 0")
        columns = [column[0] for column in cursor.description if column[0] != "id"]
    taken = ["7" if name == "correction_no" else name for name in columns]

    damage(
        f"INSERT INTO {TABLE} ({', '.join(columns)}) "
        f"SELECT {', '.join(taken)} FROM {TABLE} WHERE settlement_no = 'S1'"
    )

    assert broken() == {checks.UNCHANGED: ["结算 S1"], checks.BATCHES: ["结算 S1"]}


def test_a_reversal_without_its_original_is_found(loaded: None) -> None:
    damage(f"DELETE FROM {TABLE} WHERE settlement_no = 'S3'")

    assert broken() == {checks.REVERSALS: ["结算 R3"], checks.BATCHES: ["结算 S3"]}


def test_an_original_that_changed_no_longer_cancels(loaded: None) -> None:
    damage(f"UPDATE {TABLE} SET deductible_fen = 0 WHERE settlement_no = 'S3'")

    assert broken() == {checks.UNCHANGED: ["结算 S3"], checks.REVERSALS: ["结算 R3"]}


def test_one_month_can_be_checked_alone(loaded: None, load: Run) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    damage(f"UPDATE {TABLE} SET cash_pay_fen = 0 WHERE settlement_no = 'N1'")

    assert check_all("202610").checks[checks.UNCHANGED] is True
    assert check_all("202611").checks[checks.UNCHANGED] is False
