"""签发通知书: with the signature of a month one notice for each region that receives or pays [domain 5.5]."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.journal.numbers import next_numbers
from agency.organisation.models import Agency, PoolingRegion, User
from agency.periods import period_label
from agency.policy.selectors import int_parameter, parameter_in_force
from agency.policy.workdays import add_workdays
from settlement.clearing import rules as clearing
from settlement.clearing.filling import MonthBook
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import Party
from settlement.notices import content, rules
from settlement.notices.locks import hold_notices
from settlement.notices.models import BankAccount, Category, Direction, Notice
from settlement.notices.rules import Figures
from settlement.notices.selectors import accounts_now, with_payments
from settlement.notices.states import NoticeState

SUBMIT_WORKDAYS, PAY_WORKDAYS = "notice.submit_workdays", "notice.pay_workdays"
NUMBER_PREFIX = "notice.number_prefix"
SERIES = "notice-"  # and the year


@dataclass(frozen=True)
class Issue:
    """What all notices of one signing have in common: series, last days, accounts, names of the day."""

    month: ClearingPeriod
    by: User
    at: dt.datetime
    prefix: str
    submit_by: dt.date
    pay_by: dt.date
    accounts: dict[int | None, BankAccount]
    units: dict[int | None, str]
    regions: dict[int, PoolingRegion]

    @property
    def day(self) -> dt.date:
        return timezone.localdate(self.at)

    def payee(self, party: Party, figures: Figures) -> BankAccount | None:
        """Where the money goes: to the region that receives, else to the province."""
        return self.accounts.get(party.id if figures.direction == Direction.RECEIPT else None)

    def notice(self, serial: int, party: Party, figures: Figures) -> Notice:
        """One notice, not stored yet."""
        account = self.payee(party, figures)
        notice = Notice(
            notice_no=rules.number_of(self.prefix, self.day.year, serial),
            year=self.day.year,
            serial=serial,
            category=Category.MONTHLY,
            period=self.month.period,
            version=self.month.version,
            region=self.regions[party.id],
            region_name=party.name,
            unit_name=self.units.get(party.id, party.name),
            basis_digest=self.month.digest,
            holder=account.holder if account else "",
            bank=account.bank if account else "",
            account_no=account.account_no if account else "",
            submit_by=self.submit_by,
            pay_by=self.pay_by,
            issuer=self.units.get(None, ""),
            issued_at=self.at,
            issued_by=self.by,
            **figures._asdict(),
        )
        notice.content_digest = content.digest_of_row(notice, content.NOTICE)
        return notice


def _issue(month: ClearingPeriod, by: User, at: dt.datetime) -> Issue:
    """文号 and last days [N22]: to submit to finance, counted from the signature; then to pay, from there."""
    day = timezone.localdate(at)
    submit_by = add_workdays(day, int_parameter(SUBMIT_WORKDAYS, day))
    return Issue(
        month=month,
        by=by,
        at=at,
        prefix=parameter_in_force(NUMBER_PREFIX, day).value,
        submit_by=submit_by,
        pay_by=add_workdays(submit_by, int_parameter(PAY_WORKDAYS, day)),
        accounts=accounts_now(day),
        units=dict(Agency.objects.order_by("-code").values_list("region_id", "name")),
        regions=PoolingRegion.objects.in_bulk(),
    )


def notices_issue(month: ClearingPeriod, by: User, at: dt.datetime) -> list[Notice]:
    """Issue the notices of a month that is being signed, numbered in one series a year, without gaps.

    Who is to receive money and has no account does not hold the month up: the account is a line to write on,
    and the notice and the province's home page say so [P].
    """
    book = MonthBook(month)
    netted = [row for row in clearing.net(book.lines, book.parties) if row.party is not clearing.PLATFORM]
    owed = [(row.party, figures) for row in netted if (figures := rules.figures_of(row))]
    if not owed:
        return []
    issue = _issue(month, by, at)
    serials = next_numbers(f"{SERIES}{issue.day.year}", len(owed))
    notices = [
        issue.notice(serial, party, figures) for serial, (party, figures) in zip(serials, owed, strict=True)
    ]
    Notice.objects.bulk_create(notices)
    workflow.begin_many(notices, by=by, at=at)
    _log("notices_issued", month, notices, by=by, at=at)
    return notices


# --- reopening ----------------------------------------------------------------------------------------------


def in_force(month: ClearingPeriod) -> list[Notice]:
    """The month's notices that are not voided, with what is paid of them; held where a transaction is open,
    so that nothing is paid meanwhile (a page that only looks has none)."""
    found = Notice.objects.filter(category=Category.MONTHLY, period=month.period, state=NoticeState.ISSUED)
    if connection.in_atomic_block:
        found = Notice.objects.filter(pk__in=hold_notices(found.values_list("pk", flat=True)))
    return list(with_payments(found.select_related("region")).order_by("pk"))


def require_unpaid(month: ClearingPeriod) -> None:
    """A month is reopened only while nothing was paid on its notices, by the books of either side."""
    paid = [notice for notice in in_force(month) if notice.paid_fen or notice.told_fen]
    if paid:
        names = "、".join(str(notice) for notice in paid)
        raise DomainError(
            "already_paid",
            f"{period_label(month.period)}的通知书已有付款：{names}。"
            "要重开这个月，先撤回这些核销；款项确已收付的，在以后的月份更正。",
            notices=[notice.notice_no for notice in paid],
        )


def notices_void(month: ClearingPeriod, by: User, at: dt.datetime) -> list[Notice]:
    """作废: the notices of a month that was reopened; their numbers are not given again."""
    require_unpaid(month)
    notices = in_force(month)
    reason = f"{period_label(month.period)}清算重开"
    workflow.move_many(notices, NoticeState.VOIDED, by=by, at=at, reason=reason, voided_at=at)
    if notices:
        _log("notices_voided", month, notices, by=by, at=at)
    return notices


def _log(action: str, month: ClearingPeriod, notices: list[Notice], *, by: User, at: dt.datetime) -> None:
    subjects = [
        audit.Subject("notice", notice.notice_no, notice.region, {"periods": [month.period]})
        for notice in notices
    ]
    audit.record_many(action, by=by, at=at, subjects=subjects)
