"""挂账的算术: what of a held-over case stays out of a month, and what comes back into one. Pure. [P], [N22]

The whole case stays out: fund and account, less its deductions, and what cancels it, in whatever month each
of these counts. In the month in which it is released all that was kept out comes back at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from agency.periods import months_between, shifted


class NotCross(NamedTuple):
    """A pair of regions that does not count as 异地, with its first and last day (ISO texts, None: open)."""

    region: int
    other: int
    first_day: str
    last_day: str | None


def is_local(pairs: Iterable[NotCross], insured: int, care: int, day: str) -> bool:
    """Whether a case settled on a day (ISO) between these regions is in no line of a month of such pairs."""
    return insured == care or any(
        {pair.region, pair.other} == {insured, care}
        and pair.first_day <= day
        and (pair.last_day is None or day <= pair.last_day)
        for pair in pairs
    )


class Moved(NamedTuple):
    """What is carried into and out of one month for one case, in fen."""

    carried_in_fen: int
    carried_out_fen: int


@dataclass(frozen=True)
class Held:
    """A held case: its first month, the month of its release ("" while it is undecided, or was rejected), and
    what of it counts in each month from the first on: fund + account − deductions, in fen."""

    held_from: str
    returns_in: str
    counted: Mapping[str, int]

    @property
    def net_fen(self) -> int:
        """The whole case, over all months in which it is kept out."""
        return sum(
            fen for month, fen in self.counted.items() if not self.returns_in or month < self.returns_in
        )


def carry(case: Held, month: str) -> Moved | None:
    """What a month carries for a case; None when the case does not touch what it carries.

    Held or rejected: whatever of it counts in the month goes out. Released: before that month it went out, in
    it all of that comes in, and from then on everything counts plainly.
    """
    if month < case.held_from or (case.returns_in and month > case.returns_in):
        return None
    if month == case.returns_in:
        return Moved(sum(fen for earlier, fen in case.counted.items() if earlier < month), 0)
    if month == case.held_from or month in case.counted:
        return Moved(0, case.counted.get(month, 0))
    return None


def months_touched(case: Held) -> list[str]:
    """The months that carry something for a case, oldest first."""
    months = {case.held_from, *case.counted, *([case.returns_in] if case.returns_in else [])}
    return sorted(month for month in months if carry(case, month) is not None)


def decided_before(held_from: str, hold_months: int) -> str:
    """The month that cannot be signed while a case held from `held_from` is undecided: at most so many months
    pass [N22]."""
    return shifted(held_from, hold_months)


def is_over_age(held_from: str, month: str, hold_months: int) -> bool:
    """Whether a case that is still undecided keeps a month from being signed [N22]."""
    return months_between(held_from, month) >= hold_months
