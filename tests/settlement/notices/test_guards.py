"""通知、流水、核销不可改: whatever path is taken, the database refuses and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from settlement.notices.models import Payment
from settlement.notices.services import payment_withdraw
from tests.settlement.notices.statement import PAYS, finance_of, line, notice
from tests.settlement.notices.test_payments import everything
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_notices")
NOTICE, LINE, PAYMENT = (f"settlement_{name}" for name in ("notice", "bankline", "payment"))
NOTHING = "CAST(NULL AS bigint)"
ADDED = (
    f"INSERT INTO {PAYMENT} (payment_no, line_id, notice_id, amount_fen, basis, reason, withdraws_id, by_id, "
    "at, content_digest) SELECT 'Z9', {line}, {notice}, {fen}, 'hand', 'x', {withdraws}, by_id, at, 'x' "
    f"FROM {PAYMENT} WHERE id = {{first}}"
)
CHANGES = {
    "amount of a notice": f"UPDATE {NOTICE} SET total_fen = 1, employee_fen = 1, resident_fen = 0",
    "account of a notice": f"UPDATE {NOTICE} SET account_no = '123456'",
    "days of a notice": f"UPDATE {NOTICE} SET pay_by = '2030-01-01' WHERE serial = 2",
    "voiding and changing": f"UPDATE {NOTICE} SET state = 'voided', voided_at = issued_at, version = 2 "
    "WHERE serial = 2",
    "voiding a paid notice": f"UPDATE {NOTICE} SET state = 'voided', voided_at = issued_at WHERE serial = 1",
    "a notice lost": f"DELETE FROM {NOTICE} WHERE serial = 2",
    "amount of a line": f"UPDATE {LINE} SET amount_fen = amount_fen + 1",
    "a line lost": f"DELETE FROM {LINE}",
    "amount of a payment": f"UPDATE {PAYMENT} SET amount_fen = amount_fen - 1",
    "a payment moved": f"UPDATE {PAYMENT} SET notice_id = (SELECT id FROM {NOTICE} WHERE serial = 3)",
    "a payment lost": f"DELETE FROM {PAYMENT}",
}


def refuse(sql: str) -> str:
    before = everything()
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert everything() == before
    return str(refused.value)


@pytest.mark.parametrize("change", CHANGES)
def test_raw_changes_are_refused(world: World, change: str) -> None:
    line(world, **PAYS)

    refuse(CHANGES[change])


def test_a_voided_notice_stays_voided(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {NOTICE} SET state = 'voided', voided_at = issued_at WHERE serial = 2")

    refuse(f"UPDATE {NOTICE} SET state = 'issued', voided_at = NULL WHERE serial = 2")


def added(world: World, **values: Any) -> str:
    """A payment added by raw SQL, beside that of 长春 in full."""
    first = Payment.objects.order_by("pk").first()
    assert first is not None
    filled = {"line": first.line_id, "notice": first.notice_id, "withdraws": NOTHING, "first": first.pk}
    return refuse(ADDED.format(**{**filled, **values}))


def test_raw_payments_that_do_not_fit_are_refused(world: World) -> None:
    line(world, **PAYS)
    more, out = line(world, "T2", amount_fen=100), line(world, "T3", direction="out", amount_fen=100)
    own = line(world, by=finance_of("222400"), direction="out", amount_fen=100)

    assert "超过流水金额" in added(world, notice=notice(3).pk, fen=1)
    assert "超过通知书金额" in added(world, line=more.pk, fen=1)
    assert "方向不符" in added(world, line=out.pk, notice=notice(3).pk, fen=1)
    assert "方向不符" in added(world, line=own.pk, notice=notice(3).pk, fen=1)
    first = Payment.objects.order_by("pk").first()
    assert first is not None
    assert "不相抵" in added(world, fen=-1, withdraws=first.pk)
    added(world, line=more.pk, notice=notice(3).pk, fen=0)
    added(world, line=more.pk, notice=notice(3).pk, fen=-1)


def test_a_second_withdrawal_and_a_payment_of_a_voided_notice_are_refused(world: World) -> None:
    line(world, **PAYS)
    first = Payment.objects.get()
    payment_withdraw(by=world.prov_finance, at=world.now, payment=first, reason="核错了")

    added(world, fen=-54500, withdraws=first.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {NOTICE} SET state = 'voided', voided_at = issued_at WHERE serial = 1")
    assert "已作废" in added(world, fen=1)


def test_two_payments_of_one_statement_are_summed(world: World) -> None:
    """Rows of one INSERT see each other."""
    line(world, **PAYS)
    more = line(world, "T2", amount_fen=400)
    first = Payment.objects.get()
    one = ADDED.format(line=more.pk, notice=notice(3).pk, fen=300, withdraws=NOTHING, first=first.pk)
    two = one.replace("'Z9'", "'Z8'").split("SELECT", 1)[1]

    refuse(f"{one} UNION ALL SELECT {two}")
