"""清算的第二个模型: what domain 5 and the interface say of a month, written once more without the program.

Plain Python over small lists: no Django, nothing imported from the project. It is slow and says everything
twice on purpose: a sum is always made anew from the cases, so that it cannot drift. Amounts are fen, months
are `YYYYMM` texts, parties are codes of regions; a party outside the province is one that is not in `INSIDE`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

INSIDE = (
    "229900", "220100", "220200", "220300", "220400", "220500", "220600", "220700", "220800", "222400",
    "220581", "229901",
)  # fmt: skip
PLATFORM = "platform"
FUNDS = ("pooling", "critical", "large", "servant", "enterprise", "assistance", "other")
HOLD_MONTHS = 2

Key = tuple[str, str, str, str]  # insured region, care region, insurance, kind of care
Wanted = Callable[[str], bool]  # whether what is of a month (not: counts in it) is wanted


def following(month: str) -> str:
    """The month after."""
    year, number = int(month[:4]), int(month[4:])
    return f"{year + number // 12}{number % 12 + 1:02d}"


def every(origin: str) -> bool:
    """Of a month's items all, whatever month they are of."""
    return True


def months_later(month: str, many: int) -> str:
    for _ in range(many):
        month = following(month)
    return month


@dataclass
class Case:
    """A settled case, or what takes one back (`sign` −1, every amount negative already)."""

    no: str
    key: Key
    month: str  # of the settlement
    period: str  # in which it counts
    total: int
    in_scope: int
    funds: dict[str, int]
    account: int
    sign: int = 1
    of: int | None = None  # the place in `cases` of the one that it takes back

    @property
    def fund(self) -> int:
        return sum(self.funds.values())

    @property
    def is_local(self) -> bool:
        return self.key[0] == self.key[1]


@dataclass
class Taken:
    """A deduction, of a case or of a group."""

    key: Key
    stated: str
    period: str
    amount: int
    case: int | None = None


@dataclass
class Held:
    """A disputed case: out of the money from `since` on, until it is decided."""

    case: int
    since: str
    by: str
    state: str = "held"  # held, released, rejected; taken_back: then it is none of the ledger's
    decided: str = ""  # the month of the decision


@dataclass
class Month:
    """What a month was when it was computed last."""

    period: str
    lines: dict[Key, dict[str, int]] = field(default_factory=dict)
    local: int = 0
    confirmed: dict[str, object] = field(default_factory=dict)  # region → the lines that it confirmed
    is_signed: bool = False
    is_stale: bool = False


class Part(NamedTuple):
    """What was paid of a notice in one step, or (below nil) takes back an earlier one, named by its place."""

    moment: int
    amount: int
    takes_back: int | None = None


@dataclass
class Notice:
    """What a region is told to pay or to receive: for a month's clearing, or for its quotas of the fund."""

    period: str
    region: str
    amount: int  # above nil: the region receives; below: it pays
    employee: int
    resident: int
    of: str = "clearing"  # or "quotas"
    subject: str = ""  # tells apart notices of one period and region
    parts: list[Part] = field(default_factory=list)

    @property
    def paid(self) -> int:
        return sum(part.amount for part in self.parts)

    def paid_until(self, moment: int) -> int:
        return sum(part.amount for part in self.parts if part.moment <= moment)


class Refused(Exception):
    """The rules do not allow this step; what it says are the codes of the reasons."""


