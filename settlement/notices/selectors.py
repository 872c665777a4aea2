"""Reads of notices and bank lines: how much is paid, what is open, whose an account is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Cast, Coalesce

from agency.organisation.models import PoolingRegion, User
from settlement.clearing.models import ClearingPeriod
from settlement.notices.models import BankAccount, BankLine, Category, Direction, Notice, Payment
from settlement.notices.states import NoticeState
from settlement.notices.uses import LINE_USES

BY_PROVINCE = Q(line__region__isnull=True)
LEFT_OVER = Q(rest_fen__gt=0)
STANDING = Q(withdraws__isnull=True, withdrawn_by__isnull=True)


def _fen(payments: QuerySet[Any], of: str, amount: str = "amount_fen") -> Coalesce:
    """The sum of the payments of the row that is asked about; 0 where there are none."""
    sums = payments.filter(**{of: OuterRef("pk")}).order_by().values(of)
    fen = sums.annotate(fen=Sum(amount)).values("fen")
    whole = BigIntegerField()
    return Coalesce(Cast(Subquery(fen), whole), 0, output_field=whole)


def with_payments(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """Notices with `paid_fen` (the province's account), `told_fen` (the region's own), `paid_on` (last)."""
    last = Payment.objects.filter(BY_PROVINCE, STANDING, notice=OuterRef("pk")).order_by().values("notice")
    found = {
        "paid_fen": _fen(Payment.objects.filter(BY_PROVINCE), "notice"),
        "told_fen": _fen(Payment.objects.exclude(BY_PROVINCE), "notice"),
        "paid_on": Subquery(last.annotate(day=Max("line__booked_on")).values("day")),
    }
    return rows.annotate(**found)


def with_rest(rows: QuerySet[BankLine]) -> QuerySet[BankLine]:
    """Bank lines with `used_fen` and `rest_fen`, what no notice was paid with and nothing else took."""
    used: Any = _fen(Payment.objects.all(), "line")
    for entry in LINE_USES:
        used = used + _fen(entry.function(), "line", "used_fen")
    taken = {"used_fen": used}
    rest = {"rest_fen": F("amount_fen") - F("used_fen")}
    return rows.annotate(**taken).annotate(**rest)


# --- notices ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoticeFilter:
    """What the list is narrowed to; empty means all. `state` is one of STATES."""

    period: str = ""
    region: PoolingRegion | None = None
    category: str = ""
    direction: str = ""
    state: str = ""


ISSUED = Q(state=NoticeState.ISSUED)
OPEN = ISSUED & Q(paid_fen__lt=F("total_fen"))
STATES = {
    "open": "未付清",
    "unpaid": "未付",
    "part": "部分付",
    "due": "未付清，没有到期",
    "overdue": "逾期",
    "paid": "已付清",
    "differs": "两边登记不同",
    "no_account": "未付清，没有收款账户",
    "voided": "已作废",
}


def _in_state(state: str, today: dt.date) -> Q:
    return {
        "": Q(),
        "open": OPEN,
        "unpaid": ISSUED & Q(paid_fen=0),
        "part": OPEN & Q(paid_fen__gt=0),
        "due": OPEN & Q(pay_by__gte=today),
        "overdue": OPEN & Q(pay_by__lt=today),
        "paid": ISSUED & Q(paid_fen__gte=F("total_fen")),
        "differs": ISSUED & Q(told_fen__gt=0) & ~Q(told_fen=F("paid_fen")),
        "no_account": OPEN & Q(account_no=""),
        "voided": Q(state=NoticeState.VOIDED),
    }[state]


def notices_listed(by: User, narrow: NoticeFilter, today: dt.date) -> QuerySet[Notice]:
    """The notices that a person may see, with what is paid, narrowed; the caller pages by key."""
    wanted = {name: getattr(narrow, name) for name in ("period", "region", "category", "direction")}
    rows = Notice.objects.visible_to(by).filter(**{name: value for name, value in wanted.items() if value})
    return with_payments(rows.select_related("region")).filter(_in_state(narrow.state, today))


@dataclass(frozen=True)
class Sums:
    """Of some notices that are not voided: how many, what they ask for, what is paid and open (fen)."""

    direction: str
    count: int
    total_fen: int
    paid_fen: int

    @property
    def label(self) -> str:
        return Direction(self.direction).label

    @property
    def open_fen(self) -> int:
        return self.total_fen - self.paid_fen


def sums_of(rows: QuerySet[Notice]) -> list[Sums]:
    """Both directions apart, those in force only; one statement."""
    found = rows.filter(ISSUED).order_by().values("direction")
    sums = found.annotate(n=Count("pk"), total=Sum("total_fen"), paid=Sum("paid_fen"))
    by_direction = {row["direction"]: row for row in sums}
    return [
        Sums(direction, row["n"], int(row["total"]), int(row["paid"]))
        for direction in Direction.values
        if (row := by_direction.get(direction))
    ]


@dataclass(frozen=True)
class PaymentProgress:
    """How far the notices of a month are paid: how many of each and their sums in fen; overdue ones are open
    ones past their last day, and count among unpaid or partly paid too."""

    issued: int = 0
    total_fen: int = 0
    paid: int = 0
    paid_fen: int = 0
    partly: int = 0
    overdue: int = 0
    overdue_fen: int = 0

    @property
    def open_fen(self) -> int:
        return self.total_fen - self.paid_fen

    @property
    def is_done(self) -> bool:
        return self.paid == self.issued


def payment_progress(month: ClearingPeriod, today: dt.date, by: User | None = None) -> PaymentProgress:
    """How far a month's notices are paid, or those of them that `by` may see; one statement."""
    rows = Notice.objects.visible_to(by) if by is not None else Notice.objects.all()
    issued = with_payments(rows.filter(ISSUED, category=Category.MONTHLY, period=month.period))
    open_fen = F("total_fen") - F("paid_fen")
    overdue = Q(paid_fen__lt=F("total_fen"), pay_by__lt=today)
    found = issued.aggregate(
        s_issued=Count("pk"),
        s_total_fen=Sum("total_fen"),
        s_paid=Count("pk", filter=Q(paid_fen__gte=F("total_fen"))),
        s_paid_fen=Sum("paid_fen"),
        s_partly=Count("pk", filter=Q(paid_fen__gt=0, paid_fen__lt=F("total_fen"))),
        s_overdue=Count("pk", filter=overdue),
        s_overdue_fen=Sum(open_fen, filter=overdue),
    )
    return PaymentProgress(**{name.removeprefix("s_"): int(value or 0) for name, value in found.items()})


