"""另一笔: a case that one side has alone, beside cases that stand: copied, refunded, a refund [P]. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from settlement.reconciliation.doctor_amounts import Finding
from settlement.reconciliation.doctor_pairs import NAMED, OURS, THEIRS, Single, amounts_agree
from settlement.reconciliation.doctor_rules import lines_told, yuan_told
from settlement.reconciliation.kinds import Cause, Remedy


class Stored(NamedTuple):
    """A case of ours beside which a single one is looked at; amounts as those of `Single`."""

    subject: str
    institution: str
    settled_at: str
    is_refund: bool
    amounts: tuple[int, int, int]


def copies_of(single: Single, stored: Sequence[Stored]) -> list[Stored]:
    """另一编号: the same case under other numbers."""
    return [
        case
        for case in stored
        if amounts_agree(single.amounts, case.amounts, 1)
        and case.subject != single.subject
        and (case.settled_at[:10], case.institution) == (single.day, single.institution)
        and single.is_refund in (None, int(case.is_refund))
    ]


def originals_of(single: Single, stored: Sequence[Stored]) -> list[Stored]:
    """原结算: what a refund that names none may be of: the case of the same institution with its amounts."""
    return [
        case
        for case in stored
        if not case.is_refund
        and case.institution == single.institution
        and amounts_agree(single.amounts, case.amounts, -1)
    ]


def copied(single: Single, case: Stored) -> Finding:
    """One of them that agrees under its own number."""
    sentence = "同一个人、同一天、同一机构、金额相同的一笔，两边都有，在另一个编号下：这一笔多出来。"
    remedy = Remedy.REJECT if single.side == THEIRS else Remedy.CORRECT
    told = {"另一编号": case.subject, "医疗费总额": yuan_told(case.amounts[0])}
    return Finding(Cause.OTHER_NUMBER, remedy, lines_told(sentence, told))


def refunded(single: Single, refund_no: str, *, missing_too: bool) -> Finding:
    """冲正对不上: a case that a refund of the same side names."""
    name = NAMED[single.side]
    sentence = f"{name}有这笔结算的退费" + (
        "，两笔另一边都没有，合计为零。" if missing_too else "，另一边有退费而没有这笔结算。"
    )
    remedy = Remedy.NONE if missing_too else Remedy.ASK_THEM
    return Finding(Cause.REVERSAL_PAIR, remedy, lines_told(sentence, {"退费的结算编号": refund_no}))


def refund(single: Single, original: str, *, missing_too: bool, ours_has: bool) -> Finding:
    """冲正对不上: a refund that one side has alone; its original is missing too, or we have it. A refund of
    which we do not find the original is half of nothing: there is no cause to tell."""
    name, other = NAMED[single.side], NAMED[OURS if single.side == THEIRS else THEIRS]
    if missing_too:
        sentence, remedy = f"{name}的退费和它的原结算，{other}都没有，合计为零。", Remedy.NONE
    elif not ours_has:
        sentence, remedy = f"这是一笔退费，{other}没有，我方也没有它的原结算。", Remedy.ASK_THEM
    elif single.side == OURS:
        sentence, remedy = "这是一笔退费，对方文件里没有。", Remedy.ASK_THEM
    else:
        sentence, remedy = "对方已退费，我方有原结算，没有这笔退费。", Remedy.IMPORT
    told = {"原结算编号": single.reverses_no or "没有写", "金额正好相反的一笔": original}
    if original == single.reverses_no:
        del told["金额正好相反的一笔"]
    cause = Cause.REVERSAL_PAIR if missing_too or ours_has else ""
    return Finding(cause, remedy, lines_told(sentence, told))
