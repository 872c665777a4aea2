"""缘由: what a signed or reopened month moves in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from agency.organisation.models import PoolingRegion, User
from agency.policy.insurance import InsuranceType
from settlement.clearing import rules as clearing
from settlement.clearing.filling import MonthBook
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import NetRow
from settlement.fund.models import AccountKind, CauseKind, FundAccount, FundMovement
from settlement.fund.posting import Entry, account_of, post, reversal_of


def month_post(month: ClearingPeriod, by: User, at: dt.datetime) -> list[FundMovement]:
    """签发: per region and insurance type what it is owed and what it owes, as two movements."""
    book = MonthBook(month)
    regions = PoolingRegion.objects.in_bulk()
    platforms = {kind: account_of(AccountKind.PLATFORM, kind) for kind in InsuranceType.values}
    entries = [
        entry
        for row in clearing.net(book.lines, book.parties)
        if row.party is not clearing.PLATFORM
        for entry in _of_region(row, regions[row.party.id], platforms)
    ]
    number = f"{month.period}/{month.version}"
    return post(entries, cause_kind=CauseKind.CLEARING, cause_no=number, by=by, at=at)


def _of_region(row: NetRow, region: PoolingRegion, platforms: dict[str, FundAccount]) -> Iterator[Entry]:
    for kind in InsuranceType.values:
        owed, owes = (getattr(side, f"{kind}_fen") for side in (row.receivable, row.payable))
        if owed or owes:
            fund, part = account_of(AccountKind.REGION_FUND, kind, region), f"{region.code}/{kind}"
            yield Entry(f"{part}/receivable", platforms[kind], fund, owed, "应收")
            yield Entry(f"{part}/payable", fund, platforms[kind], owes, "应付")


def month_reverse(month: ClearingPeriod, by: User, at: dt.datetime) -> list[FundMovement]:
    """重开: all movements of the month that stand are turned round."""
    standing = FundMovement.objects.filter(
        cause_kind=CauseKind.CLEARING, cause_no__startswith=f"{month.period}/", corrected_by__isnull=True
    ).select_related("debit", "credit")
    by_cause: dict[str, list[Entry]] = {}
    for movement in standing.order_by("pk"):
        by_cause.setdefault(movement.cause_no, []).append(reversal_of(movement))
    return [
        movement
        for number, entries in by_cause.items()
        for movement in post(entries, cause_kind=CauseKind.REOPENING, cause_no=number, by=by, at=at)
    ]
