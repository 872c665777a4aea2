"""Reads of the ledger: balances, each the sum of its entries, and the entries of some accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, When

from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind, User
from agency.policy.insurance import InsuranceType
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


@dataclass(frozen=True)
class RegionBalance:
    """A region with what the province holds of it, in fen by insurance type."""

    region: PoolingRegion
    employee_fen: int
    resident_fen: int

    @property
    def sum_fen(self) -> int:
        return self.employee_fen + self.resident_fen


@dataclass(frozen=True)
class Balances:
    """What the accounts hold at the end of a day, as far as a person may see it."""

    regions: list[RegionBalance]
    platform: dict[str, int]
    bank_fen: int

    @property
    def platform_fen(self) -> int:
        return sum(self.platform.values())

    @property
    def employee_fen(self) -> int:
        return sum(row.employee_fen for row in self.regions)

    @property
    def resident_fen(self) -> int:
        return sum(row.resident_fen for row in self.regions)

    @property
    def sum_fen(self) -> int:
        return self.employee_fen + self.resident_fen


def region_balances(by: User, on: dt.date | None = None) -> Balances:
    """A row per region that this person may see, with an account or without; the province's beside them."""
    found = balances(on)
    of_region = {(row.region_id, row.insurance_type): fen for row, fen in found.items()}
    kinds = InsuranceType.values
    own = Q() if access.sees_all(by) else Q(pk=by.region_id)
    regions = PoolingRegion.objects.filter(own, kind=RegionKind.POOLING)
    return Balances(
        regions=[
            RegionBalance(region, *(of_region.get((region.pk, kind), 0) for kind in kinds))
            for region in regions
        ],
        platform={kind: of_region.get((None, kind), 0) for kind in kinds},
        bank_fen=of_region.get((None, ""), 0),
    )


def adjustments_of(by: User, state: str = "") -> QuerySet[FundAdjustment]:
    """The adjustments that a person may see, newest first, with their accounts; in one state, or all."""
    rows = FundAdjustment.objects.visible_to(by)
    rows = rows.filter(state=state) if state else rows
    return rows.select_related(
        "debit__region", "credit__region", "reverses", "line", "proposed_by", "decided_by"
    ).order_by("-pk")


def adjustments_waiting(by: User) -> QuerySet[FundAdjustment]:
    """Those that wait for this person's decision."""
    return adjustments_of(by, AdjustmentState.PROPOSED).exclude(proposed_by=by)


def used_of_lines() -> QuerySet[FundAdjustment]:
    """What approved adjustments take of bank lines; a reversal gives it back."""
    rows = FundAdjustment.objects.filter(state=AdjustmentState.APPROVED, line__isnull=False)
    given_back = When(reverses__isnull=False, then=-F("amount_fen"))
    return rows.annotate(used_fen=Case(given_back, default=F("amount_fen"), output_field=BigIntegerField()))
