"""周转金的算术: how payments of a notice are split over the insurance types. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


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
