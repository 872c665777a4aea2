"""填表: sheets 16–18 of a year out of its stored lines, and what they say of each region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from agency.errors import DomainError
from agency.money import yuan
from agency.organisation.models import PoolingRegion
from agency.periods import period_label
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.sheets.declare import Value
from agency.sheets.filled import Row, SheetData
from settlement.clearing import rules as clearing
from settlement.clearing.rules import PLATFORM, Parties, Party
from settlement.year_end import rules
from settlement.year_end.models import YearEnd
from settlement.year_end.rules import YearLine, YearSide
from settlement.year_end.selectors import lines_stored, parties_kept, year_named
from settlement.year_end.sheets import LINE_COLUMNS, OF_PROVINCE, SHEETS
from settlement.year_end.states import YearState

NET_REMARK = "应收、应付为年终核定，已减去扣款；差额 = 年终核定 − 月度合计。"
PAID_REMARK = (
    "已收（付）：轧差抵减的和省级账户收付的；次年月份计入的本年费用由那些月份的通知书清算，视同已收（付）。"
)


@dataclass
class YearBook:
    """A year read once: its lines in the order of the sheets, and its parties as they were named."""

    year_end: YearEnd
    parties: Parties = field(init=False)
    lines: list[YearLine] = field(init=False)

    def __post_init__(self) -> None:
        self.parties = parties_kept(self.year_end)
        self.lines = sorted(
            lines_stored(self.year_end), key=lambda row: self.parties.line_order(row.line.key)
        )

    def side(self, region_id: int, code: str) -> list[YearLine]:
        """`in`: the region treated and is owed; `out`: it insures and owes."""
        return [row for row in self.lines if self._place(row, code) == region_id]

    def _place(self, row: YearLine, code: str) -> int:
        region_id = row.line.care_region_id if code == "in" else row.line.insured_region_id
        return PLATFORM.id if self.parties.party(region_id).is_outside else region_id


class RegionYear(NamedTuple):
    """A region's year: what it is owed and owes."""

    party: Party
    receivable: YearSide
    payable: YearSide

    @property
    def net_fen(self) -> int:
        return self.receivable.assessed_fen - self.payable.assessed_fen

    @property
    def open_fen(self) -> int:
        """未结: still to receive less still to pay."""
        return self.receivable.open_fen - self.payable.open_fen


def region_years(book: YearBook) -> list[RegionYear]:
    """A row of form 16 per pooling region, and one for the platform."""
    return [region_year(book, party) for party in [*book.parties.pooling, PLATFORM]]


def region_year(book: YearBook, party: Party) -> RegionYear:
    sides = (rules.side_of(book.side(party.id, code), as_care=code == "in") for code in ("in", "out"))
    return RegionYear(party, *sides)


def book_of(year: str) -> YearBook:
    """The computed year; DomainError with the reason why there are no sheets."""
    if not rules.is_year(year):
        raise DomainError("bad_period", f"“{year}”不是年度：请写成四位年份，如 2026。", field="period")
    year_end = year_named(year)
    if year_end is None or year_end.state == YearState.OPEN:
        raise DomainError("not_computed", f"{year}年的年终清算还没有计算，没有年终清算表。", field="period")
    return YearBook(year_end)


def party_in(book: YearBook, region: PoolingRegion) -> Party:
    """A region under the name it had; DomainError when it has no part in the year."""
    party = book.parties.by_id.get(region.pk)
    if party is None or party.is_outside:
        raise DomainError("not_in_month", f"{region}不是{book.year_end.label}的统筹区，没有它的年终清算表。")
    return party