# --- bank lines ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineFilter:
    """What the list of bank lines is narrowed to; empty means all."""

    month: str = ""
    direction: str = ""
    owner: str = ""  # "province", or the code of a region
    state: str = ""  # one of LINE_STATES
    batch: str = ""


LINE_STATES = {"open": "有未核销的", "unused": "完全未核销", "used": "已核销完"}


def lines_listed(by: User, narrow: LineFilter) -> QuerySet[BankLine]:
    """The bank lines that a person may see, with what is left of them, narrowed; the caller pages by key."""
    rows = BankLine.objects.visible_to(by).select_related("region", "batch", "entered_by")
    if narrow.month:
        year, month = int(narrow.month[:4]), int(narrow.month[4:])
        rows = rows.filter(booked_on__year=year, booked_on__month=month)
    if narrow.direction:
        rows = rows.filter(direction=narrow.direction)
    if narrow.batch:
        rows = rows.filter(batch__batch_no=narrow.batch)
    if narrow.owner == "province":
        rows = rows.filter(region__isnull=True)
    elif narrow.owner:
        rows = rows.filter(region__code=narrow.owner)
    states = {"": Q(), "open": LEFT_OVER, "unused": Q(used_fen=0), "used": Q(rest_fen=0)}
    return with_rest(rows).filter(states[narrow.state])


def line_sums(rows: QuerySet[BankLine]) -> dict[str, int]:
    """How many lines, what they add up to by direction, and what of them is left (fen)."""
    found = rows.order_by().aggregate(
        n=Count("pk"),
        come_in=Sum("amount_fen", filter=Q(direction="in")),
        gone_out=Sum("amount_fen", filter=Q(direction="out")),
        rest=Sum("rest_fen"),
    )
    return {name: int(value or 0) for name, value in found.items()}


def lines_left_over(notice: Notice) -> list[BankLine]:
    """Lines of the province's account that a notice was paid with and that are not used up: paid too much."""
    standing = Payment.objects.filter(BY_PROVINCE, STANDING, notice=notice)
    rows = with_rest(BankLine.objects.filter(pk__in=standing.values("line")))
    return list(rows.filter(LEFT_OVER).order_by("pk"))


def payments_of(**where: Any) -> QuerySet[Payment]:
    """Payments of a notice or a line with what is told of them, oldest first."""
    rows = Payment.objects.filter(**where).select_related(
        "line__region", "notice__region", "by", "withdraws", "withdrawn_by"
    )
    return rows.order_by("pk")


# --- accounts -----------------------------------------------------------------------------------------------


def account_now(region_id: int | None, on: dt.date) -> BankAccount | None:
    """The account of a region (None: the province's) that stands on notices of a day."""
    return accounts_now(on).get(region_id)


def accounts_now(on: dt.date) -> dict[int | None, BankAccount]:
    """The newest account in force of each region, and of the province (None)."""
    rows = BankAccount.objects.in_force(on).order_by("valid_from", "pk")
    return {row.region_id: row for row in rows}


@dataclass(frozen=True)
class AccountTable:
    """Whose an account number is on a day, read once: number → (first day, last day, region id or None)."""

    spans: dict[str, tuple[tuple[dt.date, dt.date | None, int | None], ...]]

    def owners(self, account_no: str, on: dt.date) -> set[int | None]:
        """Ids of the regions that have it on the day (None is the province); empty: nobody registered it."""
        return {
            owner
            for start, end, owner in self.spans.get(plain_account(account_no), ())
            if start <= on and (end is None or on <= end)
        }


def plain_account(account_no: str) -> str:
    """An account number without the spaces and hyphens that banks print into it."""
    return "".join(account_no.split()).replace("-", "")


def account_table() -> AccountTable:
    spans: dict[str, list[tuple[dt.date, dt.date | None, int | None]]] = {}
    rows = BankAccount.objects.order_by("pk")
    for number, start, end, region_id in rows.values_list(
        "account_no", "valid_from", "valid_to", "region_id"
    ):
        spans.setdefault(plain_account(number), []).append((start, end, region_id))
    return AccountTable({number: tuple(found) for number, found in spans.items()})


def notices_open(directions: Iterable[str], region_ids: Iterable[int] | None = None) -> QuerySet[Notice]:
    """Notices in force of some directions, of all regions or some, with what is paid of them."""
    rows = Notice.objects.filter(ISSUED, direction__in=set(directions)).select_related("region")
    if region_ids is not None:
        rows = rows.filter(region__in=set(region_ids))
    return with_payments(rows).order_by("year", "serial")
