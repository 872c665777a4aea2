"""What the pages of a round show: its arithmetic step by step, its sums, whose hands it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from agency.journal.workflow import can_move
from agency.money import yuan
from agency.organisation.models import User
from agency.periods import period_label
from agency.policy.insurance import InsuranceType
from settlement.quotas.models import QuotaItem, QuotaRound
from settlement.quotas.states import RoundState

SUMMED = (
    *("average_fen", "quota_fen", "current_fen", "adjustment_fen", "changed_fen"),
    *("receivable_fen", "payable_fen"),
)


class Step(NamedTuple):
    """One step of the arithmetic: what it gives, how, and the amount."""

    label: str
    formula: str
    amount_fen: int


@dataclass(frozen=True)
class TypeTable:
    """The items of one insurance type with their sums, and the sum of each base month."""

    label: str
    rows: Sequence[QuotaItem]
    months: Sequence[int]
    sums: dict[str, int]


def type_tables(items: Sequence[QuotaItem]) -> list[TypeTable]:
    """职工, then 居民."""
    found = []
    for kind in InsuranceType:
        rows = [item for item in items if item.insurance_type == kind]
        by_month = zip(*(item.bases.all() for item in rows), strict=True)
        months = [sum(base.amount_fen for base in bases) for bases in by_month]
        sums = {name: sum(getattr(item, name) for item in rows) for name in SUMMED}
        found.append(TypeTable(str(kind.label), rows, months, sums))
    return [one for one in found if one.rows]


def arithmetic(item: QuotaItem) -> list[Step]:
    """How the quota of one region and type comes about, from its months on, to be followed on paper."""
    bases = list(item.bases.all())
    added = " + ".join(yuan(base.amount_fen) for base in bases)
    average, factor = yuan(item.average_fen), item.round.factor
    steps = [
        Step(f"{period_label(base.period)}清算金额", f"表 11 末列，{base.cases:,} 人次", base.amount_fen)
        for base in bases
    ]
    steps += [
        Step("核定基数（月均）", f"（{added}）÷ {len(bases)}，四舍五入到分", item.average_fen),
        Step("核定额度", f"{average} × {factor}", item.quota_fen),
        Step("现有额度", f"{item.round.effective_on:%Y-%m-%d} 之前执行的额度", item.current_fen),
        Step("调整额", f"{yuan(item.quota_fen)} − {yuan(item.current_fen)}", item.adjustment_fen),
        Step("调整后额度", item.reason or "同核定额度", item.changed_fen),
    ]
    word = "应收（补缴）" if item.difference_fen >= 0 else "应付（退回）"
    formula = f"{yuan(item.changed_fen)} − {yuan(item.current_fen)}"
    return [*steps, Step(word, formula, abs(item.difference_fen))]


def round_hint(drawn: QuotaRound, by: User) -> str:
    """In whose hands the round is, in a sentence."""
    if drawn.state == RoundState.APPROVED:
        return ""
    if drawn.state == RoundState.PROPOSED:
        if by.pk in (drawn.proposed_by_id, drawn.drawn_by_id):
            return "您拟定或提请的，要由另一位有权限的同事批准。"
        return "已提请，等省级主管批准。"
    return "已退回，改过再提请。" if drawn.state == RoundState.RETURNED else "已拟定，核对后提请批准。"


def round_acts(drawn: QuotaRound, by: User) -> dict[str, Any]:
    """Which buttons this person has."""
    is_another = by.pk not in (drawn.proposed_by_id, drawn.drawn_by_id)
    return {
        "may_propose": can_move(drawn, RoundState.PROPOSED, by),
        "may_approve": can_move(drawn, RoundState.APPROVED, by) and is_another,
        "may_return": can_move(drawn, RoundState.RETURNED, by),
    }
