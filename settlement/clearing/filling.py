"""填表: the clearing sheets of a month, filled in from its stored lines and deductions, or from a version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.utils import timezone

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion
from agency.periods import period_label
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.sheets.declare import Value
from agency.sheets.digest import digest
from agency.sheets.filled import Row, SheetData
from settlement.clearing import rules
from settlement.clearing.matrix import Matrix, matrix_of, matrix_sheet, own_sheet
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import DeductionRow, Line, Parties, Party, Side
from settlement.clearing.selectors import deduction_rows, lines_of, parties_of
from settlement.clearing.sheets import (
    DIRECTIONS,
    OF_REGION,
    SHEETS,
    fields_of,
)
from settlement.clearing.states import PeriodState
from settlement.clearing.version_models import MonthVersion
from settlement.clearing.versions import deductions_then, lines_then, month_then
from settlement.deductions.models import DeductionKind

TYPE_OF_FORM = {"12": InsuranceType.EMPLOYEE, "13": InsuranceType.RESIDENT}
NET_REMARK = "应收、应付金额已减去扣款；扣款两列只作说明，轧差不再减。"


@dataclass
class MonthBook:
    """One month read once: its row, parties and lines; of all regions, or of those lines that touch one.

    With a `version` everything is as it was then, `month` too.
    """

    month: ClearingPeriod
    region: PoolingRegion | Party | None = None
    version: MonthVersion | None = None
    parties: Parties = field(init=False)
    lines: list[Line] = field(init=False)

    def __post_init__(self) -> None:
        if self.version is not None:
            self.month = month_then(self.version)
        if self.month.state == PeriodState.OPEN:
            label = period_label(self.month.period)
            raise DomainError("not_computed", f"{label}还没有计算，没有清算表可看；请先由省级计算。")
        self.parties = parties_of(self.month)
        self.lines = sorted(self._lines(), key=lambda line: self.parties.line_order(line.key))

    def _lines(self) -> list[Line]:
        if self.version is not None:
            return [line for line in lines_then(self.version) if self._touches(line)]
        return lines_of(self.month, PoolingRegion(pk=self.region.id) if self.region is not None else None)

    def _touches(self, row: Line | DeductionRow) -> bool:
        """Whether a line or deduction is one of the region that the book was read for."""
        return self.region is None or self.region.id in (row.insured_region_id, row.care_region_id)

    @cached_property
    def deductions(self) -> list[DeductionRow]:
        """The month's deductions, or those of the region's lines."""
        if self.version is not None:
            return [row for row in deductions_then(self.version) if self._touches(row)]
        return deduction_rows(self.month, self.region.id if self.region is not None else None)


def sheet_data(
    form: str, month: ClearingPeriod, region: PoolingRegion | Party | None, book: MonthBook | None = None
) -> SheetData:
    """One clearing sheet: form 9 of the province, 10–14 of a region.

    Signed: 编制日期 is the day of the signature; unsigned: 草稿, no date. What the file bears inside is the
    moment of signing, or of computing. DomainError when the month has not been computed.
    """
    if (region is None) == (form in OF_REGION) or form not in SHEETS:
        raise DomainError("no_such_sheet", _no_such_sheet(form))
    book = book or MonthBook(month, region)
    month = book.month
    rows = _net_rows(book) if region is None else _region_rows(form, book, region.id)
    at = month.signed_at if month.is_signed else month.computed_at
    assert at is not None  # a constraint of the table, and the book refuses an open month
    data = SheetData(
        sheet=SHEETS[form],
        organisation=month.names.get("organisation", ""),
        period=month.period,
        period_label=period_label(month.period),
        region=region.name if region is not None else "",
        rows=tuple(rows),
        as_of=at,
        prepared_on=_day(month.signed_at) if month.is_signed else None,
        state_label=month.get_state_display(),
        names={"制表人": month.names.get("prepared_by", ""), "负责人": month.names.get("signed_by", "")},
        remarks=_remarks(form, month, book.version),
    )
    return data if region is not None else replace(data, annexes=(matrix_sheet(data, matrix_in(book)),))


def matrix_in(book: MonthBook) -> Matrix:
    """Who owes whom in the month of a book; of a region's own book only its row and column."""
    return matrix_of(book.lines, book.parties)


def matrix_data(month: ClearingPeriod, region: Party | None, book: MonthBook | None = None) -> SheetData:
    """The matrix of the whole province, or a region's own row and column, as a sheet."""
    book = book or MonthBook(month, region)
    if region is None:
        return sheet_data("9", month, None, book).annexes[0]
    return own_sheet(sheet_data("10", month, region, book), matrix_in(book), region)


def party_named_as_then(month: ClearingPeriod, region: PoolingRegion) -> Party:
    """A region under the name it had when the month was computed; DomainError when it has no part in it."""
    party = parties_of(month).by_id.get(region.pk)
    if party is None or party.is_outside:
        label = period_label(month.period)
        raise DomainError("not_in_month", f"{region}不是{label}清算的统筹区，没有它的清算表。")
    return party


def region_sheets(book: MonthBook, region: Party) -> list[SheetData]:
    """The sheets that a region confirms: 10–14."""
    return [sheet_data(form, book.month, region, book) for form in OF_REGION]


def region_digest(book: MonthBook, region: Party) -> str:
    """What a region confirms: one digest over its sheets 10–14."""
    return sheets_digest(region_sheets(book, region), region)


