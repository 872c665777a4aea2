"""What must always hold of statements: figures, sums, and that paid ones were confirmed by both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, Sum

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing.changes import Changes, changes_since
from settlement.clearing.counting import without
from settlement.clearing.models import ClearingLine
from settlement.statements.drawing import OF_DEDUCTIONS, OF_RECORDS, sums_by
from settlement.statements.models import InstitutionStatement, StatementDrawing, StatementLine
from settlement.statements.rules import FIGURES, payable
from settlement.statements.selectors import computed_seq, is_current
from settlement.statements.states import LIVE, StatementState

BEHIND = "对账单等于明细与扣款"
LINES = "对账单等于分项之和"
SHEET = "对账单合计等于收款清算表"
PAID = "结清的对账单经双方确认"
KEYS = ("care_region_id", "institution_id")
LABELS = {field.name: str(field.verbose_name) for field in InstitutionStatement._meta.fields}
OF_SHEET = ("fund_total_fen", "personal_account_pay_fen", "deduction_fen")
Figures = dict[tuple[int, ...], list[int]]


def _drawings(period: str | None) -> Iterator[tuple[list[StatementDrawing], Changes]]:
    """The drawings that rest on the month as it was computed last, month by month, with what came since."""
    rows = StatementDrawing.objects.filter(draw_no__gt=0).select_related("period", "care_region")
    rows = rows.order_by("period__period", "care_region__position")
    months: dict[int, list[StatementDrawing]] = {}
    for drawing in rows.filter(period__period=period) if period else rows:
        months.setdefault(drawing.period_id, []).append(drawing)
    for drawings in months.values():
        month = drawings[0].period
        seq, changes = computed_seq(month.period), changes_since(month)
        current = [drawing for drawing in drawings if is_current(drawing, seq)]
        if current and not changes.cannot_tell:  # what was undone or moved waits to be computed
            yield current, changes


@CHECKS.register(BEHIND, order=520)
def statements_are_what_is_behind(period: str | None) -> Iterator[Broken]:
    """Each statement is what the records and deductions of its institution add up to; none is missing."""
    for drawings, changes in _drawings(period):
        stored = _stored(drawings)
        behind = _behind(drawings, changes)
        names = {drawing.care_region_id: str(drawing.care_region) for drawing in drawings}
        for key in sorted({*stored, *behind}):
            subject = f"{drawings[0].period} {names[key[0]]} 机构 {key[1]}"
            number, figures = stored.get(key, (subject, None))
            difference = _difference(figures, behind.get(key))
            if difference:
                yield Broken(BEHIND, number, difference)


def _stored(drawings: list[StatementDrawing]) -> dict[tuple[int, ...], tuple[str, list[int]]]:
    rows = InstitutionStatement.objects.live().filter(
        period=drawings[0].period_id, care_region__in=[drawing.care_region_id for drawing in drawings]
    )
    found = rows.order_by().values_list(*KEYS, "statement_no", *FIGURES)
    return {tuple(row[:2]): (row[2], list(row[3:])) for row in found}


def _behind(drawings: list[StatementDrawing], changes: Changes) -> Figures:
    """What is behind, less what arrived since the month was computed."""
    ids = [drawing.care_region_id for drawing in drawings]
    records, deductions = sums_by(KEYS, drawings[0].period, ids)
    found: Figures = {}
    places = {name: place for place, name in enumerate(FIGURES)}
    for rows, names, arrived in (
        (records, OF_RECORDS, changes.records),
        (deductions, OF_DEDUCTIONS, changes.deductions),
    ):
        for row in without(rows, arrived):
            figures = found.setdefault(tuple(row[:2]), [0] * len(FIGURES))
            for name, value in zip(names, row[2:], strict=True):
                figures[places[name]] = int(value)
    for figures in found.values():
        figures[-1] = payable(*(figures[places[name]] for name in OF_SHEET))
    return found


def _difference(stored: list[int] | None, behind: list[int] | None) -> str:
    if stored is None:
        return "缺对账单，却有明细或扣款"
    if behind is None:
        return "有对账单，却没有明细和扣款"
    return _told(zip(FIGURES, stored, behind, strict=True), "明细合计")


def _told(rows: Any, against: str) -> str:
    """What differs: 应付金额记为 1.00，明细合计 2.00."""
    return "、".join(
        f"{LABELS[name]}记为 {_shown(name, was)}，{against} {_shown(name, now)}"
        for name, was, now in rows
        if was != now
    )


def _shown(name: str, value: int) -> str:
    return yuan(value) if name.endswith("_fen") else str(value)


@CHECKS.register(LINES, order=521)
def statements_are_their_lines(period: str | None) -> Iterator[Broken]:
    """Each statement, a voided one too, is the sum of its lines."""
    keys = ("period_id", *KEYS, "version")
    lines = StatementLine.objects.all()
    statements = InstitutionStatement.objects.all()
    if period:
        lines, statements = lines.filter(period__period=period), statements.filter(period__period=period)
    sums = {f"s_{name}": Sum(name) for name in FIGURES}
    added = lines.order_by().values(*keys).annotate(**sums)
    found = {
        tuple(row[:4]): [int(value) for value in row[4:]]
        for row in added.values_list(*keys, *(f"s_{name}" for name in FIGURES)).iterator()
    }
    for row in statements.order_by("pk").values_list(*keys, "statement_no", *FIGURES).iterator():
        sum_of_lines = found.pop(tuple(row[:4]), [0] * len(FIGURES))
        difference = _told(zip(FIGURES, row[5:], sum_of_lines, strict=True), "分项之和")
        if difference:
            yield Broken(LINES, row[4], difference)
    for key in found:
        yield Broken(LINES, f"机构 {key[2]}", "有分项，却没有对账单")


@CHECKS.register(SHEET, order=522)
def statements_are_the_sheet(period: str | None) -> Iterator[Broken]:
    """Σ of a region's statements = its sheet 10 before what was carried over."""
    sums = {f"s_{name}": Sum(name) for name in OF_SHEET}
    names = ("care_region_id", *sums)
    for drawings, _ in _drawings(period):
        month = drawings[0].period
        lines = ClearingLine.objects.filter(period=month).order_by().values("care_region_id")
        sheet = {row[0]: row[1:] for row in lines.annotate(**sums).values_list(*names)}
        rows = InstitutionStatement.objects.filter(period=month, state__in=LIVE).order_by()
        own = {row[0]: row[1:] for row in rows.values("care_region_id").annotate(**sums).values_list(*names)}
        for drawing in drawings:
            pair = (own.get(drawing.care_region_id, (0, 0, 0)), sheet.get(drawing.care_region_id, (0, 0, 0)))
            difference = _told(zip(OF_SHEET, *pair, strict=True), "表 10 是")
            if difference:
                yield Broken(SHEET, f"{month} {drawing.care_region}", difference)


@CHECKS.register(PAID, order=523)
def paid_ones_were_confirmed(period: str | None) -> Iterator[Broken]:
    """What is settled is final, was confirmed by the agency and by the institution, through two people."""
    rows = InstitutionStatement.objects.filter(state=StatementState.PAID)
    rows = rows.filter(period__period=period) if period else rows
    lacking = {
        "没有经办确认": Q(agency_by__isnull=True),
        "没有机构的确认": Q(institution_by__isnull=True)
        | Q(institution_on__isnull=True)
        | Q(institution_contact=""),
        "经办确认与机构答复是同一人记的": Q(institution_by=F("agency_by")),
        "月份没有签发": ~Q(period__state="signed") | Q(is_final=False),
        "没有日期或凭证号": Q(paid_on__isnull=True) | Q(voucher_no=""),
    }
    for message, wrong in lacking.items():
        for number in rows.filter(wrong).order_by("pk").values_list("statement_no", flat=True):
            yield Broken(PAID, number, message)
