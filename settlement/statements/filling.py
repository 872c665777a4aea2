"""填表: one statement, the statements of a region's month, and its list of payments, from what is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.utils import timezone

from agency.money import yuan
from agency.organisation.models import Agency, PoolingRegion
from agency.periods import period_label
from agency.sheets.declare import Sheet, Value
from agency.sheets.filled import Row, SheetData
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.selectors import cleared_deductions
from settlement.deductions.models import Deduction
from settlement.statements.models import InstitutionStatement, StatementDrawing, StatementLine
from settlement.statements.selectors import (
    accounts_of,
    lines_of,
    owed_by,
    payments_listed,
    statements_listed,
    to_recover,
)
from settlement.statements.sheets import FIELDS, PAYMENTS, STATEMENT, SUMMARY
from settlement.statements.states import StatementState

ITEMS_SHOWN = 12
SEALED = (StatementState.SENT, StatementState.DISPUTED, StatementState.AGREED, StatementState.PAID)


def statement_data(statement: InstitutionStatement) -> SheetData:
    """对账单: a statement with its lines; a draft until the agency confirmed it."""
    month, region = statement.period, statement.care_region
    is_sealed = statement.state in SEALED and statement.agency_at is not None
    names = {"经办确认": str(statement.agency_by or ""), "机构确认": statement.institution_contact}
    return SheetData(
        sheet=STATEMENT,
        organisation=agency_name(region),
        period=month.period,
        period_label=period_label(month.period),
        region=statement.institution_label,
        rows=tuple(_line_row(line) for line in lines_of(statement)),
        as_of=_drawn_at(month, region),
        prepared_on=timezone.localtime(statement.agency_at).date() if is_sealed else None,
        state_label=statement.get_state_display(),
        names=names if is_sealed else {},
        remarks=tuple(_remarks(statement)),
    )


def _line_row(line: StatementLine) -> Row:
    values: dict[str, Value] = {
        "insurance_type": line.get_insurance_type_display(),
        "care_kind": line.get_care_kind_display(),
    }
    return Row(f"{line.insurance_type}|{line.care_kind}", values | _figures(STATEMENT, line))


def _figures(sheet: Sheet, row: InstitutionStatement | StatementLine) -> dict[str, Value]:
    return {column.key: getattr(row, FIELDS[column.key]) for column in sheet.leaves if column.key in FIELDS}


def _remarks(statement: InstitutionStatement) -> Iterator[str]:
    yield (
        f"对账单编号 {statement.statement_no}　医药机构编号 {statement.institution_code}　"
        f"明细 {statement.records} 笔（人次已扣除退费）"
    )
    if statement.is_recovery:
        yield f"应付金额为负：须向机构追回 {yuan(-statement.payable_fen)} 元。"
    if statement.state == StatementState.VOIDED:
        yield "已作废：本月清算重开，以重新签发后的对账单为准。"
    items = deductions_of(statement)
    if items:
        told = "；".join(
            f"{item.get_kind_display()} {yuan(item.amount_fen)}（{item.record or '按机构'}，{item.reason}）"
            for item in items[:ITEMS_SHOWN]
        )
        more = f"；其余 {len(items) - ITEMS_SHOWN} 笔见扣款明细" if len(items) > ITEMS_SHOWN else ""
        yield f"扣款 {len(items)} 笔：{told}{more}。"
    if statement.state == StatementState.PAID:
        yield f"已结清：{statement.paid_on}，凭证 {statement.voucher_no}。"


def deductions_of(statement: InstitutionStatement) -> list[Deduction]:
    """The deductions behind a statement, by item; behind a voided one others may count by now: none."""
    if statement.state == StatementState.VOIDED:
        return []
    rows = cleared_deductions(statement.period).filter(
        care_region=statement.care_region_id, institution=statement.institution_id
    )
    return list(rows.select_related("record").order_by("deduction_no"))


# --- of a month ---------------------------------------------------------------------------------------------


def summary_data(by: object, narrow: object, month: ClearingPeriod, region: PoolingRegion) -> SheetData:
    """对账汇总表: a region's statements of a month, narrowed as the list is."""
    rows = statements_listed(by, narrow).order_by("statement_no")  # type: ignore[arg-type]
    return _of_region(SUMMARY, month, region, [_summary_row(row) for row in rows])


def _summary_row(row: InstitutionStatement) -> Row:
    values = {
        **_institution(row),
        "state": row.get_state_display(),
        "answered": str(row.institution_on or ""),
    }
    return Row(row.statement_no, values | _figures(SUMMARY, row))


def _institution(row: InstitutionStatement) -> dict[str, Value]:
    return {"institution_code": row.institution_code, "institution": row.institution_label}


def payments_data(month: ClearingPeriod, region: PoolingRegion, today: dt.date) -> SheetData:
    """付款清单: what is paid to whom and where; what institutions owe stands beside it and below."""
    found = list(payments_listed(region, month.period).order_by("statement_no"))
    accounts, owed = accounts_of(found, today), owed_by(found, month.period)
    rows = []
    for row in found:
        account = accounts.get(row.institution_id)
        values: dict[str, Value] = {
            **_institution(row),
            "account_name": account.account_name if account else "",
            "bank": account.bank if account else "",
            "account_no": account.account_no if account else "",
            "payable": row.payable_fen,
            "owed": owed.get(row.institution_id, 0),
            "paid_on": str(row.paid_on or ""),
            "voucher": row.voucher_no,
        }
        rows.append(Row(row.statement_no, values))
    return _of_region(PAYMENTS, month, region, rows, tuple(_owing(to_recover(region, month.period))))


def _owing(rows: Iterable[InstitutionStatement]) -> Iterator[str]:
    for row in rows:
        label = period_label(row.period.period)
        name = f"{row.institution_label}（{row.institution_code}）"
        yield f"待追回：{name}{label} {yuan(-row.payable_fen)} 元。"


def _of_region(
    sheet: Sheet,
    month: ClearingPeriod,
    region: PoolingRegion,
    rows: Sequence[Row],
    remarks: tuple[str, ...] = (),
) -> SheetData:
    signed = timezone.localtime(month.signed_at).date() if month.is_signed and month.signed_at else None
    return SheetData(
        sheet=sheet,
        organisation=agency_name(region),
        period=month.period,
        period_label=period_label(month.period),
        region=region.name,
        rows=tuple(rows),
        as_of=_drawn_at(month, region),
        prepared_on=signed,
        state_label=month.get_state_display(),
        remarks=remarks,
    )


def agency_name(region: PoolingRegion) -> str:
    """The agency of a region, which reconciles with its institutions."""
    agency = Agency.objects.filter(region=region).order_by("code").first()
    return agency.name if agency else region.name


def _drawn_at(month: ClearingPeriod, region: PoolingRegion) -> dt.datetime:
    """The moment that a file bears inside: of the drawing, else of the computing."""
    drawn = StatementDrawing.objects.filter(period=month, care_region=region).values_list(
        "drawn_at", flat=True
    )
    at = drawn.first() or month.computed_at
    assert at is not None  # only computed months have statements
    return at
