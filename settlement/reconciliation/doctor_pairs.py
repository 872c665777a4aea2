"""另一半: which case that we have alone and which that they have alone are one and the same [P]. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from settlement.reconciliation.doctor_amounts import (
    ACCOUNT,
    FEE,
    FUND,
    Finding,
    amount,
    exchanged,
    fund_of,
)
from settlement.reconciliation.doctor_rules import (
    CERT_NO,
    INSTITUTION,
    PERSON_NO,
    REVERSAL_FLAG,
    SETTLED_AT,
    Difference,
    lines_told,
    yuan_told,
)
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy

OURS, THEIRS = "ours", "theirs"
SIDES: dict[str, str] = {DiscrepancyKind.ONLY_OURS: OURS, DiscrepancyKind.ONLY_THEIRS: THEIRS}
NAMED = {OURS: "我方", THEIRS: "对方"}


class Single(NamedTuple):
    """A case that one side has alone, as far as it is looked at. `serial` is its difference's; amounts are
    fen, None where the file has none; `is_refund` None where it does not say."""

    serial: int
    side: str
    subject: str
    line: int
    cert_no: str
    person_no: str
    institution: str
    settled_at: str
    fee_fen: int | None
    fund_fen: int | None
    account_fen: int | None
    is_refund: int | None
    reverses_no: str

    @property
    def day(self) -> str:
        return self.settled_at[:10]

    @property
    def amounts(self) -> tuple[int | None, int | None, int | None]:
        return (self.fee_fen, self.fund_fen, self.account_fen)

    @property
    def looks_like_refund(self) -> bool:
        return bool(self.is_refund) or bool(self.reverses_no) or (self.fee_fen or 0) < 0

    @property
    def where(self) -> str:
        return f"对方第 {self.line} 行" if self.side == THEIRS else "我方明细"


def single_of(one: Difference) -> Single:
    """What is looked at of a case that one side has alone."""
    is_theirs = one.kind == DiscrepancyKind.ONLY_THEIRS
    side = one.theirs if is_theirs else one.ours
    flag = side.get(REVERSAL_FLAG, "")
    return Single(
        serial=one.serial,
        side=SIDES[one.kind],
        subject=one.subject,
        line=one.their_line,
        cert_no=side.get(CERT_NO, "").upper(),
        person_no=side.get(PERSON_NO, ""),
        institution=side.get(INSTITUTION, ""),
        settled_at=side.get(SETTLED_AT, ""),
        fee_fen=amount(side, FEE),
        fund_fen=fund_of(side, -one.amount_fen) if is_theirs else amount(side, FUND),
        account_fen=amount(side, ACCOUNT),
        is_refund=None if flag == "" else int(flag == "1"),
        reverses_no=side.get("原结算编号", ""),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two cases that are each other's other half."""

    ours: Single
    theirs: Single
    finding: Finding

    def findings(self) -> Iterator[tuple[Single, Finding]]:
        """The finding of each, with what the other is."""
        for own, other in ((self.ours, self.theirs), (self.theirs, self.ours)):
            beside = {
                f"{NAMED[other.side]}编号": other.subject,
                "对应差异的序号": str(other.serial),
                "对应的行": other.where,
                "医疗费总额": f"{NAMED[own.side]} {yuan_told(own.fee_fen)}，"
                f"{NAMED[other.side]} {yuan_told(other.fee_fen)}",
            }
            yield own, Finding(self.finding.cause, self.finding.proposed, {**self.finding.evidence, **beside})


def same_amounts(one: Single, other: Single) -> bool:
    """Whether all amounts that both have are the same, and the fee or the fund among them."""
    return _amounts_agree(one, other, 1)


def opposite_amounts(one: Single, other: Single) -> bool:
    """The same with the other sign, and not nil."""
    return _amounts_agree(one, other, -1) and any(one.amounts)


def _amounts_agree(one: Single, other: Single, sign: int) -> bool:
    both = [
        (mine, theirs)
        for mine, theirs in zip(one.amounts, other.amounts, strict=True)
        if mine is not None and theirs is not None
    ]
    fees, funds = (one.fee_fen, other.fee_fen), (one.fund_fen, other.fund_fen)
    told = None not in fees or None not in funds
    return told and all(mine == sign * theirs for mine, theirs in both)


def same_visit(one: Single, other: Single) -> bool:
    """The same day and institution; a file that tells neither has no visits."""
    return bool(one.day and one.institution) and (one.day, one.institution) == (other.day, other.institution)


