"""周转金的算术: how a payment is split over the insurance types. Pure."""

from __future__ import annotations


def employee_share(paid_fen: int, employee_fen: int, total_fen: int) -> int:
    """职工 of what was paid so far of a notice (fen): in proportion of its two amounts, half up to the fen.

    Taken of the cumulated sum, so that the last payment takes the rest: all of `total_fen` gives exactly
    `employee_fen`. 居民 is what is left [P].
    """
    return (2 * paid_fen * employee_fen + total_fen) // (2 * total_fen)
