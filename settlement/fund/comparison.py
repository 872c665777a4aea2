"""银行核对: the ledger's bank balance day by day beside the bank's lines and what its paper says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from agency.periods import SHANGHAI
from agency.sheets.declare import Value
from agency.sheets.filled import Row, SheetData
from settlement.clearing.services import provincial_agency
from settlement.fund.models import (
    BANK_LABEL,
    AccountKind,
    BankBalance,
    FundAdjustment,
    FundMovement,
)
from settlement.fund.rules import BankDay, Moved, bank_days
from settlement.fund.sheets import BANK
from settlement.fund.states import AdjustmentState
from settlement.notices.models import BankDirection, BankLine, Payment

Sums = dict[dt.date, int]
DEBITED, CREDITED = Q(debit__kind=AccountKind.BANK), Q(credit__kind=AccountKind.BANK)


def _by_day(rows: QuerySet[Any], day: str) -> Sums:
    return {when: int(fen) for when, fen in rows.order_by().values_list(day).annotate(fen=Sum("amount_fen"))}


def _net(come: QuerySet[Any], gone: QuerySet[Any], day: str) -> Sums:
    """What came less what went, by day."""
    return _added(_by_day(come, day), {when: -fen for when, fen in _by_day(gone, day).items()})


def _added(one: Sums, other: Sums) -> Sums:
    return {day: one.get(day, 0) + other.get(day, 0) for day in {*one, *other}}


def _local(rows: QuerySet[Any], moment: str) -> QuerySet[Any]:
    """Rows with `day`, the Shanghai date of one of their moments."""
    return rows.annotate(day=TruncDate(moment, tzinfo=SHANGHAI))


def compared(first: dt.date, last: dt.date) -> list[BankDay]:
    """The days of a span on which anything happened or a paper's balance is known, after what was before."""
    lines = BankLine.objects.filter(region__isnull=True, booked_on__lte=last)
    payments = _local(Payment.objects.filter(line__region__isnull=True), "at").filter(day__lte=last)
    decided = FundAdjustment.objects.filter(state=AdjustmentState.APPROVED)
    approved = _local(decided, "decided_at").filter(day__lte=last)
    of_line, adjusted = (approved.filter(line__isnull=without) for without in (False, True))
    posted = FundMovement.objects.filter(posted_on__lte=last)
    come, gone = BankDirection.IN, BankDirection.OUT
    moved = Moved(
        come=_by_day(lines.filter(direction=come), "booked_on"),
        gone=_by_day(lines.filter(direction=gone), "booked_on"),
        used=_added(
            _net(payments.filter(line__direction=come), payments.filter(line__direction=gone), "day"),
            _net(of_line.filter(DEBITED), of_line.filter(CREDITED), "day"),
        ),
        adjusted=_net(adjusted.filter(DEBITED), adjusted.filter(CREDITED), "day"),
        ledger=_net(posted.filter(DEBITED), posted.filter(CREDITED), "posted_on"),
    )
    return bank_days(moved, papers_of(first, last), first)


def papers_of(first: dt.date, last: dt.date) -> Sums:
    """What the bank's paper says at the end of days; of several typed in for one the newest."""
    rows = BankBalance.objects.filter(day__range=(first, last)).order_by("pk")
    return dict(rows.values_list("day", "amount_fen"))


@dataclass(frozen=True)
class Comparison:
    """A span of days, compared."""

    first: dt.date
    last: dt.date
    days: list[BankDay]

    @property
    def number(self) -> str:
        return f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"


def comparison_of(first: dt.date, last: dt.date) -> Comparison:
    return Comparison(first, last, compared(first, last))


def comparison_data(of: Comparison, today: dt.date) -> SheetData:
    """The sheet; a draft while its last day is not over."""
    return SheetData(
        sheet=BANK,
        organisation=provincial_agency(),
        period=of.number,
        period_label=f"{of.first} 至 {of.last}",
        region=BANK_LABEL,
        rows=tuple(_rows(of)),
        as_of=dt.datetime.combine(of.last, dt.time(), SHANGHAI),
        prepared_on=of.last if of.last < today else None,
        remarks=(
            "流水累计 − 未核销 + 调账 = 账上余额；调账只列没有流水的。",
            "差额 = 对账单余额 − 账上余额；还没有核销的流水说明它，说明不了的：流水没有登全，"
            "或期初余额、利息、手续费没有调账。",
        ),
    )


def _rows(of: Comparison) -> Iterator[Row]:
    for day in of.days:
        values: dict[str, Value] = {
            "day": str(day.day),
            "come": day.come_fen,
            "gone": day.gone_fen,
            "lines": day.lines_fen,
            "open": day.open_fen,
            "adjusted": day.adjusted_fen,
            "ledger": day.ledger_fen,
            "paper": "" if day.paper_fen is None else day.paper_fen,
            "difference": "" if day.difference_fen is None else day.difference_fen,
            "told": day.told,
        }
        yield Row(str(day.day), values)