def alike(one: Single, other: Single) -> bool:
    """A refund and a refund, or a case and a case, as far as both say."""
    return one.is_refund is None or other.is_refund is None or one.is_refund == other.is_refund


def _swapped(one: Single, other: Single) -> Finding | None:
    places = exchanged(one.subject, other.subject)
    if places is None or not same_amounts(one, other):
        return None
    sentence = f"同一个人、金额相同，结算编号只有第 {places[0]} 位和第 {places[1]} 位的数字颠倒了。"
    return Finding(Cause.DIGITS_SWAPPED, Remedy.PAIR, {"说明": sentence})


def _renumbered(one: Single, other: Single) -> Finding | None:
    if not (same_visit(one, other) and alike(one, other) and same_amounts(one, other)):
        return None
    sentence = "同一个人、同一天、同一机构、金额相同，只是编号不同。"
    return Finding(Cause.OTHER_NUMBER, Remedy.PAIR, {"说明": sentence})


def _negated(one: Single, other: Single) -> Finding | None:
    if not (same_visit(one, other) and opposite_amounts(one, other)):
        return None
    sentence = "同一个人、同一天、同一机构，金额正好相反：一边是结算，另一边是退费。"
    return Finding(Cause.REVERSAL_PAIR, Remedy.ASK_THEM, {"说明": sentence})


Way = Callable[[Single, Single], Finding | None]
WAYS: tuple[Way, ...] = (_swapped, _renumbered, _negated)


def pairs_of(person: Sequence[Single]) -> list[Pair]:
    """Of one person's cases the halves that belong together, each used once: by every way in turn, of equals
    those of the same second first, then in the order of their numbers."""
    ours, theirs = ([one for one in person if one.side == side] for side in (OURS, THEIRS))
    found: list[Pair] = []
    used: set[int] = set()
    for way in WAYS:
        fitting = [
            Pair(one, other, finding)
            for one in ours
            for other in theirs
            if (finding := way(one, other)) is not None
        ]
        fitting.sort(key=_nearest_first)
        for pair in fitting:
            if not used & {pair.ours.serial, pair.theirs.serial}:
                used |= {pair.ours.serial, pair.theirs.serial}
                found.append(pair)
    return found


def _nearest_first(pair: Pair) -> tuple[bool, str, str]:
    return (pair.ours.settled_at != pair.theirs.settled_at, pair.ours.subject, pair.theirs.subject)


def left_over(person: Sequence[Single]) -> list[Pair]:
    """Of one person's cases those which are the one case left on each side of a day at an institution, also
    where their amounts differ."""
    found = []
    visits = sorted((one for one in person if one.day and one.institution), key=_visit)
    for _, cases in groupby(visits, _visit):
        group = list(cases)
        if len(group) == 2 and {one.side for one in group} == {OURS, THEIRS} and alike(*group):
            mine, other = sorted(group, key=lambda one: one.side)
            sentence = "同一个人、同一天、同一机构，两边各有一笔对方没有的结算，编号和金额都不同。"
            found.append(Pair(mine, other, Finding(Cause.OTHER_NUMBER, Remedy.ASK_THEM, {"说明": sentence})))
    return found


def _visit(one: Single) -> tuple[str, str]:
    return (one.day, one.institution)


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
        if case.amounts == single.amounts
        and case.subject != single.subject
        and (case.settled_at[:10], case.institution) == (single.day, single.institution)
        and single.is_refund in (None, int(case.is_refund))
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


def refund(single: Single, *, missing_too: bool, ours_has: bool) -> Finding:
    """冲正对不上: a refund that one side has alone; its original is missing too, or the other side has it."""
    name, other = NAMED[single.side], NAMED[OURS if single.side == THEIRS else THEIRS]
    if missing_too:
        sentence, remedy = f"{name}的退费和它的原结算，{other}都没有，合计为零。", Remedy.NONE
    elif single.side == OURS:
        sentence, remedy = "这是一笔退费，对方文件里没有。", Remedy.ASK_THEM
    elif ours_has:
        sentence, remedy = "对方已退费，我方有原结算，没有这笔退费。", Remedy.IMPORT
    else:
        sentence, remedy = "这是一笔退费，我方没有，也没有它的原结算。", Remedy.ASK_THEM
    told = {"原结算编号": single.reverses_no or "没有写"}
    return Finding(Cause.REVERSAL_PAIR, remedy, lines_told(sentence, told))
