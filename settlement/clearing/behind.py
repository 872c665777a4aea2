"""明细追溯: what stands behind one figure of a sheet: which lines, records, deductions, held cases.

A figure is a sum over one or more parts of the month (a party as care side, as insured side), each narrowed
by counterpart, insurance type and kind of care as its row says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet, Sum

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion, RegionKind
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.sheets.declare import Column, Kind
from settlement.clearing import rules
from settlement.clearing.filling import TYPE_OF_FORM
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import FUNDS, Parties, Party
from settlement.clearing.selectors import (
    NET_CASES,
    cleared_deductions,
    cleared_records,
    lines_sum,
    parties_of,
)
from settlement.clearing.sheets import DIRECTIONS, SHEETS, fields_of
from settlement.deductions.models import Deduction, DeductionKind
from settlement.holding.models import HeldCase
from settlement.holding.selectors import Carry, carries_of
from settlement.records.models import SettlementRecord

OF_RECORDS = ("total_fee_fen", "in_scope_fen", "fund_total_fen", "personal_account_pay_fen", *FUNDS)
NETTED = ("due_fen",)
NET, OF_NET = "net", "10"  # a region's 轧差, as its notice says: sheet 10 less 11; asked of sheet 10
CARRIED = ("carried_in_fen", "carried_out_fen")
OUTSIDE = {"in": Q(care_region__kind=RegionKind.OUTSIDE), "out": Q(insured_region__kind=RegionKind.OUTSIDE)}
TYPE_PREFIXES = {"employee": InsuranceType.EMPLOYEE, "resident": InsuranceType.RESIDENT}


@dataclass(frozen=True)
class HeldBehind:
    """A held case behind a figure, and what it carries into and out of the month."""

    case: HeldCase
    carry: Carry

    @property
    def insured_region(self) -> PoolingRegion:
        return self.case.insured_region

    @property
    def care_region(self) -> PoolingRegion:
        return self.case.care_region


Counted = SettlementRecord | Deduction | HeldBehind


@dataclass(frozen=True)
class Part:
    """One addend of a figure: `sign` times the sum over one side of one party, narrowed as the row says.

    `side` is `in` (the party treated and is owed) or `out` (it insures and owes); no party: all of them, or
    (`only`) what of all of them is this one's.
    """

    sign: int
    side: str
    party: Party | None
    narrowed: Q
    only: Party | None = None

    @property
    def where(self) -> Q:
        """What it chooses of lines, records and deductions alike."""
        if self.party is None:
            return self.narrowed
        if self.party is rules.PLATFORM:
            return self.narrowed & OUTSIDE[self.side]
        return self.narrowed & _side_of(self.side, self.party.id)

    def holds(self, item: Counted) -> bool:
        """Whether something that the figure counts belongs to this part of it."""
        region = item.care_region if self.side == "in" else item.insured_region
        party = self.party or self.only
        if party is None:
            return True
        return region.is_outside if party is rules.PLATFORM else region.pk == party.id


@dataclass(frozen=True)
class Figure:
    """One figure of a sheet. `fields` are the fields of a line that it adds up."""

    column: Column
    label: str
    parts: tuple[Part, ...]
    fields: tuple[str, ...]

    @property
    def where(self) -> Q:
        return reduce(or_, (part.where for part in self.parts))

    @property
    def is_count(self) -> bool:
        return self.column.kind is Kind.COUNT

    @property
    def has_records(self) -> bool:
        return any(name == "cases" or name in OF_RECORDS + NETTED for name in self.fields)

    @property
    def has_deductions(self) -> bool:
        return any(name in ("deduction_fen", *NETTED) for name in self.fields)

    @property
    def has_held(self) -> bool:
        return any(name in CARRIED + NETTED for name in self.fields)


@dataclass(frozen=True)
class FigureProof:
    """The figure as the lines have it, and as the records and deductions behind it add up."""

    stored: int
    added: int

    @property
    def holds(self) -> bool:
        return self.stored == self.added


def figure_behind(
    form: str, month: ClearingPeriod, region: Party | None, row_key: str, column_key: str
) -> Figure:
    """The figure of a row ("" is the total, the start of a key a sub-total) and a column of forms 9–13."""
    leaves = SHEETS["9" if (form, column_key) == (OF_NET, NET) else form].leaves
    column = next((c for c in leaves if c.key == column_key and c.is_totalled), None)
    if column is None or form == "14":
        raise DomainError("no_such_figure", f"表 {form} 没有“{column_key[:20]}”这一列数字。")
    parties = parties_of(month)
    if form == "9":
        return _of_net_sheet(parties, row_key, column)
    assert region is not None
    return _of_region_sheet(form, parties, region, row_key, column)


def _of_net_sheet(parties: Parties, row_key: str, column: Column) -> Figure:
    prefix, _, rest = column.key.partition("_")
    narrowed = Q()
    for start, insurance_type in TYPE_PREFIXES.items():
        if rest.startswith(start):
            narrowed = Q(insurance_type=insurance_type)
    party = coded(parties, row_key) if row_key else None
    signs = {"in": 1, "out": -1} if prefix == "net" else {prefix: 1}
    parts = tuple(Part(sign, side, party, narrowed) for side, sign in signs.items())
    fields = {"employee_cases": "cases", "resident_cases": "cases", "deducted": "deduction_fen"}
    label = f"{party.name if party else '合计'} · {column.heading}"
    return Figure(column, label, parts, (fields.get(rest, "due_fen"),))


def _side_of(side: str, region_id: int) -> Q:
    """`in`: the region treated and is owed; `out`: it insures and owes."""
    return Q(care_region=region_id) if side == "in" else Q(insured_region=region_id)


def _of_region_sheet(form: str, parties: Parties, region: Party, row_key: str, column: Column) -> Figure:
    names: list[str] = []
    words = [word for word in row_key.split("|") if word]
    sides = ["in" if form == "10" else "out"]
    is_net = column.key == NET
    narrowed = Q(insurance_type=TYPE_OF_FORM[form]) if form in TYPE_OF_FORM else Q()
    if form in TYPE_OF_FORM or is_net:
        sides = list(DIRECTIONS)
    for word in words:
        if word in DIRECTIONS:
            sides = [word]
            names.append(DIRECTIONS[word])
        elif word in InsuranceType.values:
            narrowed &= Q(insurance_type=word)
            names.append(str(InsuranceType(word).label))
        elif word in CareKind.values:
            narrowed &= Q(care_kind=word)
            names.append(str(CareKind(word).label))
        else:
            other = coded(parties, word)
            narrowed &= _counterpart(other, sides)
            names.append(other.name)
    parts = tuple(Part(-1 if is_net and side == "out" else 1, side, region, narrowed) for side in sides)
    label = f"{region.name} · {' '.join(names) or '合计'} · {column.title}"
    return Figure(column, label, parts, NETTED if is_net else fields_of(form, column.key))


def _counterpart(other: Party, sides: list[str]) -> Q:
    if other is not rules.PLATFORM:
        return Q(insured_region=other.id) | Q(care_region=other.id)
    return reduce(or_, (OUTSIDE["out" if side == "in" else "in"] for side in sides))


def coded(parties: Parties, code: str) -> Party:
    """The party of a code, or of the platform's; DomainError when the month has none."""
    if code == rules.PLATFORM_CODE:
        return rules.PLATFORM
    party = next((party for party in parties.ordered if party.code == code), None)
    if party is None:
        raise DomainError("no_such_figure", "这张表没有这一行，请回到表上重新点数字。")
    return party


