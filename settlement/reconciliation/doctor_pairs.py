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
    yuan_told,
)
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy
from settlement.reconciliation.verdict_rules import paid_fen

Amounts = tuple[int | None, int | None, int | None]  # fee, fund, account
OURS, THEIRS = "ours", "theirs"
SIDES: dict[str, str] = {DiscrepancyKind.ONLY_OURS: OURS, DiscrepancyKind.ONLY_THEIRS: THEIRS}
NAMED = {OURS: "我方", THEIRS: "对方"}


class Single(NamedTuple):
    """A case that one side has alone, as far as it is looked at. `serial` is its difference's; amounts are
    fen, None where the file has none: what it is worth as it was compared, and what fund and account say as
    they stand (`paid_fen`) are what the doors of pairs look at; `is_refund` None where it does not say."""

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
    worth_fen: int
    paid_fen: int | None
    is_refund: int | None
    reverses_no: str

    @property
    def day(self) -> str:
        return self.settled_at[:10]

    @property
    def amounts(self) -> Amounts:
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
        worth_fen=-one.amount_fen if is_theirs else one.amount_fen,
        paid_fen=paid_fen(side),
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
    return amounts_agree(one.amounts, other.amounts, 1)


def opposite_amounts(one: Single, other: Single) -> bool:
    """The same with the other sign, and not nil."""
    return amounts_agree(one.amounts, other.amounts, -1) and any(one.amounts)


def amounts_agree(one: Amounts, other: Amounts, sign: int) -> bool:
    """Fee, fund and account, as far as both have them: the fee or the fund, at least."""
    pairs = list(zip(one, other, strict=True))
    both = [(mine, theirs) for mine, theirs in pairs if mine is not None and theirs is not None]
    told = any(None not in pair for pair in pairs[:2])
    return told and all(mine == sign * theirs for mine, theirs in both)


def same_visit(one: Single, other: Single) -> bool:
    """The same day and institution; a file that tells neither has no visits."""
    return bool(one.day and one.institution) and (one.day, one.institution) == (other.day, other.institution)


def may_be_one_visit(one: Single, other: Single) -> bool:
    """Whether neither day nor institution speaks against it, as far as both tell them."""
    told = ((one.day, other.day), (one.institution, other.institution))
    return all(mine == theirs for mine, theirs in told if mine and theirs)


def remedy_of(one: Single, other: Single) -> Remedy:
    """Two halves are paired where they are worth the same: their file may lack 个人账户, which ours has."""
    return Remedy.PAIR if one.worth_fen == other.worth_fen else Remedy.ASK_THEM


def alike(one: Single, other: Single) -> bool:
    """A refund and a refund, or a case and a case, as far as both say."""
    return one.is_refund is None or other.is_refund is None or one.is_refund == other.is_refund


def _swapped(one: Single, other: Single) -> Finding | None:
    places = exchanged(one.subject, other.subject)
    if places is None or not (may_be_one_visit(one, other) and same_amounts(one, other)):
        return None
    sentence = f"同一个人、金额相同，结算编号只有第 {places[0]} 位和第 {places[1]} 位的数字颠倒了。"
    return Finding(Cause.DIGITS_SWAPPED, remedy_of(one, other), {"说明": sentence})


def _renumbered(one: Single, other: Single) -> Finding | None:
    if not (same_visit(one, other) and alike(one, other) and same_amounts(one, other)):
        return None
    sentence = "同一个人、同一天、同一机构、金额相同，只是编号不同。"
    return Finding(Cause.OTHER_NUMBER, remedy_of(one, other), {"说明": sentence})


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
    """Of one person's cases those which are the one case left on each side of a day at an institution, where
    their amounts differ in part."""
    found = []
    visits = sorted((one for one in person if one.day and one.institution), key=_visit)
    for _, cases in groupby(visits, _visit):
        group = list(cases)
        if len(group) == 2 and {one.side for one in group} == {OURS, THEIRS} and _near(*group):
            mine, other = sorted(group, key=lambda one: one.side)
            sentence = "同一个人、同一天、同一机构，两边各有一笔对方没有的结算，编号不同，金额有一部分不同。"
            found.append(Pair(mine, other, Finding(Cause.OTHER_NUMBER, Remedy.ASK_THEM, {"说明": sentence})))
    return found


def _near(one: Single, other: Single) -> bool:
    """Whether one and the same case may have been changed: the fee, or all that is paid, is the same."""
    fee, paid = (one.fee_fen, other.fee_fen), (one.worth_fen, other.worth_fen)
    return alike(one, other) and any(mine and mine == theirs for mine, theirs in (fee, paid))


def _visit(one: Single) -> tuple[str, str]:
    return (one.day, one.institution)
