"""通知与付款的算术: what a notice says, whom a bank line can pay, what counts as late. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from settlement.clearing.rules import NetRow
from settlement.notices.models import BankDirection, Basis, Direction

# --- what a notice says -------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """Amounts of a notice in fen, in the notice's direction; one insurance type may be below 0."""

    direction: str
    receivable_fen: int
    payable_fen: int
    employee_fen: int
    resident_fen: int
    total_fen: int


def figures_of(row: NetRow) -> Figures | None:
    """轧差 > 0: the region receives (form 7), < 0: it pays (form 8), 0: no notice [domain 5.5]."""
    if not row.net_fen:
        return None
    direction, sign = (Direction.RECEIPT, 1) if row.net_fen > 0 else (Direction.PAYMENT, -1)
    ours, theirs = row.receivable, row.payable
    return Figures(
        direction.value,
        ours.sum_fen,
        theirs.sum_fen,
        sign * (ours.employee_fen - theirs.employee_fen),
        sign * (ours.resident_fen - theirs.resident_fen),
        sign * row.net_fen,
    )


def number_of(prefix: str, year: int, serial: int) -> str:
    """文号: 吉医保异清〔2026〕12号."""
    return f"{prefix}〔{year}〕{serial}号"


_NUMBER = re.compile(r"(20[0-9]{2})[〕］\]】）)]第?0*([0-9]{1,6})号")


def numbers_named(text: str) -> list[tuple[int, int]]:
    """(year, serial) of every 文号 in a text, whatever brackets it is written with; each once."""
    found = _NUMBER.findall("".join(text.split()))
    return list(dict.fromkeys((int(year), int(serial)) for year, serial in found))


# --- who pays for what --------------------------------------------------------------------------------------

# The province's account receives what a region pays, and pays what a region receives; a region's own account
# sees it the other way round.
_OF_PROVINCE = {BankDirection.IN: Direction.PAYMENT, BankDirection.OUT: Direction.RECEIPT}
_OF_REGION = {BankDirection.IN: Direction.RECEIPT, BankDirection.OUT: Direction.PAYMENT}


def paid_direction(bank_direction: str, *, is_province: bool) -> str:
    """The direction of the notices that such a line can pay."""
    table = _OF_PROVINCE if is_province else _OF_REGION
    return table[BankDirection(bank_direction)].value


class Payer(IntEnum):
    """对方: whether the other side's account is that of the party that the notice speaks of."""

    RIGHT = 0
    UNKNOWN = 1
    WRONG = 2


class Candidate(NamedTuple):
    """A notice that a line could pay: how much is open on it (fen), and whether the payer is right."""

    notice_id: int
    number: tuple[int, int]
    open_fen: int
    payer: Payer


class Allotment(NamedTuple):
    """So much of a line for a notice, and on what it rests."""

    notice_id: int
    amount_fen: int
    basis: str


def allot(rest_fen: int, note: str, candidates: Sequence[Candidate]) -> list[Allotment]:
    """自动核销: what a line pays for beyond doubt; empty when a person has to say so [P].

    Named in the 摘要 and paid by the right account: as much as is open, of several named ones only when they
    take the whole line. Named, from an account that nobody registered: only to the cent. Not named: the one
    notice to the right account that is open with exactly this amount. A wrong payer is never guessed at.
    """
    named = set(numbers_named(note))
    if named:
        return _named(rest_fen, [item for item in candidates if item.number in named], len(named))
    exact = [item for item in candidates if item.payer == Payer.RIGHT and item.open_fen == rest_fen]
    return [Allotment(exact[0].notice_id, rest_fen, Basis.AMOUNT)] if len(exact) == 1 else []


def _named(rest_fen: int, found: Sequence[Candidate], named: int) -> list[Allotment]:
    if len(found) != named or any(item.payer == Payer.WRONG for item in found):
        return []
    is_exact = sum(item.open_fen for item in found) == rest_fen
    is_sure = len(found) == 1 and found[0].payer == Payer.RIGHT
    if not (is_exact or is_sure):
        return []
    return [Allotment(item.notice_id, min(item.open_fen, rest_fen), Basis.NUMBER) for item in found]


def rank(rest_fen: int, note: str, item: Candidate) -> tuple[bool, int, bool, tuple[int, int]]:
    """The order in which candidates are shown: named, right payer, exact amount, oldest first."""
    return (item.number not in numbers_named(note), item.payer, item.open_fen != rest_fen, item.number)


# --- how far it is paid -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How a notice stands on a day. `days_late` counts calendar days after the last day to pay."""

    label: str
    tone: str
    open_fen: int
    days_late: int = 0


def standing(
    *,
    total_fen: int,
    paid_fen: int,
    pay_by: dt.date,
    paid_on: dt.date | None,
    today: dt.date,
    is_voided: bool,
) -> Standing:
    """未付, 部分付, 已付清, 已作废; late from the day after `pay_by`, until the day the last part came in."""
    if is_voided:
        return Standing("已作废", "", 0)
    open_fen = total_fen - paid_fen
    until = today if open_fen or paid_on is None else paid_on
    late = max(0, (until - pay_by).days)
    if not open_fen:
        return Standing("已付清", "ok", 0, late)
    label = "部分付" if paid_fen else "未付"
    return Standing(label, "bad" if late else "warn", open_fen, late)
