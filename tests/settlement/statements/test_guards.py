"""The database refuses what the program would never do: by raw SQL, on both databases."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from settlement.statements.models import InstitutionStatement, StatementLine
from tests.settlement.statements.conftest import HOSPITAL, PHARMACY

pytestmark = pytest.mark.usefixtures("laid_paid", "world")
TABLE, LINE = "settlement_institutionstatement", "settlement_statementline"
OF_HOSPITAL, OF_PHARMACY = (f"WHERE statement_no = '{number}'" for number in (HOSPITAL, PHARMACY))
REFUSED = {
    "a final figure": (f"UPDATE {TABLE} SET records = records + 1 {OF_PHARMACY}", "已定稿"),
    "final no more": (f"UPDATE {TABLE} SET is_final = NOT is_final {OF_PHARMACY}", "已定稿"),
    "another institution": (f"UPDATE {TABLE} SET version = 3 {OF_PHARMACY}", "已定稿"),
    "a final one deleted": (f"DELETE FROM {TABLE} {OF_PHARMACY}", "不能删除"),
    "the voucher of a paid one": (f"UPDATE {TABLE} SET voucher_no = 'x' {OF_HOSPITAL}", "已结清"),
    "a paid one voided": (f"UPDATE {TABLE} SET state = 'voided' {OF_HOSPITAL}", "已结清"),
    "who confirmed a paid one": (
        f"UPDATE {TABLE} SET state = 'agreed', paid_on = NULL, voucher_no = '', institution_contact = 'x' "
        f"{OF_HOSPITAL}",
        "已结清",
    ),
    "a final line": (f"UPDATE {LINE} SET records = records + 1", "分项不能再改"),
    "a final line deleted": (f"DELETE FROM {LINE}", "分项不能再改"),
    "a line more": (
        f"INSERT INTO {LINE} (period_id, care_region_id, institution_id, version, insurance_type, care_kind, "
        "draw_no, cases, records, total_fee_fen, pooling_pay_fen, critical_illness_pay_fen, "
        "large_expense_pay_fen, civil_servant_pay_fen, enterprise_pay_fen, medical_assistance_pay_fen, "
        "other_pay_fen, fund_total_fen, personal_account_pay_fen, deductions, deduction_fen, payable_fen) "
        "SELECT period_id, care_region_id, institution_id, version, 'resident', 'maternity', 99, 0, 0, 0, 0, "
        f"0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM {TABLE} {OF_PHARMACY}",
        "分项不能再改",
    ),
    "paid without a voucher": (f"UPDATE {TABLE} SET state = 'paid' {OF_PHARMACY}", ""),
    "an unknown state": (f"UPDATE {TABLE} SET state = 'lost' {OF_PHARMACY}", ""),
    "one person for both": (f"UPDATE {TABLE} SET institution_by_id = agency_by_id {OF_PHARMACY}", ""),
    "agreed without a contact": (f"UPDATE {TABLE} SET institution_contact = '' {OF_PHARMACY}", ""),
    "disputed without a reason": (f"UPDATE {TABLE} SET state = 'disputed' {OF_PHARMACY}", ""),
    "sent by nobody": (f"UPDATE {TABLE} SET agency_by_id = NULL {OF_PHARMACY}", ""),
}


def everything() -> list[object]:
    return [
        *InstitutionStatement.objects.order_by("pk").values(),
        *StatementLine.objects.order_by("pk").values(),
    ]


@pytest.mark.parametrize("change", REFUSED)
def test_the_database_refuses(change: str) -> None:
    before = everything()
    sql, message = REFUSED[change]

    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert message in str(refused.value)
    assert everything() == before


@pytest.mark.parametrize("column", ["payable_fen", "fund_total_fen", "other_pay_fen"])
def test_a_draft_too_adds_up(column: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        InstitutionStatement.objects.filter(statement_no=PHARMACY).update(**{column: 1})


def test_a_voided_one_stays_as_it_is() -> None:
    pharmacy = InstitutionStatement.objects.filter(statement_no=PHARMACY)
    pharmacy.update(state="voided")

    with pytest.raises(DatabaseError, match="已作废"), transaction.atomic():
        pharmacy.update(state="agreed")
