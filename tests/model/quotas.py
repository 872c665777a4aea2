"""周转金额度的第二个模型: rounds out of signed base months, quotas in force, use, warnings, urgent increases.

Days are ISO texts, so that they sort. What is in force on a day is looked for among all quotas each time;
what a month uses is added up anew out of its lines.
"""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from tests.model.clearing import Notice, Refused
from tests.model.fund import FundLedger
from tests.model.year import INSURANCES, before

Whose = tuple[str, str]  # region, insurance
EDGES = (("red", 90), ("yellow", 70))  # percent of the quota, the upper one first


class Quota(NamedTuple):
    """What somebody may use from a day on."""

    whose: Whose
    since: str
    amount: int


class Owed(NamedTuple):
    """How many cases, and how much, a month has somebody pay."""

    cases: int
    amount: int


@dataclass
class Item:
    """What a round says of somebody."""

    owed: dict[str, Owed]  # by base month
    average: int
    quota: int
    current: int
    changed: int  # what comes into force


@dataclass
class Round:
    year: str
    since: str
    items: dict[Whose, Item]
    months: list[str]
    state: str = "draft"  # draft, proposed, approved, returned


class Use(NamedTuple):
    """What a month has somebody pay, beside the quota of its last day (None: there was none yet)."""

    used: int
    quota: int | None

    @property
    def level(self) -> str:
        if self.quota is None or self.used <= 0:
            return ""
        if not self.quota:
            return "red"
        share = Fraction(self.used, self.quota)
        return next((level for level, percent in EDGES if share >= Fraction(percent, 100)), "")


Uses = dict[tuple[str, Whose], Use]  # by month


class Level(NamedTuple):
    """What a warning is of; there is one of each."""

    month: str
    whose: Whose
    level: str


@dataclass
class Increase:
    """What somebody asks for on a red warning."""

    no: str
    warning: Level
    current: int
    amount: int
    state: str = "asked"  # asked, approved, refused, withdrawn


def rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def last_day(month: str) -> str:
    year, number = int(month[:4]), int(month[4:])
    return f"{year}-{number:02d}-{calendar.monthrange(year, number)[1]}"


class Policy(NamedTuple):
    """The parameters of an example, as they are written: base months of the year before, and the factor."""

    base: str = "10,11,12"
    factor: str = "2"


