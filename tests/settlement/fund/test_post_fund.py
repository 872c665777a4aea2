"""补记: what was signed, reopened and paid before the ledger was kept is posted by a command, once."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agency.journal.books import check_all
from agency.journal.models import AuditEntry, NumberSeries
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.fund.models import FundMovement
from settlement.fund.posting import SERIES
from settlement.notices.models import Payment
from settlement.notices.services import payment_withdraw
from tests.settlement.clearing.conftest import confirm_rest, sign
from tests.settlement.clearing.damages import unguarded
from tests.settlement.fund.conftest import bank, funds
from tests.settlement.notices.statement import PAYS, line
from tests.support.world import World

NOTHING = {"months": 0, "reopened": 0, "payments": 0, "withdrawals": 0, "movements": 0}


@pytest.fixture
def from_before(month: object, world: World) -> None:
    """Signed, reopened, signed again; paid, taken back, paid again: and no ledger was kept."""
    reopening_propose(period="202610", reason="更正", by=world.prov_clearing, at=world.now)
    reopening_approve(period="202610", by=world.prov_supervisor, at=world.now)
    month.refresh_from_db()  # type: ignore[attr-defined]
    confirm_rest(month, world)  # type: ignore[arg-type]
    sign(month, world)  # type: ignore[arg-type]
    line(world, **PAYS)
    payment_withdraw(by=world.prov_finance, at=world.now, payment=Payment.objects.get(), reason="核错了")
    line(world, "T2", **PAYS)
    with unguarded(("settlement_fundmovement",)), connection.cursor() as cursor:
        cursor.execute("UPDATE settlement_fundmovement SET corrects_id = NULL")
        cursor.execute("DELETE FROM settlement_fundmovement")
    NumberSeries.objects.filter(name__startswith=SERIES).delete()


def posted(capsys: pytest.CaptureFixture[str], **options: str) -> dict[str, int]:
    call_command("post_fund", json=True, **options)
    found: dict[str, int] = json.loads(capsys.readouterr().out)
    return found


def test_everything_is_posted_once(
    from_before: None, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert posted(capsys) == {"months": 2, "reopened": 1, "payments": 2, "withdrawals": 1, "movements": 21}

    assert (funds(), bank()) == ({"220200": 60000, "220300": -500}, 54500)
    assert check_all(None).broken == []
    assert posted(capsys) == NOTHING
    logged = AuditEntry.objects.get(action="fund_posted")
    assert (logged.by, logged.detail["movements"]) == (world.system, 21)


def test_it_stands_on_its_own_days_in_the_name_of_whoever_did_it(
    from_before: None, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    posted(capsys, username="prov_finance")

    by = dict(FundMovement.objects.order_by().values_list("cause_kind", "by__username").distinct())
    assert by == {
        "clearing": "prov_clearing",
        "reopening": "prov_supervisor",
        "payment": "prov_finance",
        "withdrawal": "prov_finance",
    }
    assert set(FundMovement.objects.values_list("posted_on", flat=True)) == {world.today}


def test_a_payment_of_today_brings_those_before_it_along(from_before: None, world: World) -> None:
    paid = Payment.objects.order_by("pk").last()
    assert paid is not None

    payment_withdraw(by=world.prov_finance, at=world.now, payment=paid, reason="核错了")

    assert Payment.objects.count() == 4
    causes = FundMovement.objects.order_by().values_list("cause_no", flat=True).distinct()
    assert set(causes) == set(Payment.objects.values_list("payment_no", flat=True))
    assert bank() == 0


def test_whoever_does_not_keep_the_ledger_is_told_so(from_before: None) -> None:
    with pytest.raises(CommandError, match="记周转金账"):
        call_command("post_fund", username="prov_clearing")

    assert not FundMovement.objects.exists()
