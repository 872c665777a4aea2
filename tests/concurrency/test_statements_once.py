"""Twenty people at the same moment: statements are drawn up, confirmed, answered and paid once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.db import transaction

from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.clearing.services import period_sign
from settlement.statements.locks import hold_drawing
from settlement.statements.models import InstitutionStatement
from settlement.statements.payments import payment_undo
from tests.settlement.clearing.conftest import confirm_rest, lay_month
from tests.settlement.statements.conftest import HOSPITAL, PHARMACY, Office, get, make_office, pay, sign_month
from tests.support.together import all_at_once
from tests.support.world import the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
TWENTY = 20


def laid(folder: Path) -> Office:
    lay_month(the_world(), folder)
    return make_office(the_world())


def steps(number: str, to: str) -> int:
    return StateChange.objects.filter(subject_no=number, to_state=to).count()


def test_twenty_drawings_leave_one_statement_each(tmp_path: Path) -> None:
    office = laid(tmp_path)

    outcome = all_at_once([office.draw] * TWENTY)

    assert outcome == {"done": TWENTY}
    assert InstitutionStatement.objects.count() == 4
    assert steps(HOSPITAL, "drawn") == 1


def test_twenty_confirmations_are_one(tmp_path: Path) -> None:
    office = laid(tmp_path)
    office.draw()

    outcome = all_at_once([office.confirm] * TWENTY)

    assert outcome == {"done": 1, "nothing_to_confirm": TWENTY - 1}
    assert (steps(HOSPITAL, "sent"), steps(PHARMACY, "sent")) == (1, 1)
    assert AuditEntry.objects.filter(action="statements_confirmed").count() == 1


def test_twenty_answers_are_one(tmp_path: Path) -> None:
    office = laid(tmp_path)
    office.draw()
    office.confirm()

    outcome = all_at_once([lambda: office.answer(HOSPITAL)] * TWENTY)

    assert outcome["done"] == 1
    assert steps(HOSPITAL, "agreed") == 1


def test_twenty_payments_are_one_and_so_are_twenty_undone(tmp_path: Path) -> None:
    office = laid(tmp_path)
    sign_month(office.world)
    office.confirm()
    office.answer(HOSPITAL)
    office.answer(PHARMACY)

    outcome = all_at_once([lambda: pay(office, HOSPITAL, PHARMACY)] * TWENTY)
    assert outcome == {"done": 1, "not_payable": TWENTY - 1}
    assert (steps(HOSPITAL, "paid"), steps(PHARMACY, "paid")) == (1, 1)

    paid = get(HOSPITAL)
    undo = [
        lambda: payment_undo(statement=paid, by=office.payer, at=office.world.now, reason="付错")
    ] * TWENTY
    assert all_at_once(undo)["done"] == 1
    assert AuditEntry.objects.filter(action="statement_payment_undone").count() == 1
    assert check_all(None).broken == []


def test_a_drawing_and_a_confirmation_never_leave_half_of_each(tmp_path: Path) -> None:
    office = laid(tmp_path)
    office.draw()

    outcome = all_at_once([office.draw, office.confirm] * 6)

    assert set(outcome) <= {"done", "nothing_to_confirm"}
    assert get(HOSPITAL).state == "sent"
    assert check_all(None).broken == []


def test_a_region_confirms_while_the_month_is_signed_and_neither_waits_in_a_circle(tmp_path: Path) -> None:
    """A confirmation holds its drawing and then waits for the log; the signature draws before it logs."""
    office = laid(tmp_path)
    office.draw()
    confirm_rest(ClearingPeriod.objects.get(), office.world)
    at = office.world.now

    @transaction.atomic
    def confirm_slowly() -> None:
        hold_drawing("202610", office.world.jilin)
        time.sleep(1.5)  # meanwhile the signature comes as far as the drawings
        office.confirm()

    def sign() -> None:
        time.sleep(0.3)
        period_sign(period="202610", by=office.world.prov_clearing, at=at)

    assert all_at_once([confirm_slowly, sign]) == {"done": 2}
    assert ClearingPeriod.objects.get().is_signed
    assert get(HOSPITAL).state == "sent"
    assert check_all(None).broken == []


def test_a_payment_while_the_month_is_opened_again_and_neither_waits_in_a_circle(tmp_path: Path) -> None:
    office = laid(tmp_path)
    sign_month(office.world)
    office.confirm()
    office.answer(HOSPITAL)
    world = office.world
    reopening_propose(period="202610", reason="漏报", by=world.prov_clearing, at=world.now)

    @transaction.atomic
    def pay_slowly() -> None:
        pay(office, HOSPITAL)
        time.sleep(1.5)

    def approve() -> None:
        time.sleep(0.3)
        reopening_approve(period="202610", by=world.prov_supervisor, at=world.now)

    outcome = all_at_once([pay_slowly, approve])

    assert outcome["done"] == 1
    assert get(HOSPITAL).state == "paid"
    assert ClearingPeriod.objects.get().is_signed
    assert check_all(None).broken == []
