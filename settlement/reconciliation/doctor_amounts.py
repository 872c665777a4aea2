"""金额差异的疑因: what a difference in amounts most likely comes from [P]. Pure.

`ours` and `theirs` are what a difference keeps of each side: {column: text as in a file}; gaps are ours less
theirs, in fen. docs/rules.md defines each cause; here stands their order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from agency.money import parse_yuan, plain_yuan, yuan
from settlement.reconciliation.kinds import Cause, Remedy
from settlement.records.rules import AMOUNT_NAMES

FEE, FUND, ACCOUNT, CASH = "医疗费总额", "基金支付总额", "个人账户", "个人现金"
ROUNDED = (FEE, FUND, ACCOUNT)  # what somebody rounds to whole yuan; the rest follows
YUAN = 100

Side = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A likely cause, what speaks for it (Chinese label → text; 说明 is the sentence), what to do."""

    cause: str
    proposed: str
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The two sides of a difference in amounts: the columns that differ, and 个人账户 of each, in fen."""

    ours: dict[str, int]
    theirs: dict[str, int]
    our_account: int = 0
    their_account: int = 0

    @property
    def gaps(self) -> dict[str, int]:
        return {name: mine - self.theirs[name] for name, mine in self.ours.items()}

    @property
    def sizes(self) -> set[int]:
        return {abs(gap) for gap in self.gaps.values()}

    @property
    def told(self) -> dict[str, str]:
        """Every amount that differs, for the evidence."""
        return {name: beside(mine, self.theirs[name]) for name, mine in self.ours.items()}


def beside(mine: int, theirs: int) -> str:
    return f"我方 {yuan(mine)}，对方 {yuan(theirs)}，相差 {yuan(mine - theirs)} 元"


@dataclass(frozen=True, slots=True)
class Deducted:
    """扣款 of one case: each amount (fen) with what it is called, and what stands of all of them."""

    single: tuple[tuple[str, int], ...] = ()
    standing_fen: int = 0

    def named(self, sizes: Collection[int]) -> str:
        """The deduction of one of these amounts, or all together; "" where there is none."""
        for name, amount in self.single:
            if amount in sizes:
                return f"{name} {yuan(amount)} 元"
        if self.standing_fen in sizes:
            return f"各项扣款合计 {yuan(self.standing_fen)} 元"
        return ""


NO_DEDUCTION = Deducted()


def amount(side: Side, name: str) -> int | None:
    """An amount of a side, in fen, nothing being 0.00; None where its file has no such column."""
    return parse_yuan(side[name] or "0.00") if name in side else None


def fund_of(theirs: Side, worth_fen: int) -> int | None:
    """基金支付总额 of theirs as ours is kept: without the account where, as what theirs is worth (fund
    and account) shows, it was taken out of it [P]."""
    fund, account = amount(theirs, FUND), amount(theirs, ACCOUNT)
    if fund is None or account is None:
        return fund
    return fund - account if fund == worth_fen else fund


def amounts_of(columns: Iterable[str], ours: Side, theirs: Side, amount_fen: int) -> Amounts:
    """The amounts among the columns that differ; `amount_fen` is ours less theirs in fund and account."""
    mine, other = {}, {}
    worth_of_theirs = (amount(ours, FUND) or 0) + (amount(ours, ACCOUNT) or 0) - amount_fen
    for name in columns:
        if name in AMOUNT_NAMES:
            one = amount(ours, name)
            another = fund_of(theirs, worth_of_theirs) if name == FUND else amount(theirs, name)
            if one is not None and another is not None and one != another:
                mine[name], other[name] = one, another
    return Amounts(mine, other, abs(amount(ours, ACCOUNT) or 0), abs(amount(theirs, ACCOUNT) or 0))


def of_amounts(found: Amounts, deducted: Deducted, limit_fen: int) -> Finding | None:
    """The first cause that fits; None where none does. `limit_fen`: what counts as 尾差."""
    if not found.ours:
        return None
    ways: tuple[Callable[[], Finding | None], ...] = (
        lambda: _other_sign(found),
        lambda: _deducted(found, deducted),
        lambda: _account(found, limit_fen),
        lambda: _rounded(found, limit_fen),
        lambda: _exchanged(found),
    )
    return next((finding for way in ways if (finding := way()) is not None), None)


def exchanged(one: str, other: str) -> tuple[int, int] | None:
    """Which two places (from 1) of a number have changed digits in the other; None where it is otherwise."""
    if len(one) != len(other):
        return None
    places = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) != 2:
        return None
    first, second = places
    crossed = one[first] == other[second] and one[second] == other[first]
    digits = f"{one[first]}{one[second]}"
    return (first + 1, second + 1) if crossed and digits.isascii() and digits.isdigit() else None


def _other_sign(found: Amounts) -> Finding | None:
    if any(mine != -found.theirs[name] for name, mine in found.ours.items()):
        return None
    sentence = "每一个不符的金额都是绝对值相同、符号相反：有一边当成了退费。"
    return Finding(Cause.REVERSAL_PAIR, Remedy.ASK_THEM, {"说明": sentence, **found.told})


def _measures(found: Amounts) -> set[int]:
    """By how much the sides differ: the one amount, or as the fund, as what is due, as the whole fee."""
    if len(found.sizes) == 1:
        return found.sizes
    gaps = found.gaps
    fund = gaps.get(FUND, 0)
    return {abs(fund), abs(fund + gaps.get(ACCOUNT, 0)), abs(gaps.get(FEE, 0))} - {0}


def _deducted(found: Amounts, deducted: Deducted) -> Finding | None:
    named = deducted.named(_measures(found))
    if not named:
        return None
    sentence = f"差额正好是这笔结算的{named}：有一边的金额已经减去扣款。"
    return Finding(Cause.DEDUCTION, Remedy.NONE, {"说明": sentence, "扣款": named, **found.told})


def _account(found: Amounts, limit_fen: int) -> Finding | None:
    fund = abs(found.gaps.get(FUND, 0))
    sizes = found.sizes if len(found.sizes) == 1 else {fund}
    share = found.our_account if found.our_account in sizes else found.their_account
    if share <= limit_fen or share not in sizes or found.our_account != share != fund:
        return None
    sentence = f"差额正好是个人账户 {yuan(share)} 元：两边把个人账户放在了不同的列里。"
    return Finding(Cause.ACCOUNT_SHARE, Remedy.NONE, {"说明": sentence, **found.told})


def _rounded(found: Amounts, limit_fen: int) -> Finding | None:
    if max(found.sizes) <= limit_fen:
        sentence = f"每一个不符的金额相差都不超过 {yuan(limit_fen)} 元，是尾差。"
    elif _to_whole_yuan(found):
        sentence = "对方把金额取整到元，相差不到一元，是尾差。"
    else:
        return None
    return Finding(Cause.ROUNDING, Remedy.WRITE_OFF, {"说明": sentence, **found.told})


def _to_whole_yuan(found: Amounts) -> bool:
    """They have an amount in whole yuan, rounded or cut off; what else differs is so too, or follows."""
    whole = {name for name, mine in found.ours.items() if _is_whole(mine, found.theirs[name])}
    followed = {abs(found.gaps[name]) for name in whole}
    rest = {abs(gap) for name, gap in found.gaps.items() if name not in whole}
    return bool(whole & set(ROUNDED)) and rest <= followed


def _is_whole(mine: int, theirs: int) -> bool:
    size, rest = abs(mine), abs(mine) % YUAN
    half_up = size - rest + (YUAN if 2 * rest >= YUAN else 0)
    return rest != 0 and (mine < 0) == (theirs < 0) and abs(theirs) in (size - rest, half_up)


def _exchanged(found: Amounts) -> Finding | None:
    if len(found.sizes) != 1:
        return None
    follows = {CASH} if len(found.ours) > 1 else set()  # what is left to pay follows from the rest
    for name, mine in found.ours.items():
        if name in follows:
            continue
        places = exchanged(plain_yuan(mine), plain_yuan(found.theirs[name]))
        if places is not None:
            sentence = f"{name}有两个数字颠倒了（我方 {yuan(mine)}，对方 {yuan(found.theirs[name])}）。"
            return Finding(Cause.DIGITS_SWAPPED, Remedy.ASK_THEM, {"说明": sentence, **found.told})
    return None
