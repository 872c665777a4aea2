"""周转金账的第二个模型: what the province holds of each region, made anew each time out of what stands.

The program keeps movements, which are only added to and turned round. Here there are none: what a region has
is what the signed months say of it, less what of that was paid out, and more what it paid in. A month that is
opened again, and a payment that is taken back, need no movement; they are simply not there any more.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import NamedTuple

from tests.model.clearing import Notice, Part, Refused
from tests.model.year import INSURANCES, YearLedger

Account = tuple[str, str]  # whose (a region, the platform), and of which insurance
BANK: Account = ("bank", "")


class Split(NamedTuple):
    """What of a payment is whose; in the direction of its notice."""

    employee: int
    resident: int


@dataclass
class Adjusted:
    """An approved movement by hand, in the words of bookkeeping."""

    debit: Account
    credit: Account
    amount: int
    stands: bool = True


def half_up(amount: Fraction) -> int:
    """The nearest whole fen; between two of them the greater."""
    return floor(amount + Fraction(1, 2))


def split(notice: Notice) -> list[Split]:
    """Each payment of a notice over its two insurances: 职工 has its share of all that is paid until then,
    less what it has; 居民 the rest. What takes a payment back takes back its very halves."""
    employee = notice.employee if notice.amount > 0 else -notice.employee
    found: list[Split] = []
    paid = 0
    for part in notice.parts:
        paid += part.amount
        if part.takes_back is None:
            due = half_up(Fraction(paid * employee, abs(notice.amount)))
            own = due - sum(one.employee for one in found)
            found.append(Split(own, part.amount - own))
        else:
            old = found[part.takes_back]
            found.append(Split(-old.employee, -old.resident))
    return found


class FundLedger(YearLedger):
    """Months and years, and the money that stands behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.adjusted: list[Adjusted] = []

    # --- what stands no longer ---

    def reasons_against_reopening(self, period: str) -> set[str]:
        if not self.is_signed(period):
            return {"not_signed"}
        reasons = set()
        if any(later > period and self.is_signed(later) for later in self.months):
            reasons.add("later_month_signed")
        if any(notice.paid for notice in self._notices_of(period)):
            reasons.add("already_paid")
        closed = [year for year in self.years.values() if year.is_closed]
        if any(period <= max(f"{year.name}12", year.late_through) for year in closed):
            reasons.add("year_closed")
        return reasons

    def reopen(self, period: str) -> None:
        """The newest signed month takes in again what would have counted in it; its notices are void."""
        reasons = self.reasons_against_reopening(period)
        if reasons:
            raise Refused(*reasons)
        self.months[period].is_signed = False
        void = self._notices_of(period)
        self.notices = [notice for notice in self.notices if notice not in void]
        late = [case for case in self.cases if self._comes_back(case.month, case.period, period)]
        deducted = [taken for taken in self.taken if self._comes_back(taken.stated, taken.period, period)]
        for item in [*late, *deducted]:
            self._stale(item.period)
            self._stale(period)
            item.period = period
        for held in self.held:
            held.since = self.cases[held.case].period
        self._carry(period)

    def _comes_back(self, own: str, counts: str, period: str) -> bool:
        return counts > period and self.open_month(own) == period

    def _notices_of(self, period: str) -> list[Notice]:
        return [one for one in self.notices if one.period == period and one.of == "clearing"]

    def withdraw(self, notice: Notice, at: int) -> None:
        """A payment of a notice is taken back as a whole."""
        part = notice.parts[at]
        if part.takes_back is not None:
            raise Refused("is_withdrawal")
        if any(other.takes_back == at for other in notice.parts):
            raise Refused("someone_else_was_first")
        notice.parts.append(Part(self.moment, -part.amount, at))

    # --- by hand ---

    def adjust(self, debit: Account, credit: Account, amount: int) -> Adjusted:
        if debit == credit:
            raise Refused("same_account")
        self.adjusted.append(Adjusted(debit, credit, amount))
        return self.adjusted[-1]

    def take_adjustment_back(self, adjusted: Adjusted) -> None:
        if not adjusted.stands:
            raise Refused("someone_else_was_first")
        adjusted.stands = False

    # --- what everybody has ---

    def balances(self) -> dict[Account, int]:
        """What the province holds of each region (below nil: what it lacks), what the platform has to pay,
        and what lies at the bank; without those that have nil."""
        found: Counter[Account] = Counter()
        for period in self.months:
            if self.is_signed(period):
                for insurance in INSURANCES:
                    for party, amount in self.net(period, insurance).items():
                        found[party, insurance] += amount
        for notice in self.notices:
            out = 1 if notice.amount > 0 else -1  # to the region
            for part in split(notice):
                found[notice.region, "employee"] -= out * part.employee
                found[notice.region, "resident"] -= out * part.resident
            found[BANK] -= out * notice.paid
        for adjusted in self.adjusted:
            if adjusted.stands:
                found[adjusted.debit] += adjusted.amount if adjusted.debit == BANK else -adjusted.amount
                found[adjusted.credit] -= adjusted.amount if adjusted.credit == BANK else -adjusted.amount
        return {account: amount for account, amount in found.items() if amount}

    # --- what must always hold ---

    def broken(self) -> list[str]:
        """Invariants of months and years, and: the bank has what is everybody's; what is paid in full is paid
        in full of each insurance."""
        found = super().broken()
        held = self.balances()
        bank = held.pop(BANK, 0)
        if bank != sum(held.values()):
            found.append(f"the bank has {bank}, the accounts come to {sum(held.values())}")
        for notice in self.notices:
            sign = 1 if notice.amount > 0 else -1
            employee = sum(part.employee for part in split(notice))
            if notice.paid == abs(notice.amount) and employee != sign * notice.employee:
                found.append(f"{notice.period} {notice.region}: {employee} paid of {notice.employee}")
        return found
