"""数字说明: the explanation of one figure on one page of paper: formula, parts, first cases, proof, code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from agency.journal.papers import FormContent, Printable
from agency.organisation.models import PoolingRegion
from agency.periods import period_label
from settlement.clearing.behind import FigureProof
from settlement.clearing.cases_behind import CaseBehind
from settlement.clearing.explain import Explained, Formula, Share
from settlement.clearing.models import ClearingPeriod

REGIONS_SHOWN, KINDS_SHOWN, CASES_SHOWN = 16, 10, 8


@dataclass(frozen=True)
class CaseLine:
    """One of the first cases: where it was settled, what it adds, where it stands in its file."""

    settlement_no: str
    on: str
    way: str
    adds: str
    source: str
    filing: str


@dataclass(frozen=True)
class PartLine:
    name: str
    value: str
    share: str
    cases: str


@dataclass(frozen=True)
class ExplanationPaper(FormContent):
    """What the page says; every amount as it is printed."""

    FORM_NO: ClassVar[str] = "数字"
    TITLE: ClassVar[str] = "清算数字说明"
    TEMPLATE: ClassVar[str] = "settlement/clearing/explanation.html"

    figure: str = ""
    sheet: str = ""
    period: str = ""
    state: str = ""
    value: str = ""
    formulas: tuple[str, ...] = ()
    by_region: tuple[PartLine, ...] = ()
    more_regions: str = ""
    by_kind: tuple[PartLine, ...] = ()
    cases: tuple[CaseLine, ...] = ()
    counted: str = ""
    proof: str = ""
    address: str = ""  # of the page, for the way back


@dataclass(frozen=True)
class ToExplain:
    """All that a figure's page knows of it. `counted` tells how many cases, deductions and held cases."""

    sheet: str  # 表 10
    month: ClearingPeriod
    region: PoolingRegion | None
    explained: Explained
    cases: list[CaseBehind]
    counted: str
    proof: FigureProof
    address: str
    holds: bool = False  # held cases are behind it too


def written(told: ToExplain, amount: int) -> str:
    """An amount or a count as the sheet has it."""
    return told.explained.figure.column.text(amount)


def in_words(told: ToExplain, formula: Formula) -> str:
    """`应收金额 = 基金支付合计 1,400.00 + 个人账户 280.00 − 扣款 100.00 = 1,580.00`."""
    words = []
    for place, term in enumerate(formula.terms):
        sign = "" if place == 0 and term.sign == "+" else f"{term.sign} "
        words.append(f"{sign}{term.label} {written(told, term.amount)}")
    return f"{formula.label} = {' '.join(words)} = {written(told, formula.result)}"


def explanation(told: ToExplain, number: str) -> Printable:
    """The page as it is printed; it bears the moment of computing or signing, and a code."""
    month, figure = told.month, told.explained.figure
    made_at = month.signed_at if month.is_signed else month.computed_at
    assert made_at is not None
    said = ExplanationPaper(
        number=number,
        mark="" if month.is_signed else "草稿",
        figure=figure.label,
        sheet=told.sheet,
        period=period_label(month.period),
        state=month.get_state_display(),
        value=written(told, told.explained.value),
        formulas=tuple(in_words(told, formula) for formula in told.explained.formulas),
        by_region=_parts(told, told.explained.by_region[:REGIONS_SHOWN]),
        more_regions=_more(len(told.explained.by_region)),
        by_kind=_parts(told, told.explained.by_kind[:KINDS_SHOWN]),
        cases=tuple(_case(told, case) for case in told.cases[:CASES_SHOWN]),
        counted=told.counted,
        proof=_proof(told),
        address=told.address,
    )
    return Printable(said, "sheet", number, told.region, made_at)


def _parts(told: ToExplain, shares: tuple[Share, ...]) -> tuple[PartLine, ...]:
    return tuple(PartLine(s.name, written(told, s.value), s.share, f"{s.cases:,}") for s in shares)


def _more(count: int) -> str:
    return f"另有 {count - REGIONS_SHOWN} 方，见清算页面。" if count > REGIONS_SHOWN else ""


def _case(told: ToExplain, case: CaseBehind) -> CaseLine:
    record = case.record
    mark = case.mark.get_mark_display() if case.mark is not None else ""
    return CaseLine(
        record.settlement_no,
        f"{timezone.localtime(record.settled_at):%Y-%m-%d}",
        f"{record.insured_region}→{record.care_region}",
        written(told, case.adds),
        f"{case.batch_no} 第 {record.line_no} 行" if case.batch_no else "更正",
        f"{mark} {case.filing_no}".strip(),
    )


def _proof(told: ToExplain) -> str:
    sides = written(told, told.proof.stored), written(told, told.proof.added)
    verdict = "相符" if told.proof.holds else "不符"
    behind = "明细、扣款与挂账合计" if told.holds else "明细与扣款合计"
    return f"表上 {sides[0]} = {behind} {sides[1]}：{verdict}"