def sheets_digest(sheets: list[SheetData], region: Party) -> str:
    """One digest over the sheets of a region."""
    return rules.sheets_digest((data.sheet.form, region.code, digest(data)) for data in sheets)


def all_sheets(book: MonthBook) -> Iterator[tuple[str, Party | None, SheetData]]:
    """Every sheet of a month: form 9, then 10–14 of each region."""
    yield "9", None, sheet_data("9", book.month, None, book)
    for party in book.parties.pooling:
        for form in OF_REGION:
            yield form, party, sheet_data(form, book.month, party, book)


def _no_such_sheet(form: str) -> str:
    if form not in SHEETS:
        return f"没有清算表 {form}：月度清算有表 9 至表 14。"
    if form in OF_REGION:
        return f"表 {form} 是统筹区的表，请指明统筹区。"
    return "表 9 是全省的表，不分统筹区。"


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localtime(moment).date() if moment else None


def _remarks(form: str, month: ClearingPeriod, version: MonthVersion | None) -> tuple[str, ...]:
    found = (
        [f"本表为{version.label}，{timezone.localtime(version.at):%Y-%m-%d %H:%M} 所知。"] if version else []
    )
    if form == "9":
        found.append(NET_REMARK)
        if month.local_cases:
            found.append(f"另有参保地与就医地相同（或不算异地）的明细 {month.local_cases} 笔，不参加清算。")
    return tuple(found)


# --- rows ---------------------------------------------------------------------------------------------------


def _net_rows(book: MonthBook) -> Iterator[Row]:
    for row in rules.net(book.lines, book.parties):
        values: dict[str, Value] = {"region": row.party.name, "net": row.net_fen, "word": row.word}
        values |= _side("in", row.receivable) | _side("out", row.payable)
        yield Row(row.party.code, values, apart=row.party is rules.PLATFORM)


def _side(prefix: str, side: Side) -> dict[str, Value]:
    return {
        f"{prefix}_employee_cases": side.employee_cases,
        f"{prefix}_employee": side.employee_fen,
        f"{prefix}_resident_cases": side.resident_cases,
        f"{prefix}_resident": side.resident_fen,
        f"{prefix}_sum": side.sum_fen,
        f"{prefix}_deducted": side.deduction_fen,
    }


def _region_rows(form: str, book: MonthBook, region_id: int) -> Iterator[Row]:
    if form == "14":
        yield from _deduction_rows(book, region_id)
    elif form in TYPE_OF_FORM:
        lines = [line for line in book.lines if line.insurance_type == TYPE_OF_FORM[form]]
        for code in DIRECTIONS:
            yield from _line_rows(form, book.parties, _of_side(lines, code, region_id), code)
    else:
        code = "in" if form == "10" else "out"
        yield from _line_rows(form, book.parties, _of_side(book.lines, code, region_id), code)


def _of_side(lines: list[Line], code: str, region_id: int) -> list[Line]:
    """`in`: the region treated and is owed; `out`: it insures and owes. In the order of the sheets."""
    if code == "in":
        return [line for line in lines if line.care_region_id == region_id]
    return [line for line in lines if line.insured_region_id == region_id]


def _line_rows(form: str, parties: Parties, lines: list[Line], code: str) -> Iterator[Row]:
    columns = [column.key for column in SHEETS[form].leaves if fields_of(form, column.key)]
    for line in lines:
        other = parties.party(line.insured_region_id if code == "in" else line.care_region_id)
        parts = [other.code, line.insurance_type, line.care_kind]
        values: dict[str, Value] = {
            "direction": DIRECTIONS[code],
            "counterpart": other.name,
            "insurance_type": InsuranceType(line.insurance_type).label,
            "care_kind": CareKind(line.care_kind).label,
        }
        for column in columns:
            values[column] = sum(getattr(line, name) for name in fields_of(form, column))
        if form in TYPE_OF_FORM:
            parts = [code, other.code, line.care_kind]
        yield Row("|".join(parts), values)


def _deduction_rows(book: MonthBook, region_id: int) -> Iterator[Row]:
    found = []
    for item in book.deductions:
        for code, own, other in (
            ("in", item.care_region_id, item.insured_region_id),
            ("out", item.insured_region_id, item.care_region_id),
        ):
            if own == region_id:
                found.append((code, book.parties.party(other), item))
    found.sort(key=lambda row: (row[0], *_deduction_order(book, row[1], row[2])))
    for code, counterpart, item in found:
        yield Row(
            f"{code}|{item.deduction_no}",
            {
                "direction": DIRECTIONS[code],
                "counterpart": counterpart.name,
                "institution_code": item.institution_code,
                "institution": item.institution,
                "insurance_type": InsuranceType(item.insurance_type).label,
                "care_kind": CareKind(item.care_kind).label,
                "settlement_no": item.settlement_no,
                "kind": DeductionKind(item.kind).label,
                "reason": item.reason,
                "amount": item.amount_fen,
            },
        )


def _deduction_order(book: MonthBook, other: Party, item: DeductionRow) -> tuple[object, ...]:
    return (
        rules.TYPE_ORDER[item.insurance_type],
        book.parties.place(other.id),
        rules.KIND_ORDER[item.care_kind],
        item.institution_code,
        item.settlement_no,
        item.deduction_no,
    )
