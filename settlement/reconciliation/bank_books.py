"""账上有什么: an account's registered lines of a month, the notices that it pays, what paid for which."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Max, Q, Sum

from agency.organisation.models import PoolingRegion
from agency.periods import SHANGHAI, first_day, last_day, next_period
from settlement.notices.matching import concerns, open_fen, payer_of
from settlement.notices.models import BankLine, Direction, Notice, Payment
from settlement.notices.selectors import STANDING, AccountTable, account_table, notices_open, with_rest
from settlement.notices.states import NoticeState
from settlement.reconciliation.bank_rules import OpenNotice, Reading, reading
from settlement.reconciliation.report import PROVINCE_LABEL

Key = tuple[dt.date, str]


@dataclass
class Books:
    """What is registered of an account (None: the province's) for a month; read once."""

    account: PoolingRegion | None
    period: str
    first: dt.date = field(init=False)
    last: dt.date = field(init=False)

    def __post_init__(self) -> None:
        self.first, self.last = first_day(self.period), last_day(self.period)

    @cached_property
    def lines(self) -> dict[Key, BankLine]:
        """Registered lines of the month by day and number, with what is left of each."""
        rows = BankLine.objects.filter(region=self.account, booked_on__range=(self.first, self.last))
        return {(row.booked_on, row.reference): row for row in with_rest(rows).order_by("booked_on", "pk")}

    @cached_property
    def notices_of_lines(self) -> dict[int, list[str]]:
        """The notices that each line of the month pays."""
        found: dict[int, list[str]] = defaultdict(list)
        rows = Payment.objects.filter(STANDING, line__in=[row.pk for row in self.lines.values()])
        for line_id, notice_no in rows.order_by("pk").values_list("line_id", "notice__notice_no"):
            found[line_id].append(notice_no)
        return found

    @cached_property
    def notices(self) -> list[Notice]:
        """Notices in force that were issued by the end of the month, oldest first."""
        until = dt.datetime.combine(first_day(next_period(self.period)), dt.time(), SHANGHAI)
        rows = Notice.objects.filter(state=NoticeState.ISSUED, issued_at__lt=until)
        if self.account is not None:
            rows = rows.filter(region=self.account)
        return list(rows.select_related("region").order_by("year", "serial"))

    @cached_property
    def paid(self) -> dict[int, tuple[int, dt.date, list[str]]]:
        """Notice → what lines of this account paid until the end of the month (fen), the last day of them,
        and the numbers of those lines."""
        of_account = Q(line__region=self.account, line__booked_on__lte=self.last)
        rows = Payment.objects.filter(STANDING, of_account, notice__in=[row.pk for row in self.notices])
        numbers: dict[int, list[str]] = defaultdict(list)
        for notice_id, reference in rows.order_by("pk").values_list("notice_id", "line__reference"):
            numbers[notice_id].append(reference)
        sums = rows.order_by().values("notice_id").annotate(fen=Sum("amount_fen"), day=Max("line__booked_on"))
        return {row["notice_id"]: (int(row["fen"]), row["day"], numbers[row["notice_id"]]) for row in sums}

    @cached_property
    def open_notices(self) -> list[Notice]:
        """Notices that are open now, which what is left of a line could pay."""
        return list(notices_open(Direction.values, [self.account.pk] if self.account else None))

    def reading(self, line: BankLine) -> Reading:
        """What the rest of a line most likely is."""
        table = self._accounts
        owners = table.owners(line.other_account, line.booked_on)
        names = [self._regions[owner] if owner else PROVINCE_LABEL for owner in sorted(owners, key=str)]
        candidates = [
            OpenNotice(notice.notice_no, notice.region_name, left, payer_of(line, notice, table))
            for notice in self.open_notices
            if concerns(line, notice) and (left := open_fen(line, notice)) > 0
        ]
        return reading(line.rest_fen, names, candidates)

    @cached_property
    def _accounts(self) -> AccountTable:
        return account_table()

    @cached_property
    def _regions(self) -> dict[int, str]:
        return dict(PoolingRegion.objects.values_list("pk", "name"))
