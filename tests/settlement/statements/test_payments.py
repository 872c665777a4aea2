"""付款与追回: final statements that both confirmed, one or many under a voucher; taken back with a trace."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.roles import Role
from settlement.statements.models import InstitutionAccount, InstitutionStatement
from settlement.statements.payments import payment_undo, statements_pay
from settlement.statements.selectors import accounts_of, owed_by, payments_listed, to_recover
from settlement.statements.services import statement_answer, statements_confirm
from tests.settlement.statements.conftest import (
    CHANGCHUN,
    HOSPITAL,
    PHARMACY,
    SIPING,
    Office,
    get,
    pay,
    sign_month,
)
from tests.support.crashes import crash_at_each_write
from tests.support.snapshots import nothing_changes
from tests.support.world import make_user

pytestmark = pytest.mark.usefixtures("laid_month")


@pytest.fixture
def agreed(office: Office) -> Office:
    """Signed, and both of 吉林's confirmed by both."""
    sign_month(office.world)
    office.confirm()
    office.answer(HOSPITAL)
    office.answer(PHARMACY)
    return office


def refusal(office: Office, *numbers: str, **options: object) -> str:
    with nothing_changes(), pytest.raises(DomainError) as refused:
        pay(office, *numbers, **options)  # type: ignore[arg-type]
    return refused.value.code


def test_many_are_paid_under_one_voucher(agreed: Office) -> None:
    assert pay(agreed, HOSPITAL, PHARMACY) == 130000

    for number in (HOSPITAL, PHARMACY):
        statement = get(number)
        assert (statement.state, statement.voucher_no) == ("paid", "付字第1号")
        assert statement.paid_on == agreed.world.today
    entry = AuditEntry.objects.get(action="statements_paid")
    assert (entry.detail["statements"], entry.detail["amount"]) == (2, "1,300.00")


def test_a_crash_at_any_write_of_a_payment_leaves_all_unpaid(agreed: Office) -> None:
    assert crash_at_each_write(lambda: pay(agreed, HOSPITAL, PHARMACY)) >= 3
    assert {get(number).state for number in (HOSPITAL, PHARMACY)} == {"paid"}

    def undo() -> None:
        payment_undo(statement=get(), by=agreed.payer, at=agreed.world.now, reason="退票")

    assert crash_at_each_write(undo) >= 3
    assert [get(number).state for number in (HOSPITAL, PHARMACY)] == ["agreed", "paid"]


def test_only_final_ones_that_both_confirmed_are_paid(office: Office) -> None:
    office.draw()
    office.confirm()
    office.answer(HOSPITAL)
    assert refusal(office, HOSPITAL) == "not_payable"  # the month is not signed

    sign_month(office.world)
    assert refusal(office, PHARMACY) == "not_payable"  # the institution has not answered
    assert refusal(office, HOSPITAL, PHARMACY) == "not_payable"  # all of them or none
    assert refusal(office, CHANGCHUN) == "not_payable"  # another region's
    assert refusal(office) == "nothing_chosen"
    assert refusal(office, HOSPITAL, voucher=" ") == "voucher_missing"
    assert InstitutionStatement.objects.filter(state="paid").count() == 0

    assert pay(office, HOSPITAL) == 60000
    assert refusal(office, HOSPITAL) == "not_payable"


def test_a_payment_lies_between_the_signature_and_today(agreed: Office) -> None:
    for days, code in ((1, "paid_in_future"), (-1, "paid_before_signed")):
        with nothing_changes(), pytest.raises(DomainError) as refused:
            statements_pay(
                period="202610",
                region=agreed.world.jilin,
                numbers=[HOSPITAL],
                by=agreed.payer,
                at=agreed.world.now,
                paid_on=agreed.world.today + dt.timedelta(days=days),
                voucher_no="1",
            )
        assert refused.value.code == code


def test_a_payment_is_taken_back_with_a_trace(agreed: Office) -> None:
    pay(agreed, HOSPITAL)

    payment_undo(statement=get(), by=agreed.payer, at=agreed.world.now, reason="付错账户")

    assert (get().state, get().paid_on, get().voucher_no) == ("agreed", None, "")
    steps = StateChange.objects.filter(subject_no=HOSPITAL).order_by("-pk").values_list("reason", flat=True)
    assert list(steps[:2]) == ["付错账户", "凭证 付字第1号，2026-11-20"]
    detail = AuditEntry.objects.get(action="statement_payment_undone").detail
    assert (detail["voucher"], detail["amount"]) == ("付字第1号", "600.00")
    assert pay(agreed, HOSPITAL, voucher="付字第2号") == 60000


def test_the_region_pays_and_nobody_else(agreed: Office) -> None:
    for by in (agreed.confirmer, agreed.world.prov_finance, agreed.world.changchun_clearing):
        with nothing_changes(), pytest.raises(NotAllowed):
            statements_pay(
                period="202610",
                region=agreed.world.jilin,
                numbers=[HOSPITAL],
                by=by,
                at=agreed.world.now,
                paid_on=agreed.world.today,
                voucher_no="1",
            )


def test_what_is_below_nil_is_carried_until_it_is_recovered(agreed: Office) -> None:
    siping = get(SIPING).care_region
    people = [
        make_user(f"sp{n}", role, region="220300") for n, role in enumerate((Role.CLEARING, Role.FINANCE))
    ]
    now, today = agreed.world.now, agreed.world.today
    assert [row.statement_no for row in to_recover(siping, "202612")] == [SIPING]
    assert list(to_recover(siping, "202609")) == []
    assert owed_by([get(SIPING)], "202611") == {get(SIPING).institution_id: 500}
    assert list(payments_listed(siping, "202610")) == []

    statements_confirm(period="202610", region=siping, by=people[0], at=now)
    statement_answer(statement=get(SIPING), by=people[1], at=now, contact="李", answered_on=today)
    total = statements_pay(
        period="202610",
        region=siping,
        numbers=[SIPING],
        by=people[1],
        at=now + dt.timedelta(hours=2),
        paid_on=today,
        voucher_no="收字第1号",
    )

    assert (total, get(SIPING).state) == (-500, "paid")
    assert list(to_recover(siping, "202612")) == []


def test_the_account_is_the_one_of_the_day(agreed: Office) -> None:
    hospital = get().institution
    for start, number in ((dt.date(2026, 1, 1), "111"), (dt.date(2026, 12, 1), "222")):
        InstitutionAccount.objects.create(
            institution=hospital, account_name="医院", bank="银行", account_no=number, valid_from=start
        )

    assert accounts_of([get()], agreed.world.today)[hospital.pk].account_no == "111"
    assert accounts_of([get()], dt.date(2026, 12, 5))[hospital.pk].account_no == "222"