def year_sheet(form: str, book: YearBook, region: Party | None) -> SheetData:
    """Form 16 of the province, 17 and 18 of a region; a draft until the year is closed."""
    if form not in SHEETS or (region is None) != (form in OF_PROVINCE):
        raise DomainError(
            "no_such_sheet", f"表 {form} 不是这样的年终清算表：表 16 是全省的，表 17、18 分统筹区。"
        )
    year_end = book.year_end
    rows = _net_rows(book) if region is None else _line_rows(form, book, region)
    at = year_end.closed_at or year_end.computed_at
    assert at is not None  # a constraint of the table: only computed years have sheets
    closed = year_end.closed_at
    return SheetData(
        sheet=SHEETS[form],
        organisation=year_end.names.get("organisation", ""),
        period=year_end.year,
        period_label=year_end.label,
        region=region.name if region is not None else "",
        rows=tuple(rows),
        as_of=at,
        prepared_on=timezone.localtime(closed).date() if closed else None,
        state_label=year_end.get_state_display(),
        names={
            "制表人": year_end.names.get("prepared_by", ""),
            "负责人": year_end.names.get("closed_by", ""),
        },
        remarks=_remarks(form, year_end),
    )


def all_year_sheets(book: YearBook) -> Iterator[tuple[str, Party | None, SheetData]]:
    """Every sheet of a year."""
    yield "16", None, year_sheet("16", book, None)
    for party in book.parties.pooling:
        for form in ("17", "18"):
            yield form, party, year_sheet(form, book, party)


def _remarks(form: str, year_end: YearEnd) -> tuple[str, ...]:
    first = NET_REMARK if form == "16" else PAID_REMARK
    late = year_end.late_through
    told = f"次年计入的本年费用算到{period_label(late)}。" if late else "没有计入次年月份的费用。"
    return (first, told)


def _net_rows(book: YearBook) -> Iterator[Row]:
    for row in region_years(book):
        net = row.net_fen
        values: dict[str, Value] = {
            "region": row.party.name,
            "net": net,
            "word": "收" if net > 0 else "付" if net < 0 else "",
        }
        for code, side in (("in", row.receivable), ("out", row.payable)):
            values |= _side(code, side, clearing.side_of(r.line for r in book.side(row.party.id, code)))
        yield Row(row.party.code, values, apart=row.party is PLATFORM)


def _side(prefix: str, side: YearSide, kinds: clearing.Side) -> dict[str, Value]:
    return {
        f"{prefix}_employee_cases": kinds.employee_cases,
        f"{prefix}_employee": kinds.employee_fen,
        f"{prefix}_resident_cases": kinds.resident_cases,
        f"{prefix}_resident": kinds.resident_fen,
        f"{prefix}_monthly": side.monthly_fen,
        f"{prefix}_assessed": side.assessed_fen,
        f"{prefix}_difference": side.difference_fen,
        f"{prefix}_deducted": side.deduction_fen,
    }


def _line_rows(form: str, book: YearBook, region: Party) -> Iterator[Row]:
    code = "in" if form == "17" else "out"
    for row in book.side(region.id, code):
        line = row.line
        other = book.parties.party(line.insured_region_id if code == "in" else line.care_region_id)
        settled = row.received_fen if code == "in" else row.paid_fen
        values: dict[str, Value] = {
            "counterpart": other.name,
            "insurance_type": InsuranceType(line.insurance_type).label,
            "care_kind": CareKind(line.care_kind).label,
            "monthly": row.monthly_fen,
            "settled": settled,
            "open": line.due_fen - settled,
        }
        values |= {column: getattr(line, name) for column, name in LINE_COLUMNS.items()}
        yield Row(f"{other.code}|{line.insurance_type}|{line.care_kind}", values)


# --- what must hold before a sheet is given out -------------------------------------------------------------


def require_year_adds_up(book: YearBook) -> None:
    """Σ应收 = Σ应付, and the lines are those that were computed; DomainError otherwise."""
    rows = region_years(book)
    receivable = sum(row.receivable.assessed_fen for row in rows)
    payable = sum(row.payable.assessed_fen for row in rows)
    year_end = book.year_end
    digest = rules.digest_of([rules.lines_digest(book.lines), year_end.late_through])
    if receivable == payable == year_end.assessed_fen and digest == year_end.digest:
        return
    told = f"应收 {yuan(receivable)}，应付 {yuan(payable)}，计算时 {yuan(year_end.assessed_fen)}"
    raise DomainError(
        "does_not_add_up", f"{year_end.label}年终清算账不平（{told}），没有出表。请先核对账目。"
    )