class QuotaLedger(FundLedger):
    """Months, years and the fund, and the quotas that the fund should have."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy
        self.rounds: dict[str, Round] = {}
        self.quotas: list[Quota] = []
        self.warnings: dict[Level, Use] = {}  # with what it was then
        self.increases: list[Increase] = []

    # --- what everybody owes and may use ---

    def everybody(self) -> list[Whose]:
        return [(region, insurance) for insurance in INSURANCES for region in self.inside]

    def owed(self, month: str) -> dict[Whose, Owed]:
        """Of those who have a line as the insured side."""
        cases: Counter[Whose] = Counter()
        amounts: Counter[Whose] = Counter()
        for (insured, _, insurance, _), line in self.months[month].lines.items():
            cases[insured, insurance] += line.get("cases", 0)
            amounts[insured, insurance] += line["due"]
        return {whose: Owed(cases[whose], amounts[whose]) for whose in cases}

    def newest(self, whose: Whose, until: str = "9999") -> Quota | None:
        """The last quota that comes into force until a day; of two of one day the one approved last."""
        known = [quota for quota in self.quotas if quota.whose == whose and quota.since <= until]
        return sorted(known, key=lambda quota: quota.since)[-1] if known else None

    def amount_of(self, whose: Whose, until: str = "9999") -> int:
        """Nil while there is none."""
        found = self.newest(whose, until)
        return found.amount if found else 0

    def uses(self) -> Uses:
        """Of every month that was computed."""
        found = {}
        for month in self.months:
            owed, day = self.owed(month), last_day(month)
            for whose in self.everybody():
                used = owed.get(whose, Owed(0, 0)).amount
                quota = self.newest(whose, day)
                found[month, whose] = Use(used, quota.amount if quota else None)
        return found

    def warn(self) -> Uses:
        """What has reached a level is warned of, once; what is warned of stays so. All that is used now."""
        uses = self.uses()
        for (month, whose), use in uses.items():
            if use.level:
                self.warnings.setdefault(Level(month, whose, use.level), use)
        return uses

    # --- rounds ---

    def _base_signed(self, year: str) -> list[str]:
        months = [f"{before(year)}{month:02d}" for month in sorted(map(int, self.policy.base.split(",")))]
        return [month for month in months if self.is_signed(month)]

    def draw(self, year: str, since: str) -> Round:
        months, known = self._base_signed(year), self.rounds.get(year)
        reasons = set()
        if since[:4] != year:
            reasons.add("not_in_year")
        if any(quota.since > since for quota in self.quotas):
            reasons.add("later_quota")
        if not months:
            reasons.add("no_base_month")
        if known is not None and known.state in ("proposed", "approved"):
            reasons.add(f"already_{known.state}")
        if reasons:
            raise Refused(*reasons)
        items = {whose: self._item(whose, months, since) for whose in self.everybody()}
        self.rounds[year] = Round(year, since, items, months, known.state if known else "draft")
        return self.rounds[year]

    def _item(self, whose: Whose, months: list[str], since: str) -> Item:
        owed = {month: self.owed(month).get(whose, Owed(0, 0)) for month in months}
        mean = Decimal(sum(month.amount for month in owed.values())) / len(months)
        average = rounded(max(mean, Decimal(0)))
        quota = rounded(average * Decimal(self.policy.factor))
        return Item(owed, average, quota, self.amount_of(whose, since), quota)

    def change(self, of: Round, whose: Whose, amount: int) -> None:
        if of.state not in ("draft", "returned"):
            raise Refused("not_open")
        of.items[whose].changed = amount

    def propose(self, of: Round) -> None:
        if of.state not in ("draft", "returned"):
            raise Refused("no_such_step")
        of.state = "proposed"

    def send_back(self, of: Round) -> None:
        if of.state != "proposed":
            raise Refused("no_such_step")
        of.state = "returned"

    def approve(self, of: Round) -> None:
        """What it says comes into force; everybody is told to pay in what is more, or gets what is less."""
        reasons = self._reasons_against(of)
        if reasons:
            raise Refused(*reasons)
        of.state = "approved"
        for whose, item in of.items.items():
            self.quotas.append(Quota(whose, of.since, item.changed))
        for region in self.inside:
            less = [of.items[region, one].current - of.items[region, one].changed for one in INSURANCES]
            self._tell(of.year, region, less)

    def _reasons_against(self, of: Round) -> set[str]:
        if of.state == "approved":
            return {"someone_else_was_first"}
        reasons = set() if of.state == "proposed" else {"no_such_step"}
        if any(quota.since > of.since for quota in self.quotas):
            reasons.add("later_quota")
        if any(item.current != self.amount_of(one, of.since) for one, item in of.items.items()):
            reasons.add("quotas_moved")
        if self._base_signed(of.year) != of.months:
            reasons.add("base_moved")
        for month in of.months:
            owed = self.owed(month)
            if any(item.owed[month] != owed.get(one, Owed(0, 0)) for one, item in of.items.items()):
                reasons.add("base_moved")
        return reasons

    def _tell(self, period: str, region: str, halves: list[int], subject: str = "") -> None:
        if sum(halves):
            self.notices.append(Notice(period, region, sum(halves), *halves, "quotas", subject))

    # --- urgent increases ---

    def ask(self, warning: Level, amount: int, no: str) -> Increase:
        reasons = set()
        if warning.level != "red" or self.uses()[warning.month, warning.whose].level != "red":
            reasons.add("not_red")
        if any(one.warning == warning and one.state in ("asked", "approved") for one in self.increases):
            reasons.add("someone_else_was_first")
        if reasons:
            raise Refused(*reasons)
        self.increases.append(Increase(no, warning, self.amount_of(warning.whose), amount))
        return self.increases[-1]

    def grant(self, increase: Increase, today: str) -> None:
        """In force from today, and told to be paid in."""
        if increase.state != "asked":
            raise Refused("someone_else_was_first")
        whose, reasons = increase.warning.whose, set()
        if self.amount_of(whose) != increase.current:
            reasons.add("quotas_moved")
        if self.newest(whose) != self.newest(whose, today):
            reasons.add("later_quota")
        if reasons:
            raise Refused(*reasons)
        increase.state = "approved"
        self.quotas.append(Quota(whose, today, increase.current + increase.amount))
        halves = [-increase.amount if one == whose[1] else 0 for one in INSURANCES]
        self._tell(increase.warning.month, whose[0], halves, increase.no)

    def end(self, increase: Increase, state: str) -> None:
        """It is refused, or withdrawn."""
        if increase.state != "asked":
            raise Refused("someone_else_was_first")
        increase.state = state

    # --- what must always hold ---

    def broken(self) -> list[str]:
        """Invariants of months, years and the fund, and: each region was told to pay in exactly its quotas;
        quotas follow each other; nothing but a red warning brought an increase."""
        found = super().broken()
        for region in self.inside:
            told = -sum(one.amount for one in self.notices if one.of == "quotas" and one.region == region)
            has = sum(self.amount_of((region, insurance)) for insurance in INSURANCES)
            if told != has:
                found.append(f"{region} has quotas of {has} and was told to pay in {told}")
        for whose in self.everybody():
            days = [quota.since for quota in self.quotas if quota.whose == whose]
            if days != sorted(days):
                found.append(f"{whose}: a quota was put before another")
        if any(one.warning.level != "red" or one.warning not in self.warnings for one in self.increases):
            found.append("an increase without a red warning")
        return found
