"""图表: which pictures a month has, for the province and for one region, filled from its stored lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Sum

from agency.periods import first_day
from agency.policy.care import CareKind
from settlement.clearing.filling import MonthBook, matrix_in
from settlement.clearing.matrix import Matrix
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.pictures import Grid, Pair, Picture, heat_map, lying_bars, standing_bars
from settlement.clearing.rules import Line, Party
from settlement.clearing.sheets import PAYABLE, RECEIVABLE
from settlement.clearing.states import PeriodState

MONTHS = 12
BOTH = (RECEIVABLE, PAYABLE)
WHOLE = ("应收 = 应付",)


def pictures_of(book: MonthBook, party: Party | None) -> list[Picture]:
    """Who owes whom, the month by kind of care, months in a row: of the province, or of one region.

    `book` is the whole month. Two queries at most, for the earlier months.
    """
    matrix = matrix_in(book)
    pairs = months_in_a_row(book.month, party)
    if party is None:
        return [
            heat_map("pic-owed", "谁应付谁", _grid(matrix)),
            lying_bars("pic-kinds", "本月按医疗类别", _kinds(book.lines, None), WHOLE),
            standing_bars("pic-months", "各月清算金额", pairs, WHOLE),
        ]
    return [
        lying_bars("pic-owed", f"{party.name}与各方的应收、应付", _counterparts(matrix, party), BOTH),
        lying_bars("pic-kinds", "本月按医疗类别", _kinds(book.lines, party), BOTH),
        standing_bars("pic-months", f"{party.name}各月应收、应付", pairs, BOTH),
    ]


def _grid(matrix: Matrix) -> Grid:
    parties = matrix.parties
    rows = tuple(tuple(matrix.amount(insured, care) for care in parties) for insured in parties)
    return Grid(tuple(party.name for party in parties), rows)


def _counterparts(matrix: Matrix, party: Party) -> list[Pair]:
    pairs = (
        Pair(other.name, matrix.amount(other, party), matrix.amount(party, other))
        for other in matrix.parties
        if other.id != party.id
    )
    return [pair for pair in pairs if pair.receivable or pair.payable]


def _kinds(lines: Iterable[Line], party: Party | None) -> list[Pair]:
    """The kinds of care that occur, in their order; the whole province has one amount, owed and due."""
    lines = list(lines)
    found = []
    for kind in CareKind:
        own = [line for line in lines if line.care_kind == kind]
        receivable = [line for line in own if party is None or line.care_region_id == party.id]
        payable = [line for line in own if party is not None and line.insured_region_id == party.id]
        if receivable or payable:
            cases = sum(line.cases for line in (*receivable, *payable))
            note = f"{cases:,} 人次"
            found.append(Pair(str(kind.label), _due(receivable), _due(payable), note))
    return found


def _due(lines: Iterable[Line]) -> int:
    return sum(line.due_fen for line in lines)


def months_in_a_row(month: ClearingPeriod, party: Party | None) -> list[Pair]:
    """This month and up to eleven computed ones before it, oldest first."""
    rows = ClearingPeriod.objects.filter(period__lte=month.period).exclude(state=PeriodState.OPEN)
    months = sorted(rows.order_by("-period")[:MONTHS], key=lambda row: row.period)
    if party is None:
        return [_month(row, row.receivable_fen, row.payable_fen) for row in months]
    owed = _by_month(months, care_region=party.id)
    owing = _by_month(months, insured_region=party.id)
    return [_month(row, owed(row), owing(row)) for row in months]


def _by_month(months: list[ClearingPeriod], **side: int) -> Callable[[ClearingPeriod], int]:
    rows = ClearingLine.objects.filter(period__in=[month.pk for month in months], **side)
    sums = dict(rows.order_by().values("period").annotate(due=Sum("due_fen")).values_list("period", "due"))
    return lambda month: int(sums.get(month.pk, 0))


def _month(month: ClearingPeriod, receivable: int, payable: int) -> Pair:
    day = first_day(month.period)
    name = f"{day.year}.{day.month}" if day.month == 1 else f"{day.month} 月"
    return Pair(name, receivable, payable, "" if month.is_signed else month.get_state_display())
