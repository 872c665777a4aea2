"""差异诊断: what a difference of each class most likely comes from [P]. Pure.

What is said of amounts stands in doctor_amounts.py; docs/rules.md defines each cause and which goes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from agency.identity import is_resident_number
from agency.money import yuan
from agency.periods import is_period, months_between
from settlement.reconciliation.doctor_amounts import Finding, Side, exchanged
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy
from settlement.reconciliation.verdict_rules import write_off_refusal

SETTLED_AT, PERSON_NAME, REVERSAL_FLAG = "结算时间", "姓名", "退费标志"
CERT_NO, PERSON_NO, INSTITUTION = "证件号码", "人员编号", "定点医药机构编号"
NUMBERS = (CERT_NO, PERSON_NO, INSTITUTION)
OF_OWNER = frozenset({*NUMBERS, PERSON_NAME, "证件类型", "险种", "参保地区划", "就医地区划", "医疗类别"})

# What is proposed where nothing speaks for a cause.
PLAIN = {
    DiscrepancyKind.DUPLICATE: Remedy.ASK_THEM,
    DiscrepancyKind.ONLY_OURS: Remedy.ASK_THEM,
    DiscrepancyKind.ONLY_THEIRS: Remedy.IMPORT,
    DiscrepancyKind.REVERSAL_DIFFERS: Remedy.ASK_THEM,
    DiscrepancyKind.OWNER_DIFFERS: Remedy.ASK_THEM,
    DiscrepancyKind.PERIOD_DIFFERS: Remedy.ASK_THEM,
    DiscrepancyKind.AMOUNT_DIFFERS: Remedy.ASK_THEM,
}


class Difference(NamedTuple):
    """What is read of a difference (see the model)."""

    serial: int
    kind: str
    subject: str
    their_line: int
    columns: Sequence[str]
    ours: Side
    theirs: Side
    amount_fen: int


class Repeat(NamedTuple):
    """The rows of their file that have one number: how many, whether every column is alike, whether they are
    two whose amounts cancel."""

    times: int
    alike: bool
    cancels: bool


def month_of(side: Side) -> str:
    """The settlement month of a side (202610); "" where it tells none."""
    return "".join(side.get(SETTLED_AT, "")[:7].split("-"))


def apart(earlier: str, later: str) -> str:
    """早 1 个月, 晚 2 个月: where the second month lies from the first; "" where one of them is none."""
    if not (is_period(earlier) and is_period(later)):
        return ""
    months = months_between(earlier, later)
    return f"{'早' if months < 0 else '晚'} {abs(months)} 个月"


def of_period(ours: Side, theirs: Side, amounts: Mapping[str, str]) -> Finding:
    """期别不符: the same case in another month; `amounts` are those that differ as well."""
    mine, other = month_of(ours), month_of(theirs)
    sentence = f"编号和归属都相同，我方结算在 {mine}，对方在 {other}（{apart(mine, other)}）。"
    told = {"我方结算时间": ours.get(SETTLED_AT, ""), "对方结算时间": theirs.get(SETTLED_AT, "")}
    return Finding(Cause.OTHER_MONTH, Remedy.ASK_THEM, {"说明": sentence, **told, **amounts})


def of_reversal(ours: Side, theirs: Side) -> Finding:
    """冲正状态不符: one side has a refund where the other has a case."""
    mine, other = _refund_told(ours), _refund_told(theirs)
    sentence = f"同一编号，我方是{mine}，对方是{other}。"
    told = {
        f"{name}{column}": side[column]
        for name, side in (("我方", ours), ("对方", theirs))
        for column in (REVERSAL_FLAG, "医疗费总额")
        if column in side
    }
    return Finding(Cause.REVERSAL_PAIR, Remedy.ASK_THEM, {"说明": sentence, **told})


def _refund_told(side: Side) -> str:
    flag, negative = side.get(REVERSAL_FLAG, "") == "1", side.get("医疗费总额", "").startswith("-")
    if flag != negative and REVERSAL_FLAG in side:
        return f"标着{'退费' if flag else '正常'}、金额为{'负' if negative else '正'}的一行"
    return "退费" if flag or negative else "正常结算"


def of_owner(columns: Sequence[str], ours: Side, theirs: Side, known: frozenset[str]) -> Finding | None:
    """归属不符: two digits of the person's or the institution's number have changed places; nothing else
    differs. `known` are the codes of the directory: two of them are two institutions."""
    differing = [name for name in columns if name in OF_OWNER]
    if len(differing) != 1 or differing[0] not in NUMBERS:
        return None
    name = differing[0]
    mine, other = ours.get(name, ""), theirs.get(name, "")
    places = exchanged(mine, other)
    if places is None or _both_real(name, mine, other, known):
        return None
    whose = "，我方的校验位是对的" if name == CERT_NO and is_resident_number(mine) else ""
    sentence = f"{name}第 {places[0]} 位和第 {places[1]} 位的数字颠倒了，其余归属都相同{whose}。"
    return Finding(Cause.DIGITS_SWAPPED, Remedy.ASK_THEM, {"说明": sentence, "不符的列": name})


def _both_real(name: str, mine: str, other: str, known: frozenset[str]) -> bool:
    """Two numbers that both pass are two people, two codes of the directory two institutions."""
    if name == CERT_NO:
        return is_resident_number(mine) and is_resident_number(other)
    return name == INSTITUTION and other in known


def drafted(one: Difference, finding: Finding, write_off_limit_fen: int) -> Finding:
    """A finding whose remedy can be had: only a rest within the limit is written off, and a rest of nil in
    fund and account needs none."""
    if finding.proposed != Remedy.WRITE_OFF:
        return finding
    if not write_off_refusal(one.kind, one.amount_fen, write_off_limit_fen):
        return finding
    return replace(finding, proposed=Remedy.ASK_THEM if one.amount_fen else Remedy.NONE)


def of_duplicate(repeat: Repeat) -> Finding | None:
    """重复: the rows of one number are alike to the last column, or two that cancel."""
    if repeat.alike:
        sentence = f"对方文件里这个编号有 {repeat.times} 行，每一列都相同：同一行报了 {repeat.times} 次。"
        return Finding(Cause.TWIN_ROW, Remedy.REJECT, {"说明": sentence})
    if repeat.cancels:
        sentence = "对方文件里这个编号有两行，金额正好相反：结算和它的退费用了同一个编号。"
        return Finding(Cause.REVERSAL_PAIR, Remedy.ASK_THEM, {"说明": sentence})
    return None


def tells(marked: int, of: int, marked_elsewhere: int, of_elsewhere: int) -> bool:
    """Whether a mark says something of a class: so many `of` its cases carry it that chance, at the rate of
    the cases elsewhere, would hardly bring it (two standard deviations of the binomial distribution), and
    the odds of carrying it are at least twice those elsewhere. Where it is unusual elsewhere (one case in ten
    at most), one standard deviation and half as much again will do."""
    rest, rest_elsewhere = of - marked, of_elsewhere - marked_elsewhere
    deviations, odds = (1, 3) if 10 * marked_elsewhere <= of_elsewhere else (2, 4)  # odds in halves
    more = marked * of_elsewhere - of * marked_elsewhere
    beyond_chance = more > 0 and more * more >= deviations**2 * of * marked_elsewhere * rest_elsewhere
    return beyond_chance and 2 * marked * rest_elsewhere >= odds * rest * marked_elsewhere


def may_be_the_same(theirs: str, ours: str) -> bool:
    """Whether an identity number of theirs speaks of our person: the same, none, or masked."""
    return theirs in ("", ours) or "*" in theirs


def lines_told(sentence: str, lines: Mapping[str, int | str]) -> dict[str, str]:
    """Evidence: the sentence, and what it rests on where there is any."""
    return {"说明": sentence, **{name: str(value) for name, value in lines.items() if value}}


def yuan_told(amount_fen: int | None) -> str:
    return "" if amount_fen is None else f"{yuan(amount_fen)} 元"
