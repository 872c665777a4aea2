"""The program's quotas of the fund and the second model of them, driven by the same steps as all below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from agency.organisation.models import User
from agency.policy.models import Parameter
from settlement.quotas.increases import (
    increase_approve,
    increase_ask,
    increase_refuse,
    increase_withdraw,
)
from settlement.quotas.models import Quota, QuotaBase, QuotaItem, QuotaRound
from settlement.quotas.services import item_change, round_approve, round_draw, round_propose, round_return
from settlement.quotas.use import computed_periods, use_rates
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from tests.model.beside import AREAS, PAIRS, yuan
from tests.model.beside_funds import BothFunds
from tests.model.clearing import FUNDS, INSIDE, Case
from tests.model.quotas import EDGES, Policy, QuotaLedger, Round, Uses, Whose, last_day
from tests.model.year import INSURANCES
from tests.settlement.notices.statement import finance_of
from tests.support.world import World

SINCE = ["01-01", "01-01", "01-01", "01-31", "02-01", "02-10", "03-31"]
DECIDING = {"draw", "change", "propose", "send_back", "approve", "ask", "decide", "sign"}
USING = {"dispute", "take_back", "release", "reject", "reopen", "approve", "decide", "sign"}
ENDS = {"refused": increase_refuse, "withdrawn": increase_withdraw}


class BothQuotas(BothFunds):
    """Both, with quotas, their use and what it leads to; each is compared after the steps that change it."""

    model: QuotaLedger

    def __init__(self, world: World, folder: Path, months: Sequence[str], policy: Policy) -> None:
        super().__init__(world, folder, months, QuotaLedger(policy))
        self.say(f"base months {policy.base}, factor {policy.factor}")
        Parameter.objects.filter(key="fund.base_months").update(value=policy.base)
        Parameter.objects.filter(key="fund.quota_factor").update(value=policy.factor)

    def step(self, act: str, which: int, month: int, amount: int) -> None:
        super().step(act, which, month, amount)
        uses = self.model.warn()
        if act in DECIDING:
            self.compare_quotas()
        if act in USING:
            self.compare_use(uses)

    @cached_property
    def treasurers(self) -> dict[str, User]:
        """Who keeps the money of a region, by its code."""
        return {code: finance_of(code) for code in AREAS if code in INSIDE}

    # --- steps: rounds ---

    def draw(self, which: int, month: str, amount: int) -> None:
        """The round of the month's year; now and then from a day of another."""
        year = month[:4]
        since = f"{int(year) + (amount % 97 == 96)}-{SINCE[which % len(SINCE)]}"
        self.say(f"the quotas of {year} are drawn up, from {since} on")
        asked = {"year": int(year), "effective_on": dt.date.fromisoformat(since)}
        self.same_code(
            lambda: round_draw(**asked, by=self.world.prov_finance, at=self.world.now),
            lambda: self.model.draw(year, since),
        )

    def change(self, which: int, month: str, amount: int) -> None:
        """Another amount for somebody: what it is now, nil, or anything."""
        theirs = self._newest_round()
        if theirs is None:
            return
        whose = self._somebody(which)
        fen = (theirs.items[whose].current, 0, amount * 10, amount)[amount % 4]
        self.say(f"{yuan(fen)} of {theirs.year} for {whose}")
        item = QuotaItem.objects.get(round__year=theirs.year, region__code=whose[0], insurance_type=whose[1])
        by, at = self.world.prov_finance, self.world.now
        self.same_code(
            lambda: item_change(item=item, changed_fen=fen, reason="试点", by=by, at=at),
            lambda: self.model.change(theirs, whose, fen),
        )

    def propose(self, which: int, month: str, amount: int) -> None:
        self._round_step(round_propose, self.model.propose, self.world.prov_finance)

    def approve(self, which: int, month: str, amount: int) -> None:
        self._round_step(round_approve, self.model.approve, self.world.prov_supervisor)

    def send_back(self, which: int, month: str, amount: int) -> None:
        self._round_step(round_return, self.model.send_back, self.world.prov_supervisor, reason="再议")

    def _round_step(self, ours: Any, theirs: Any, by: User, **more: str) -> None:
        found = self._newest_round()
        if found is None:
            return
        self.say(f"the quotas of {found.year}: {theirs.__name__}")
        drawn = QuotaRound.objects.get(year=found.year)
        self.same_code(lambda: ours(drawn=drawn, by=by, at=self.world.now, **more), lambda: theirs(found))

    def _newest_round(self) -> Round | None:
        return next(reversed(self.model.rounds.values()), None)

    def _somebody(self, which: int) -> Whose:
        return PAIRS[which % 4][0], INSURANCES[which % 2]

    # --- steps: use ---

    def edge(self, which: int, month: str, amount: int) -> None:
        """A case, or a deduction, with which what somebody uses comes to an edge, or to a fen beside it."""
        period = self.model.open_month(month)
        quotas = {
            (*pair, insurance): self.model.amount_of((pair[0], insurance), last_day(period))
            for pair in PAIRS
            for insurance in INSURANCES
            if pair[0] != pair[1]
        }
        known = [key for key, quota in quotas.items() if quota]
        if not known:
            return
        insured, care, insurance = known[which % len(known)]
        whose, quota = (insured, insurance), quotas[known[which % len(known)]]
        percent = EDGES[amount % 2][1]
        wanted = -(-quota * percent // 100) + (0, -1, 1)[amount % 3]
        lines = self.model.added(period).items()
        more = wanted - sum(line["due"] for key, line in lines if (key[0], key[2]) == whose)
        self.say(f"{whose} comes to {yuan(wanted)} of {yuan(quota)} in {period}")
        key = (insured, care, insurance, "inpatient")
        if more > 0:
            funds = {**dict.fromkeys(FUNDS, 0), "pooling": more}
            self.load_case(Case(f"S{next(self.numbers)}", key, month, "", more, more, funds, 0))
        elif more < 0:
            self.deduct_group(key, month, -more)

    # --- steps: urgent increases ---

    def ask(self, which: int, month: str, amount: int) -> None:
        """More for whoever was warned of; mostly one that is red."""
        found = [one for one in self.model.warnings if one.level == "red" or which % 4 == 0]
        found = [one for one in found if one.whose[0] in self.treasurers]
        if not found:
            return
        warning = found[amount % len(found)]
        self.say(f"{warning.whose} asks for {yuan(amount)}, {warning.level} in {warning.month}")
        ours = FundWarning.objects.get(
            month__period=warning.month,
            region__code=warning.whose[0],
            insurance_type=warning.whose[1],
            level=warning.level,
        )
        by, at = self.treasurers[warning.whose[0]], self.world.now
        number = sum(one.warning.month == warning.month for one in self.model.increases) + 1
        self.same_code(
            lambda: increase_ask(warning=ours, amount_fen=amount, reason="不够用", by=by, at=at),
            lambda: self.model.ask(warning, amount, f"JZ{warning.month}-{number:03d}"),
        )

    def decide(self, which: int, month: str, amount: int) -> None:
        """Mostly granted, else refused or withdrawn."""
        if not self.model.increases:
            return
        theirs = self.model.increases[which % len(self.model.increases)]
        state = ("approved", "approved", "approved", "refused", "withdrawn")[amount % 5]
        self.say(f"{theirs.no}: {state}")
        asked: dict[str, Any] = {
            "increase": QuotaIncrease.objects.get(increase_no=theirs.no),
            "at": self.world.now,
            "by": self.world.prov_supervisor,
        }
        if state == "approved":
            today = self.world.today.isoformat()
            self.same_code(lambda: increase_approve(**asked), lambda: self.model.grant(theirs, today))
            return
        if state == "withdrawn":
            asked["by"] = self.treasurers[theirs.warning.whose[0]]
        self.same_code(lambda: ENDS[state](**asked, reason="不必"), lambda: self.model.end(theirs, state))

    # --- what both say ---

    def compare_quotas(self) -> None:
        """Every round with all it rests on, every quota in force or to come, every increase."""
        states = dict(QuotaRound.objects.values_list("year", "state"))
        assert states == {int(year): one.state for year, one in self.model.rounds.items()}
        assert self._items() == {
            (int(year), *whose): (item.average, item.quota, item.current, item.changed)
            for year, one in self.model.rounds.items()
            for whose, item in one.items.items()
        }
        assert self._bases() == {
            (int(year), *whose, month): owed
            for year, one in self.model.rounds.items()
            for whose, item in one.items.items()
            for month, owed in item.owed.items()
        }
        rows = Quota.objects.values_list("region__code", "insurance_type", "effective_from", "quota_fen")
        ours = sorted((code, kind, day.isoformat(), fen) for code, kind, day, fen in rows)
        assert ours == sorted((*one.whose, one.since, one.amount) for one in self.model.quotas)
        asked = QuotaIncrease.objects.values_list("increase_no", "current_fen", "amount_fen", "state")
        assert sorted(asked) == sorted(
            (one.no, one.current, one.amount, one.state) for one in self.model.increases
        )

    @staticmethod
    def _items() -> dict[Any, Any]:
        amounts = ("average_fen", "quota_fen", "current_fen", "changed_fen")
        rows = QuotaItem.objects.values_list("round__year", "region__code", "insurance_type", *amounts)
        return {row[:3]: row[3:] for row in rows}

    @staticmethod
    def _bases() -> dict[Any, Any]:
        keys = ("item__round__year", "item__region__code", "item__insurance_type", "period")
        return {row[:4]: row[4:] for row in QuotaBase.objects.values_list(*keys, "cases", "amount_fen")}

    def compare_use(self, uses: Uses) -> None:
        """What every computed month uses of which quota, its level, and all that was ever warned of."""
        rates = use_rates(computed_periods())
        ours = {
            (month, (self.codes[region], kind)): (use.used_fen, use.quota_fen, str(use.level.value))
            for (month, region, kind), use in rates.items()
        }
        theirs = {key: (*use, use.level) for key, use in uses.items()}
        assert ours == theirs
        names = ("month__period", "region__code", "insurance_type", "level", "used_fen", "quota_fen")
        assert sorted(FundWarning.objects.values_list(*names)) == sorted(
            (one.month, *one.whose, one.level, *use) for one, use in self.model.warnings.items()
        )