# --- what is behind -----------------------------------------------------------------------------------------


def records_behind(figure: Figure, month: ClearingPeriod) -> QuerySet[SettlementRecord]:
    """The records that the figure counts, in no order."""
    rows = cleared_records(month).filter(figure.where)
    return rows if figure.has_records else rows.none()


def deductions_behind(figure: Figure, month: ClearingPeriod) -> QuerySet[Deduction]:
    """The deductions that the figure counts."""
    rows = cleared_deductions(month).filter(figure.where)
    return rows if figure.has_deductions else rows.none()


def held_behind(figure: Figure, month: ClearingPeriod) -> list[HeldBehind]:
    """The held cases whose carrying the figure counts, in the order of their numbers."""
    if not figure.has_held:
        return []
    carries = {carry.held_no: carry for carry in carries_of(month.period)}
    rows = HeldCase.objects.filter(figure.where, held_no__in=carries).order_by("held_no")
    named = rows.select_related("insured_region", "care_region", "region")
    return [HeldBehind(case, carries[case.held_no]) for case in named]


def deductions_of_row(month: ClearingPeriod, region: Party, row_key: str) -> QuerySet[Deduction]:
    """What a row, a sub-total (`direction|kind`) or the total of form 14 lists."""
    side, _, rest = row_key.partition("|")
    rows = cleared_deductions(month)
    chosen = (
        _side_of(side, region.id)
        if side in DIRECTIONS
        else _side_of("in", region.id) | _side_of("out", region.id)
    )
    if rest in DeductionKind.values:
        return rows.filter(chosen, kind=rest)
    return rows.filter(chosen, deduction_no=rest) if rest else rows.filter(chosen)


def proof_of(figure: Figure, month: ClearingPeriod) -> FigureProof:
    """Add the figure up twice: from the stored lines, and from the records, deductions and held cases."""
    stored = 0
    added = sum(contribution(figure, item) for item in held_behind(figure, month))
    for part in figure.parts:
        sums = lines_sum(month, part.where)
        stored += part.sign * sum(sums[name] for name in figure.fields)
        added += part.sign * sum(_added(month, part.where, name) for name in figure.fields)
    return FigureProof(stored, added)


def _added(month: ClearingPeriod, where: Q, name: str) -> int:
    """One field of a line, from the records and deductions behind it."""
    records = cleared_records(month).filter(where)
    deductions = cleared_deductions(month).filter(where)
    if name in CARRIED:
        return 0
    if name == "cases":
        return int(records.aggregate(n=NET_CASES)["n"] or 0)
    if name == "records":
        return int(records.aggregate(n=Count("pk"))["n"])
    deducted = int(deductions.aggregate(n=Sum("amount_fen"))["n"] or 0)
    if name == "deduction_fen":
        return deducted
    if name == "due_fen":
        paid = records.aggregate(fund=Sum("fund_total_fen"), account=Sum("personal_account_pay_fen"))
        return int(paid["fund"] or 0) + int(paid["account"] or 0) - deducted
    return int(records.aggregate(n=Sum(name))["n"] or 0)


def contribution(figure: Figure, item: Counted) -> int:
    """What one record, deduction or held case adds to the figure."""
    amount = sum(_amount(item, name) for name in figure.fields)
    return sum(part.sign * amount for part in figure.parts if part.holds(item))


def _amount(item: Counted, name: str) -> int:
    if isinstance(item, HeldBehind):
        into, out = item.carry.carried_in_fen, item.carry.carried_out_fen
        return {"carried_in_fen": into, "carried_out_fen": out, "due_fen": into - out}.get(name, 0)
    if isinstance(item, Deduction):
        return {"deduction_fen": item.amount_fen, "due_fen": -item.amount_fen}.get(name, 0)
    if name == "cases":
        return -1 if item.is_reversal else 1
    if name == "due_fen":
        return item.fund_total_fen + item.personal_account_pay_fen
    return int(getattr(item, name)) if name in OF_RECORDS else 0
