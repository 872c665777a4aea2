"""The program's ledger of the fund and the second model of it, driven by the same steps as the years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from agency.errors import DomainError
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.fund.accounts import BANK as OUR_BANK
from settlement.fund.accounts import PLATFORMS, AccountKey, fund_of, key_of
from settlement.fund.adjusting import Said, adjustment_approve, adjustment_propose, adjustment_reverse
from settlement.fund.comparison import compared
from settlement.fund.models import FundAdjustment
from settlement.fund.selectors import balances
from settlement.fund.statement import holder_of, statement_of
from settlement.notices.models import Payment
from settlement.notices.services import payment_withdraw
from tests.model.beside import yuan
from tests.model.beside_years import BothYears
from tests.model.clearing import PLATFORM
from tests.model.fund import BANK, Account, Adjusted, FundLedger
from tests.model.year import INSURANCES
from tests.support.world import World

MOVING = {"sign", "reopen", "pay", "withdraw", "adjust"}
Balances = dict[Account, int]
ACCOUNTS: list[Account] = [
    BANK,
    *((party, insurance) for party in ("220100", "220200", PLATFORM) for insurance in INSURANCES),
]


class BothFunds(BothYears):
    """Both, with the fund; what every account has is compared after each step that moves money."""

    model: FundLedger

    def __init__(
        self, world: World, folder: Path, months: Sequence[str], model: FundLedger | None = None
    ) -> None:
        super().__init__(world, folder, months, model or FundLedger())
        self.keys = {code: pk for pk, code in self.codes.items()}
        self.by_hand: list[tuple[Adjusted, FundAdjustment]] = []
        self.evenings: dict[dt.date, Balances] = {}  # what everybody had at the end of each day

    def step(self, act: str, which: int, month: int, amount: int) -> None:
        super().step(act, which, month, amount)
        if act in MOVING:
            self.compare_funds()

    # --- steps ---

    def reopen(self, which: int, month: str, amount: int) -> None:
        """Mostly the newest signed month, else whichever; what was paid on it is taken back first."""
        signed = [period for period in self.model.months if self.model.is_signed(period)]
        period = max(signed) if signed and which < 9 else month
        self.say(f"{period} is opened again")
        reasons = self.model.reasons_against_reopening(period)
        at = self.world.now
        asked = {"period": period, "reason": "有误", "by": self.world.prov_clearing, "at": at}
        if reasons:
            with pytest.raises(DomainError) as refused:
                reopening_propose(**asked)
            assert {error.code for error in getattr(refused.value, "errors", [refused.value])} == reasons
            self.say(f"  both refuse: {sorted(reasons)}")
            return
        reopening_propose(**asked)
        reopening_approve(period=period, by=self.world.prov_supervisor, at=at)
        self.model.reopen(period)
        del self.signed[period]

    def withdraw(self, which: int, month: str, amount: int) -> None:
        paid = [(one, at) for one in self.model.notices for at in range(len(one.parts))]
        if not paid:
            return
        notice, at = paid[amount % len(paid)]
        self.say(f"payment {at + 1} for {notice.of} of {notice.period} {notice.region} is taken back")
        ours = Payment.objects.filter(notice=self._ours(notice)).order_by("pk")[at]
        asked = {"by": self.world.prov_finance, "at": self.world.now, "payment": ours, "reason": "核错了"}
        self.same_code(lambda: payment_withdraw(**asked), lambda: self.model.withdraw(notice, at))

    def adjust(self, which: int, month: str, amount: int) -> None:
        """A movement by hand from one account to another; or an earlier one is taken back."""
        if self.by_hand and which % 3 == 0:
            self._adjust_back(which)
            return
        debit, credit = ACCOUNTS[which % len(ACCOUNTS)], ACCOUNTS[amount % len(ACCOUNTS)]
        self.say(f"{yuan(amount)} by hand: debit {debit}, credit {credit}")
        said = Said(self._key(debit), self._key(credit), amount, "利息")
        ours: list[FundAdjustment] = []
        done = self.same_code(
            lambda: ours.append(self._proposed(said)), lambda: self.model.adjust(debit, credit, amount)
        )
        if done:
            self.by_hand.append((self.model.adjusted[-1], ours[0]))
            self._approve(ours[0])

    def _adjust_back(self, which: int) -> None:
        theirs, ours = self.by_hand[which % len(self.by_hand)]
        self.say(f"{ours} is taken back")
        asked = {"adjustment": ours, "reason": "记错了", "by": self.world.prov_finance, "at": self.world.now}
        back: list[FundAdjustment] = []
        done = self.same_code(
            lambda: back.append(adjustment_reverse(**asked)), lambda: self.model.take_adjustment_back(theirs)
        )
        if done:
            self._approve(back[0])

    def _proposed(self, said: Said) -> FundAdjustment:
        return adjustment_propose(said=said, by=self.world.prov_finance, at=self.world.now)

    def _approve(self, adjustment: FundAdjustment) -> None:
        adjustment_approve(adjustment=adjustment, by=self.world.prov_supervisor, at=self.world.now)
        adjustment.refresh_from_db()

    def _key(self, account: Account) -> AccountKey:
        if account == BANK:
            return OUR_BANK
        party, insurance = account
        return PLATFORMS[insurance] if party == PLATFORM else fund_of(self.keys[party], insurance)

    # --- what both say ---

    def compare_funds(self) -> None:
        """What everybody has, to the fen, and what must always hold."""
        held = self._held()
        assert held == self.model.balances()
        assert self.model.broken() == []
        self.evenings[self.world.today] = held

    def _held(self, on: dt.date | None = None) -> Balances:
        """What the program says that everybody has, at the end of a day or now."""
        return {self._account(key_of(account)): amount for account, amount in balances(on).items() if amount}

    def _account(self, key: AccountKey) -> Account:
        if key == OUR_BANK:
            return BANK
        party = PLATFORM if key.region_id is None else self.codes[key.region_id]
        return party, key.insurance_type

    def compare(self) -> None:
        """Also that no evening has changed since, and that statements and the bank's days lead to them."""
        super().compare()
        days = sorted(self.evenings)
        for day in days:
            assert self._held(day) == self.evenings[day], day
        self._compare_statements(days[len(days) // 2], days[-1])
        for row in compared(days[0], days[-1]):
            assert (row.gap_fen, row.ledger_fen) == (0, self.evenings[row.day].get(BANK, 0)), row.day

    def _compare_statements(self, day: dt.date, last: dt.date) -> None:
        """Of each holder from the day after one evening until another: opening, movements, closing."""
        for party in {party for held in self.evenings.values() for party, _ in held}:
            holder = holder_of(party, self.world.prov_finance)
            assert holder is not None
            said = statement_of(holder, day + dt.timedelta(days=1), last)
            ends = [
                sum(fen for account, fen in self.evenings[at].items() if account[0] == party)
                for at in (day, last)
            ]
            assert [said.opening_fen, said.closing_fen] == ends, party
