"""周转金的算术: how payments of a notice are split over the insurance types; the bank compared. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agency.money import yuan

# --- payments split -----------------------------------------------------------------------------------------


class Paid(NamedTuple):
    """A payment of a notice in fen; a withdrawal is below nil and names the payment that it takes back."""

    number: str
    amount_fen: int
    withdraws: str = ""


class Parts(NamedTuple):
    """What of a payment is 职工 and what 居民, in fen."""

    employee_fen: int
    resident_fen: int


def employee_share(paid_fen: int, employee_fen: int, total_fen: int) -> int:
    """职工 of what was paid so far of a notice (fen): in proportion of its two amounts, half up to the fen.

    Taken of the cumulated sum, so that the last payment takes the rest: all of `total_fen` gives exactly
    `employee_fen`. 居民 is what is left [P].
    """
    return (2 * paid_fen * employee_fen + total_fen) // (2 * total_fen)


def split(payments: Iterable[Paid], employee_fen: int, total_fen: int) -> dict[str, Parts]:
    """The parts of each payment of a notice, in the order in which they were made.

    职工 of a payment is the share of all that is paid until then less what stands for 职工 already; a
    withdrawal takes back the very parts of what it names, which comes before it [P].
    """
    found: dict[str, Parts] = {}
    paid = standing = 0
    for number, amount, withdraws in payments:
        paid += amount
        if withdraws:
            taken = found.get(withdraws, Parts(0, -amount))
            parts = Parts(-taken.employee_fen, -taken.resident_fen)
        else:
            share = employee_share(paid, employee_fen, total_fen) - standing
            parts = Parts(share, amount - share)
        standing += parts.employee_fen
        found[number] = parts
    return found


# --- the bank compared --------------------------------------------------------------------------------------

Sums = Mapping[dt.date, int]


class Moved(NamedTuple):
    """What moved the province's account, in fen by day: what the bank's lines say came and went; what of them
    was allotted to notices or accounted for by adjustments; adjustments without a line; what the ledger says.
    The last three are what came less what went."""

    come: Sums
    gone: Sums
    used: Sums
    adjusted: Sums
    ledger: Sums


class BankDay(NamedTuple):
    """A day of the province's account in fen: what came and went, and how everything stood at its end."""

    day: dt.date
    come_fen: int
    gone_fen: int
    lines_fen: int
    open_fen: int
    adjusted_fen: int
    ledger_fen: int
    paper_fen: int | None

    @property
    def gap_fen(self) -> int:
        """What the ledger lacks of the lines that were allotted and of the adjustments: nil [P]."""
        return self.lines_fen - self.open_fen + self.adjusted_fen - self.ledger_fen

    @property
    def difference_fen(self) -> int | None:
        """What the bank's paper says more than the ledger; None where no paper was typed in."""
        return None if self.paper_fen is None else self.paper_fen - self.ledger_fen

    @property
    def told(self) -> str:
        """The difference explained: by lines that were not allotted yet, the rest is named."""
        if self.gap_fen:
            return f"账上与核销、调账差 {yuan(-self.gap_fen)}，请核对账目"
        if self.difference_fen is None:
            return ""
        rest = self.difference_fen - self.open_fen
        if rest:
            return f"另有 {yuan(rest)} 未说明" if self.open_fen else f"{yuan(rest)} 未说明"
        return "差额是未核销的流水" if self.open_fen else "一致"


def bank_days(moved: Moved, papers: Sums, first: dt.date) -> list[BankDay]:
    """The days from `first` on that have anything to say, each with all that was before it added in."""
    lines = opened = adjusted = ledger = 0
    found = []
    for day in sorted({*papers, *(day for sums in moved for day in sums)}):
        come, gone, used, by_hand, posted = (sums.get(day, 0) for sums in moved)
        lines += come - gone
        opened += come - gone - used
        adjusted += by_hand
        ledger += posted
        if day >= first:
            found.append(BankDay(day, come, gone, lines, opened, adjusted, ledger, papers.get(day)))
    return found
