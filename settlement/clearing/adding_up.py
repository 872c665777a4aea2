"""账平才出表: what must hold of a month and of a sheet before it is printed, exported or bundled.

Nothing is counted again here: the sheet is set beside the lines it rests on, the lines beside what the month
was computed to, and the sheet beside its mirror, the other side's sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agency.errors import DomainError
from agency.money import yuan
from agency.organisation.models import PoolingRegion
from agency.sheets.filled import SheetData
from settlement.clearing import rules
from settlement.clearing.changes import has_changed_since
from settlement.clearing.filling import MonthBook, party_named_as_then, sheet_data
from settlement.clearing.matrix import FORM as MATRIX
from settlement.clearing.proofs import SheetProof
from settlement.clearing.rules import Line, Party

FAULTS_SHOWN = 3
FIND_OUT = "请先核对账目，找出原因再出表。"
COMPUTE_FIRST = "计算之后明细或扣款有变动：请省级先重新计算本月，再出表。"


class DoesNotAddUp(DomainError):
    """账不平: a sheet that is not given out; `faults` say what does not add up, and where."""

    def __init__(self, name: str, faults: list[str], next_step: str) -> None:
        shown = "；".join(faults[:FAULTS_SHOWN])
        more = f"；另有 {len(faults) - FAULTS_SHOWN} 处" if len(faults) > FAULTS_SHOWN else ""
        super().__init__(
            "does_not_add_up",
            f"{name}账不平，没有打印、导出：{shown}{more}。{next_step}",
            faults=faults,
        )


@dataclass
class AddingUp:
    """What does not add up in a month and on its sheets; the month's own faults are looked for once.

    `book` is the whole month.
    """

    book: MonthBook

    def faults(self, data: SheetData, party: Party | None) -> list[str]:
        """All that speaks against giving out a sheet: sentences that name the place; none: it adds up."""
        return [*self.of_month, *self._of_sheet(data, party)]

    @cached_property
    def of_month(self) -> list[str]:
        """Lines, their sums and what the month was computed to."""
        return list(self._month_faults())

    def _month_faults(self) -> Iterator[str]:
        month, lines = self.book.month, self.book.lines
        for line in lines:
            yield from self._line_faults(line)
        rows = rules.net(lines, self.book.parties)
        receivable = sum(row.receivable.sum_fen for row in rows)
        payable = sum(row.payable.sum_fen for row in rows)
        if receivable != payable:
            yield f"各方应收合计 {yuan(receivable)}，应付合计 {yuan(payable)}"
        for label, was, now in (
            ("应收合计", month.receivable_fen, receivable),
            ("应付合计", month.payable_fen, payable),
        ):
            if was != now:
                yield f"{label}记为 {yuan(was)}，各行之和是 {yuan(now)}"
        digest = rules.lines_digest(lines, self.book.parties)
        if digest != month.lines_digest:
            yield f"清算行与计算时不同（摘要记为 {month.lines_digest[:12]}，现在是 {digest[:12]}）"

    def _line_faults(self, line: Line) -> Iterator[str]:
        label = self.book.parties.line_label(line.key)
        if line.due_fen != rules.due(line):
            yield f"{label} 应收付金额 {yuan(line.due_fen)}，应为 {yuan(rules.due(line))}"
        if line.fund_total_fen != rules.fund_total(line):
            added = yuan(rules.fund_total(line))
            yield f"{label} 基金支付合计 {yuan(line.fund_total_fen)}，七项之和是 {added}"

    def _of_sheet(self, data: SheetData, party: Party | None) -> Iterator[str]:
        if data.sheet.form == MATRIX:
            yield from self._of_matrix(data, party)
            return
        name = _name(data)
        if data.sheet.form == "14":
            yield from self._deductions(data, party)
        for proof in SheetProof(data, self.book, party).cheap():
            if not proof.ok:
                yield f"{name} {proof.label}不成立" + (f"（{proof.value}）" if proof.value else "")

    def _deductions(self, data: SheetData, party: Party | None) -> Iterator[str]:
        """Form 14 lists the deductions themselves; forms 10 and 11 have them in their lines."""
        for direction, form in (("应收", "10"), ("应付", "11")):
            values = (row.values for row in data.rows if row.values["direction"] == direction)
            listed = sum(int(value["amount"] or 0) for value in values)
            kept = self._total(form, party, "deducted")
            if listed != kept:
                yield f"{_name(data)} {direction}扣款 {yuan(listed)}，表 {form} 的扣款合计 {yuan(kept)}"

    def _of_matrix(self, data: SheetData, party: Party | None) -> Iterator[str]:
        """Rows and columns against sheets 9, 10 and 11."""
        total, month = data.total(), self.book.month
        if party is None:
            wanted = {"payable": month.payable_fen, "receivable": month.receivable_fen, "net": 0}
        else:
            wanted = {
                "receivable": self._total("10", party, "due"),
                "payable": self._total("11", party, "due"),
            }
        titles = {column.key: column.title for column in data.sheet.leaves}
        for key, amount in wanted.items():
            if total[key] != amount:
                yield f"{_name(data)} {titles[key]} {yuan(total[key])}，应为 {yuan(amount)}"

    def _total(self, form: str, party: Party | None, column: str) -> int:
        assert party is not None
        return sheet_data(form, self.book.month, party, self.book).total()[column]


def require_adds_up(
    data: SheetData, region: PoolingRegion | Party | None, book: MonthBook, known: AddingUp | None = None
) -> None:
    """Raise DoesNotAddUp unless the sheet is proven by the lines of its month (`book`: the whole month).

    `known`: what was found of the month already, where many of its sheets are asked for.
    """
    party = party_named_as_then(book.month, region) if isinstance(region, PoolingRegion) else region
    faults = (known or AddingUp(book)).faults(data, party)
    if faults:
        waits = book.version is None and has_changed_since(book.month)
        raise DoesNotAddUp(_name(data), faults, COMPUTE_FIRST if waits else FIND_OUT)


def _name(data: SheetData) -> str:
    return f"{data.period_label}表 {data.sheet.form}" + (f" {data.region}" if data.region else "")