class Ledger:
    """Everything that was done, and what follows from it."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.taken: list[Taken] = []
        self.held: list[Held] = []
        self.months: dict[str, Month] = {}
        self.notices: list[Notice] = []
        self.moment = 0  # counts the steps
        self.inside = INSIDE  # who takes part, in the order of the sheets

    # --- in ---

    def open_month(self, month: str) -> str:
        """The month itself, or the first one after it that is not signed."""
        while self.is_signed(month):
            month = following(month)
        return month

    def load(self, case: Case) -> int:
        case.period = self.open_month(case.month)
        self.cases.append(case)
        self._stale(case.period)
        return len(self.cases) - 1

    def reverse(self, at: int, no: str, month: str) -> int:
        """A whole reversal, settled in `month`."""
        old = self.cases[at]
        if old.sign < 0 or self._taken_back(at):
            raise Refused("reversal_does_not_match")
        return self.load(self._negative(at, no, month))

    def correct(self, at: int, funds: dict[str, int]) -> int:
        """A pair in the open month: the old one taken back, the new one in its place."""
        old = self.cases[at]
        self.load(self._negative(at, old.no, old.month))
        new = Case(old.no, old.key, old.month, "", old.total, old.in_scope, funds, old.account)
        return self.load(new)

    def deduct(self, key: Key, stated: str, amount: int, case: int | None = None) -> int:
        period = self.open_month(stated)
        self.taken.append(Taken(key, stated, period, amount, case))
        self._stale(period)
        return len(self.taken) - 1

    def _negative(self, at: int, no: str, month: str) -> Case:
        old = self.cases[at]
        funds = {name: -amount for name, amount in old.funds.items()}
        return Case(no, old.key, month, "", -old.total, -old.in_scope, funds, -old.account, -1, at)

    def _taken_back(self, at: int) -> bool:
        return any(case.of == at for case in self.cases)

    def _stale(self, period: str) -> None:
        if period in self.months:
            self.months[period].is_stale = True

    # --- held over ---

    def dispute(self, at: int, by: str) -> Held:
        case = self.cases[at]
        month = self.months.get(case.period)
        if month is None or month.is_signed:
            raise Refused("month_not_open")
        if case.is_local or case.sign < 0 or self._taken_back(at) or by not in case.key[:2]:
            raise Refused("cannot_be_disputed")
        if self._holding(at) is not None:
            raise Refused("held_already")
        held = Held(at, case.period, by)
        self.held.append(held)
        self._carry(case.period)
        return held

    def take_back(self, held: Held) -> None:
        """The region that disputed gives in: as if nothing had been, or released once its month is signed."""
        if held.state != "held":
            raise Refused("decided_already")
        if not self.months[held.since].is_signed:
            held.state = "taken_back"
            self.held.remove(held)
            self._carry(held.since)
            return
        self.decide(held, "released")

    def decide(self, held: Held, state: str) -> None:
        if held.state != "held":
            raise Refused("decided_already")
        month = self.open_month(held.since)
        held.state, held.decided = state, month
        self._carry(held.since)

    def _holding(self, at: int) -> Held | None:
        return next((held for held in self.held if held.case == at), None)

    def _net_of(self, held: Held, period: str) -> int:
        """What of a held case counts in one month: itself, what takes it back, what is deducted from it."""
        net = 0
        for at, case in enumerate(self.cases):
            if case.period == period and held.case in (at, case.of):
                net += case.fund + case.account
        return net - sum(t.amount for t in self.taken if t.case == held.case and t.period == period)

    def _is_out(self, held: Held, period: str) -> bool:
        if period < held.since:
            return False
        return held.state != "released" or period < held.decided

    def carried_out(self, held: Held, period: str) -> int:
        return self._net_of(held, period) if self._is_out(held, period) else 0

    def carried_in(self, held: Held, period: str) -> int:
        if held.state != "released" or held.decided != period:
            return 0
        total, month = 0, held.since
        while month < period:
            total += self._net_of(held, month)
            month = following(month)
        return total

    def touches(self, held: Held, period: str) -> bool:
        """Whether a carry makes a row of the month."""
        return period in (held.since, held.decided if held.state == "released" else "") or bool(
            self.carried_out(held, period)
        )

    def too_old(self, period: str) -> list[Held]:
        """What must be decided before a month is signed."""
        return [h for h in self.held if h.state == "held" and months_later(h.since, HOLD_MONTHS) <= period]

    # --- the month ---

    def has_content(self, period: str) -> bool:
        """Whether anything counts in a month."""
        return any(item.period == period for item in [*self.cases, *self.taken])

    def begin_empty(self, period: str, today: str) -> Month:
        """A person says that nothing happened in a month; `today` is the month at hand."""
        if self.has_content(period) or self._released_into(period):
            raise Refused("not_empty")
        if period not in self.months:
            known = self.known_months()
            if not known or period < min(known):
                raise Refused("before_first_month")
            if period >= today:
                raise Refused("month_not_over")
            self.months[period] = Month(period)
        return self.compute(period)

    def known_months(self) -> set[str]:
        """Months with cases or deductions, into which something was released, or that somebody began."""
        into = {held.decided for held in self.held if held.state == "released"}
        return {item.period for item in [*self.cases, *self.taken]} | into | set(self.months)

    def _released_into(self, period: str) -> bool:
        return any(held.state == "released" and held.decided == period for held in self.held)

    def compute(self, period: str) -> Month:
        month = self.months.get(period)
        if month is None and not self.has_content(period) and not self._released_into(period):
            raise Refused("nothing_to_compute")
        if month is not None and month.is_signed:
            raise Refused("already_signed")
        month = self.months.setdefault(period, Month(period))
        month.lines = self.added(period)
        month.local = sum(case.is_local for case in self.cases if case.period == period)
        month.is_stale = False
        self._void(month)
        return month

    def added(self, period: str, wanted: Wanted = every) -> dict[Key, dict[str, int]]:
        """The lines of a month out of all that counts in it, or of what is of the wanted months."""
        lines: dict[Key, Counter[str]] = {}
        for case in self.cases:
            if case.period == period and not case.is_local and wanted(case.month):
                line = lines.setdefault(case.key, Counter())
                line["cases"] += case.sign
                line["records"] += 1
                line["total"] += case.total
                line["in_scope"] += case.in_scope
                line["account"] += case.account
                for name, amount in case.funds.items():
                    line[name] += amount
        for taken in self.taken:
            of = taken.stated if taken.case is None else self.cases[taken.case].month
            if taken.period == period and taken.key[0] != taken.key[1] and wanted(of):
                lines.setdefault(taken.key, Counter())["deduction"] += taken.amount
        return self._with_carries(period, {key: dict(line) for key, line in lines.items()}, wanted)

    def _with_carries(
        self, period: str, lines: dict[Key, dict[str, int]], wanted: Wanted = every
    ) -> dict[Key, dict[str, int]]:
        for line in lines.values():
            line["in"] = line["out"] = 0
        for held in self.held:
            if self.touches(held, period) and wanted(self.cases[held.case].month):
                line = lines.setdefault(self.cases[held.case].key, {"in": 0, "out": 0})
                line["in"] += self.carried_in(held, period)
                line["out"] += self.carried_out(held, period)
        for line in lines.values():
            line["fund"] = sum(line.get(name, 0) for name in FUNDS)
            line["due"] = (
                line["fund"] + line.get("account", 0) - line.get("deduction", 0) + line["in"] - line["out"]
            )
        return lines

    def _carry(self, period: str) -> None:
        """A dispute or its end shows at once in every unsigned month from its own on."""
        for month in self.months.values():
            if month.period >= period and not month.is_signed:
                kept = {
                    k: line for k, line in month.lines.items() if line.get("records") or "deduction" in line
                }
                month.lines = self._with_carries(month.period, kept)
                self._void(month)

    def _void(self, month: Month) -> None:
        month.confirmed = {
            region: seen for region, seen in month.confirmed.items() if seen == self.part_of(month, region)
        }

    def part_of(self, month: Month, region: str) -> object:
        """What a region sees of a month."""
        own = {key: line for key, line in month.lines.items() if region in key[:2]}
        taken = [t for t in self.taken if t.period == month.period and region in t.key[:2]]
        told = sorted((t.key, t.amount, t.case if t.case is not None else -1) for t in taken)
        return repr((sorted((key, sorted(line.items())) for key, line in own.items()), told))

    def confirm(self, period: str, region: str) -> None:
        month = self.months.get(period)
        if month is None or month.is_signed:
            raise Refused("not_open")
        if region in month.confirmed:
            raise Refused("already_confirmed")
        month.confirmed[region] = self.part_of(month, region)

    def reasons_against(self, period: str) -> set[str]:
        """Why a month cannot be signed; empty when it can."""
        month = self.months[period]
        reasons = set()
        if any(p < period and not self.is_signed(p) for p in self.known_months()):
            reasons.add("earlier_month_unsigned")
        if set(self.inside) - set(month.confirmed):
            reasons.add("not_confirmed")
        if month.is_stale:
            reasons.add("needs_computing")
        if self.too_old(period):
            reasons.add("held_too_long")
        return reasons

    def sign(self, period: str) -> None:
        month = self.months.get(period)
        if month is None or month.is_signed:
            raise Refused("not_open")
        if self.reasons_against(period):
            raise Refused("reasons")
        month.is_signed = True
        for region in self.inside:
            amount = self.net(period)[region]
            if amount:
                halves = [self.net(period, insurance)[region] for insurance in ("employee", "resident")]
                self.notices.append(Notice(period, region, amount, *halves))

    def is_signed(self, period: str) -> bool:
        return period in self.months and self.months[period].is_signed

    def net(self, period: str, insurance: str = "") -> dict[str, int]:
        """轧差 per region and of the platform: what it is owed less what it owes."""
        found = dict.fromkeys((*self.inside, PLATFORM), 0)
        for (insured, care, of, _), line in self.months[period].lines.items():
            if insurance in ("", of):
                found[care if care in found else PLATFORM] += line["due"]
                found[insured if insured in found else PLATFORM] -= line["due"]
        return found

    # --- money ---

    def pay(self, notice: Notice, amount: int) -> None:
        if amount <= 0 or notice.paid + amount > abs(notice.amount):
            raise Refused("more_than_is_due")
        notice.parts.append(Part(self.moment, amount))

    # --- what must always hold ---

    def broken(self) -> list[str]:
        """Invariants of domain 5 over everything; empty when all is well."""
        found = []
        for period in self.months:
            if sum(self.net(period).values()):
                found.append(f"{period}: the nets do not sum to nil")
        for held in self.held:
            month, out, came_in = held.since, 0, 0
            last = max(self.months)
            while month <= last:
                out += self.carried_out(held, month)
                came_in += self.carried_in(held, month)
                month = following(month)
            if held.state == "released" and held.decided <= last and out != came_in:
                found.append(f"case {held.case}: {out} left, {came_in} came back")
            if held.state != "released" and came_in:
                found.append(f"case {held.case}: came back undecided")
        return found
