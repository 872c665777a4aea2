"""Reads of the ledger: balances, each the sum of its entries, and the entries of some accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from settlement.fund.accounts import accounts_known
from settlement.fund.models import AccountKind, FundAccount, FundAdjustment, FundMovement
from settlement.fund.states import AdjustmentState
from settlement.notices.models import BankDirection, Payment


def signed_fen(account: FundAccount, debit_fen: int, credit_fen: int) -> int:
    """余额: credits less debits; of the bank, which holds the money, debits less credits."""
    return debit_fen - credit_fen if account.is_bank else credit_fen - debit_fen


def balances(on: dt.date | None = None) -> dict[FundAccount, int]:
    """Every account with its balance in fen at the end of a day (None: of all that is posted)."""
    rows = FundMovement.objects.filter(posted_on__lte=on) if on else FundMovement.objects.all()
    sides = [
        dict(rows.order_by().values_list(side).annotate(fen=Sum("amount_fen")))
        for side in ("debit", "credit")
    ]
    return {
        account: signed_fen(account, *(int(side.get(account.pk, 0)) for side in sides))
        for account in accounts_known().values()
    }


def bank_moved() -> int:
    """What payments by the province's account and approved adjustments of it come to, without the ledger."""
    payments = Payment.objects.filter(line__region__isnull=True)
    adjustments = FundAdjustment.objects.filter(state=AdjustmentState.APPROVED)
    come = sum_of(payments.filter(line__direction=BankDirection.IN)) - sum_of(
        payments.filter(line__direction=BankDirection.OUT)
    )
    return (
        come
        + sum_of(adjustments.filter(debit__kind=AccountKind.BANK))
        - sum_of(adjustments.filter(credit__kind=AccountKind.BANK))
    )


def sum_of(rows: QuerySet[Any]) -> int:
    """Σ `amount_fen`; nil of none."""
    return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


@dataclass(frozen=True)
class AccountEntry:
    """明细: a movement as one account sees it."""

    movement: FundMovement
    account: FundAccount
    debit_fen: int
    credit_fen: int

    @property
    def signed_fen(self) -> int:
        return signed_fen(self.account, self.debit_fen, self.credit_fen)


def touching(accounts: Iterable[FundAccount]) -> QuerySet[FundMovement]:
    """The movements of some accounts, in the order of their days and of their numbers."""
    keys = [account.pk for account in accounts]
    rows = FundMovement.objects.filter(Q(debit__in=keys) | Q(credit__in=keys))
    return rows.select_related("debit__region", "credit__region", "by").order_by("posted_on", "pk")


def entries_between(accounts: list[FundAccount], first: dt.date, last: dt.date) -> list[AccountEntry]:
    """What the accounts saw from a day to a day; between two of them a movement is two entries."""
    own = {account.pk for account in accounts}
    found = []
    for movement in touching(accounts).filter(posted_on__range=(first, last)):
        fen = movement.amount_fen
        if movement.debit_id in own:
            found.append(AccountEntry(movement, movement.debit, fen, 0))
        if movement.credit_id in own:
            found.append(AccountEntry(movement, movement.credit, 0, fen))
    return found
