"""导出: cases as a file in the very columns that are imported, so that an export can come back in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from agency.masking import mask_id
from agency.policy.insurance import InsuranceType
from agency.tabular.write import Kind, TableColumn, Target, Value, write_csv, write_xlsx
from settlement.records.columns import AMOUNTS, COLUMNS
from settlement.records.content import AMOUNT_FIELDS
from settlement.records.models import SettlementRecord
from settlement.records.reference import AccountInside
from settlement.records.rules import ACCOUNT, FUND_TOTAL
from settlement.records.selectors import holding

SHANGHAI = ZoneInfo("Asia/Shanghai")

_TEXTS = (
    "settlement_no", "cert_type", "cert_no", "person_name", "insurance_type", "insured_area_code",
    "care_area_code", "institution__code", "care_type_code", "settled_at",
)  # fmt: skip
_REST = (
    "person_no", "institution__name", "admitted_on", "discharged_on", "is_reversal", "reverses_no",
    "medical_record_no", "diagnosis",
)  # fmt: skip
_FIELDS = _TEXTS + AMOUNT_FIELDS + _REST
_SETTLED_AT, _INSURANCE, _REVERSAL, _CERT_NO = map(
    _FIELDS.index, ("settled_at", "insurance_type", "is_reversal", "cert_no")
)
_INSURANCE_LABELS = {choice.value: choice.label for choice in InsuranceType}
_KINDS: dict[str, Kind] = {"结算时间": "moment", "入院日期": "date", "出院日期": "date"}


def _kind(index: int, name: str) -> Kind:
    if index in range(AMOUNTS.start, AMOUNTS.stop):
        return "money"
    return _KINDS.get(name, "text")


EXPORT_COLUMNS = [TableColumn(column.name, _kind(index, column.name)) for index, column in enumerate(COLUMNS)]


def exported_rows(
    records: QuerySet[SettlementRecord], *, masked: bool, inside: AccountInside
) -> Iterator[tuple[int, list[Value]]]:
    """Key and cells of each row, in the order of the import's columns, newest first; `masked` hides the
    middle of identity numbers. Of a corrected case only what holds now comes, so that the file can come back
    in and changes nothing [P].

    Where a region delivers 个人账户 inside 基金支付总额, it is put back in, as it was delivered.
    """
    fund, account = _FIELDS.index(AMOUNT_FIELDS[FUND_TOTAL]), _FIELDS.index(AMOUNT_FIELDS[ACCOUNT])
    rows = holding(records).order_by("-id").values_list(*_FIELDS, "insured_region_id", "pk")
    for *row, insured_region, key in rows.iterator(chunk_size=2000):
        settled_at: dt.datetime = row[_SETTLED_AT].astimezone(SHANGHAI).replace(tzinfo=None)
        row[_SETTLED_AT] = settled_at
        row[_INSURANCE] = _INSURANCE_LABELS[row[_INSURANCE]]
        row[_REVERSAL] = "1" if row[_REVERSAL] else "0"
        if masked:
            row[_CERT_NO] = mask_id(row[_CERT_NO])
        if inside(insured_region, settled_at.date()):
            row[fund] += row[account]
        yield key, row


def write_file(
    target: Target, records: QuerySet[SettlementRecord], kind: str, *, masked: bool, at: dt.datetime
) -> int:
    """The cases as `csv` (UTF-8 with BOM) or `xlsx` (what one sheet cannot hold on further ones); how many.

    Rows go from the database to the file one by one, however many there are.
    """
    rows = (cells for _, cells in exported_rows(records, masked=masked, inside=AccountInside()))
    if kind == "csv":
        return write_csv(target, EXPORT_COLUMNS, rows)
    most = holding(records).order_by().count()
    return write_xlsx(target, "结算明细", EXPORT_COLUMNS, rows, at=at, most_rows=most)
