"""Twenty people at the same moment: statements are drawn up, confirmed, answered and paid once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from settlement.statements.models import InstitutionStatement
from settlement.statements.payments import payment_undo
from tests.settlement.clearing.conftest import lay_month
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
