"""签发通知书: one notice for each party that receives or pays, in one series of numbers [domain 5.5].

With the signature of a month from its net; slices above (周转金, 年终清算) issue theirs with
`notices_issue_for` and void them with `notices_void_for`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
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
class NoticeBasis:
    """所依据: what notices rest on. `period` is YYYYMM, or YYYY for a year; `digest` is the SHA-256 (hex) of
    what was signed or approved, `version` which signing of it; `subject_no` tells apart what one region may
    be told twice in one period (the number of a quota round, say), empty where it is once."""

    category: Category
    period: str
    digest: str
    version: int = 1
    subject_no: str = ""


@dataclass(frozen=True)
class Issue:
    """What all notices of one signing have in common: series, last days, accounts, names of the day."""

    basis: NoticeBasis
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
            category=self.basis.category,
            period=self.basis.period,
            version=self.basis.version,
            subject_no=self.basis.subject_no,
            region=self.regions[party.id],
            region_name=party.name,
            unit_name=self.units.get(party.id, party.name),
            basis_digest=self.basis.digest,
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
        notice.content_digest = content.digest_of_row(notice, content.lookups_of(notice))
        return notice


def _issue(basis: NoticeBasis, by: User, at: dt.datetime) -> Issue:
    """文号 and last days [N22]: to submit to finance, counted from the signature; then to pay, from there."""
    day = timezone.localdate(at)
    submit_by = add_workdays(day, int_parameter(SUBMIT_WORKDAYS, day))
    return Issue(
        basis=basis,
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
    return notices_issue_for(_monthly(month), owed, by=by, at=at)


def _monthly(month: ClearingPeriod) -> NoticeBasis:
    return NoticeBasis(Category.MONTHLY, month.period, month.digest, month.version)


def notices_issue_for(
    basis: NoticeBasis, owed: Sequence[tuple[Party, Figures]], *, by: User, at: dt.datetime
) -> list[Notice]:
    """One notice for each party with its figures, numbered in the year's one series without gaps, inside the
    caller's transaction; whoever calls has asked who may.

    Errors: `already_issued` (a party has one in force of this category, period and subject).
    """
    if not owed:
        return []
    known = standing_of(basis).filter(region__in=[party.id for party, _ in owed]).first()
    if known is not None:
        raise DomainError("already_issued", f"{known.region_name}的通知书 {known} 已经签发，不能再签发一份。")
    issue = _issue(basis, by, at)
    serials = next_numbers(f"{SERIES}{issue.day.year}", len(owed))
    notices = [
        issue.notice(serial, party, figures) for serial, (party, figures) in zip(serials, owed, strict=True)
    ]
    Notice.objects.bulk_create(notices)
    workflow.begin_many(notices, by=by, at=at)
    _log("notices_issued", basis, notices, by=by, at=at)
    return notices


def party_of(region: PoolingRegion) -> Party:
    """A region as a party, under its name of now, for notices that no month's parties name."""
    return Party(region.pk, region.code, str(region), False, True)


def standing_of(basis: NoticeBasis) -> QuerySet[Notice]:
    """The notices in force of this category, period and subject, of whatever version."""
    return Notice.objects.filter(
        category=basis.category,
        period=basis.period,
        subject_no=basis.subject_no,
        state=NoticeState.ISSUED,
    )


# --- voiding ------------------------------------------------------------------------------------------------


def in_force(month: ClearingPeriod) -> list[Notice]:
    """The month's notices that are not voided, with what is paid of them."""
    return in_force_for(_monthly(month))


def in_force_for(basis: NoticeBasis) -> list[Notice]:
    """The notices in force with what is paid of them; held where a transaction is open, so that nothing is
    paid meanwhile (a page that only looks has none)."""
    found = standing_of(basis)
    if connection.in_atomic_block:
        found = Notice.objects.filter(pk__in=hold_notices(found.values_list("pk", flat=True)))
    return list(with_payments(found.select_related("region")).order_by("pk"))


def paid_among(notices: Sequence[Notice]) -> list[Notice]:
    """Those on which something was paid, by the books of either side."""
    return [notice for notice in notices if notice.paid_fen or notice.told_fen]


def require_unpaid(month: ClearingPeriod) -> None:
    """A month is reopened only while nothing was paid on its notices, by the books of either side."""
    paid = paid_among(in_force(month))
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
    return notices_void_for(_monthly(month), reason=f"{period_label(month.period)}清算重开", by=by, at=at)


def notices_void_for(basis: NoticeBasis, *, reason: str, by: User, at: dt.datetime) -> list[Notice]:
    """作废: all notices in force of this category, period and subject; their numbers are not given again.

    Errors: `already_paid`.
    """
    notices = in_force_for(basis)
    paid = paid_among(notices)
    if paid:
        names = "、".join(str(notice) for notice in paid)
        raise DomainError("already_paid", f"通知书已有付款：{names}。要作废，先撤回这些核销。")
    workflow.move_many(notices, NoticeState.VOIDED, by=by, at=at, reason=reason, voided_at=at)
    if notices:
        _log("notices_voided", basis, notices, by=by, at=at)
    return notices


def _log(action: str, basis: NoticeBasis, notices: list[Notice], *, by: User, at: dt.datetime) -> None:
    subjects = [
        audit.Subject("notice", notice.notice_no, notice.region, {"periods": [basis.period]})
        for notice in notices
    ]
    audit.record_many(action, by=by, at=at, subjects=subjects)
