"""结论的规矩: which verdicts a difference can have, what may be written off, which two belong together. Pure.

Amounts are fen of fund and personal account, as the clearing pays them. [P]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agency.money import MoneyError, parse_yuan, yuan
from settlement.reconciliation.kinds import DETAILS, DiscrepancyKind, Remedy

PAID = ("基金支付总额", "个人账户")  # the columns of a case that are cleared
REVERSES = "原结算编号"
K, R = DiscrepancyKind, Remedy
NO_ENDINGS = (R.PAIR, R.CARRY)

# what makes no sense of a kind: nobody imports what we have, or corrects what we have not
_NOT_FOR: dict[str, frozenset[Remedy]] = {
    K.DUPLICATE: frozenset({R.HOLD, R.CORRECT, R.WRITE_OFF}),
    K.ONLY_OURS: frozenset({R.IMPORT, R.REJECT, R.WRITE_OFF}),
    K.ONLY_THEIRS: frozenset({R.HOLD, R.CORRECT, R.WRITE_OFF}),
    K.REVERSAL_DIFFERS: frozenset({R.WRITE_OFF}),
    K.OWNER_DIFFERS: frozenset({R.IMPORT, R.WRITE_OFF}),
    K.PERIOD_DIFFERS: frozenset({R.IMPORT, R.WRITE_OFF}),
    K.AMOUNT_DIFFERS: frozenset({R.IMPORT}),
}


def remedies_of(kind: str, source: str) -> tuple[Remedy, ...]:
    """The verdicts that a difference of this kind can have, in the order of the list; only single cases can
    be held over."""
    left_out = _NOT_FOR[kind] | (frozenset() if source in DETAILS else frozenset({R.HOLD}))
    return tuple(remedy for remedy in Remedy if remedy not in left_out)


def endings_of(kind: str, source: str) -> tuple[Remedy, ...]:
    """How a difference that was carried forward can end without a later half: any of its verdicts but to
    carry it on, or to pair it."""
    return tuple(one for one in remedies_of(kind, source) if one not in NO_ENDINGS)


def paid_fen(side: Mapping[str, str]) -> int | None:
    """Fund and account of one side; None when it is not there, or has no such amounts."""
    texts = [side[name] for name in PAID if side.get(name)]
    try:
        return sum(parse_yuan(text) for text in texts) if texts else None
    except MoneyError:
        return None


def paid_by_both(
    ours: Mapping[str, str], theirs: Mapping[str, str], amount_fen: int
) -> tuple[int | None, int | None]:
    """Fund and account of both sides (fen) as they come to the difference `amount_fen`: ours in what theirs
    says of the two, theirs with all of its rows of the number, the account taken as ours is kept."""
    if not ours or not theirs:
        return paid_fen(ours), paid_fen(theirs)
    mine = paid_fen({name: ours.get(name, "") for name in PAID if name in theirs})
    return mine, None if mine is None else mine - amount_fen


@dataclass(frozen=True)
class Half:
    """What of a difference it rests on whether it belongs to another one: `amount_fen` is ours less theirs,
    the sides are what each has for the number (None: nothing), `reverses` is the number that it reverses."""

    number: str
    kind: str
    subject: str
    amount_fen: int
    ours_fen: int | None
    theirs_fen: int | None
    reverses: str = ""

    @property
    def sides(self) -> frozenset[str]:
        """Which side it stands on; both, where each side has something under the number."""
        return _SIDES.get(self.kind, BOTH)


OURS, THEIRS = frozenset({"ours"}), frozenset({"theirs"})
BOTH = OURS | THEIRS
_SIDES: dict[str, frozenset[str]] = {K.ONLY_OURS: OURS, K.ONLY_THEIRS: THEIRS, K.DUPLICATE: THEIRS}


def pair_refusal(one: Half, other: Half) -> str:
    """Why two open differences are not the halves of one; empty when they are: on opposite sides, and equal
    to the cent. A case and its own refund on one side belong together too."""
    if one.number == other.number:
        return "一条差异不能与自己对应。"
    if one.sides == other.sides and one.sides != BOTH and not _is_refund(one, other):
        side = "我方" if one.sides == OURS else "对方"
        return f"{one.number} 和 {other.number} 都在{side}一侧，不能互相对应。"
    if one.amount_fen + other.amount_fen:
        return _unequal(one.number, one.amount_fen, other.number, -other.amount_fen)
    if not one.amount_fen and BOTH in (one.sides, other.sides):
        return f"{one.number} 和 {other.number} 都没有差额，没有可以互相对应的。"
    return ""


def months_refusal(one: Half, other: Half) -> str:
    """Why two differences of different months are not the halves of one; empty when they are. Of one number,
    what the one side has alone must be what the other side has in the other month; else as any two."""
    alone, whole = (one, other) if other.sides == BOTH else (other, one)
    if one.subject != other.subject or alone.sides == BOTH:
        return pair_refusal(one, other)
    mine = alone.sides == OURS
    had, has = (alone.ours_fen, whole.theirs_fen) if mine else (alone.theirs_fen, whole.ours_fen)
    if had is None or has is None:
        return f"{alone.number} 所缺的一侧，{whole.number} 里也没有，不能互相对应。"
    return _unequal(alone.number, had, whole.number, has) if had != has else ""


def _is_refund(one: Half, other: Half) -> bool:
    return one.reverses == other.subject or other.reverses == one.subject


def _unequal(number: str, fen: int, other_no: str, other_fen: int) -> str:
    return (
        f"{number} 是 {yuan(fen)} 元，{other_no} 是 {yuan(other_fen)} 元，相差 "
        f"{yuan(abs(fen - other_fen))} 元，不能互相对应。"
    )


def write_off_refusal(kind: str, amount_fen: int, limit_fen: int) -> str:
    """Why the rest of a difference cannot be written off; empty when it can. What counts is what the two
    sides still differ by, whatever the amount of the case."""
    if kind != K.AMOUNT_DIFFERS:
        return "尾差核销只用于“金额不符”。"
    if not amount_fen:
        return "基金支付和个人账户没有差额，不用核销，请选“说明即可”。"
    if abs(amount_fen) > limit_fen:
        return f"差额 {yuan(abs(amount_fen))} 元，超过核销限额 {yuan(limit_fen)} 元。"
    return ""
