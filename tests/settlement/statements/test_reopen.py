"""A reopened month voids its statements; new ones are another version. Paid ones keep it closed."""

from __future__ import annotations

import pytest

from agency.errors import DomainError
from agency.journal.books import check_all
from agency.journal.models import StateChange
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.signing import REOPENED, REOPENING
from settlement.statements.filling import deductions_of, statement_data
from settlement.statements.models import InstitutionStatement, StatementDrawing, StatementLine
from settlement.statements.payments import payment_undo
from settlement.statements.services import statements_finish
from tests.settlement.statements.conftest import HOSPITAL, Office, get
from tests.support.snapshots import nothing_changes

pytestmark = pytest.mark.usefixtures("laid_paid")


def month() -> ClearingPeriod:
    return ClearingPeriod.objects.get(period="202610")


def reopened(office: Office) -> None:
    REOPENED["statements"](month(), office.world.prov_supervisor, office.world.now)


def test_a_paid_statement_keeps_the_month_closed(office: Office) -> None:
    for act in (lambda: REOPENING["statements"](month()), lambda: reopened(office)):
        with nothing_changes(), pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "statements_are_paid"
        assert HOSPITAL in refused.value.message
    assert get().state == "paid"


def test_the_old_ones_stay_voided_and_the_new_are_another_version(office: Office) -> None:
    payment_undo(statement=get(), by=office.payer, at=office.world.now, reason="重开")
    REOPENING["statements"](month())

    reopened(office)
    assert set(InstitutionStatement.objects.values_list("state", flat=True)) == {"voided"}
    assert set(StatementDrawing.objects.values_list("version", "is_final")) == {(2, False)}
    assert StateChange.objects.filter(subject_no=HOSPITAL).latest("pk").reason == "2026年10月清算重新开启"

    statements_finish(month(), office.world.prov_clearing, office.world.now)
    assert InstitutionStatement.objects.count() == 8
    new = get(f"{HOSPITAL}-2")
    assert (new.state, new.version, new.payable_fen, new.is_final) == ("drawn", 2, 60000, True)
    assert StatementLine.objects.filter(institution=new.institution, care_region=new.care_region).count() == 2
    broken = [item for item in check_all(None).broken if "对账单" in item.check]
    assert broken == []


def test_a_voided_one_lists_no_deductions_of_now(office: Office) -> None:
    payment_undo(statement=get(), by=office.payer, at=office.world.now, reason="重开")
    assert len(deductions_of(get())) == 1
    reopened(office)

    assert deductions_of(get()) == []
    remarks = statement_data(get()).remarks
    assert "已作废：本月清算重开，以重新签发后的对账单为准。" in remarks
    assert not any(remark.startswith("扣款") for remark in remarks)
