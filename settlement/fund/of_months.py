"""签发、重开: what each signature of a month moves, and how it is turned round when it is opened again.

Everything is brought up to what the signatures say, however little or much of it stands already; so the
signature of a month, its reopening, and the command that posts what older ones lack are one and the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from agency.organisation.models import User
from agency.periods import period_label
from agency.policy.insurance import InsuranceType
from settlement.clearing import rules as clearing
from settlement.clearing.filling import MonthBook
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import NetRow
from settlement.clearing.states import ReopeningState
from settlement.clearing.version_models import MonthVersion, Reopening, VersionCause
from settlement.fund.accounts import PLATFORMS, fund_of
from settlement.fund.models import CauseKind, FundMovement
from settlement.fund.posting import Entry, Posting, post, reversal_of


@dataclass(frozen=True)
class Signature:
    """签发一次: of which month and version, when, by whom, and when it was opened again (None: it stands)."""

    month: ClearingPeriod
    version: int
    on: dt.date
    by_id: int
    kept: MonthVersion | None
    reopened_on: dt.date | None
    reopened_by_id: int | None

    @property
    def cause_no(self) -> str:
        return f"{self.month.period}/{self.version}"

    @property
    def stands(self) -> bool:
        return self.month.is_signed and self.version == self.month.version

    def book(self) -> MonthBook:
        """What was signed."""
        return MonthBook(self.month, version=None if self.stands else self.kept)


def signatures(months: QuerySet[ClearingPeriod]) -> list[Signature]:
    """All signatures of some months, in their order. One from before versions were kept is told by its month
    while it stands."""
    kept = {
        (version.period_id, version.signed_version): version
        for version in MonthVersion.objects.filter(period__in=months, cause=VersionCause.SIGNED)
        .defer("content")
        .select_related("period")
    }
    approved = Reopening.objects.filter(period__in=months, state=ReopeningState.APPROVED)
    reopened = {(row.period_id, row.version): row for row in approved}
    by_pk = {month.pk: month for month in months}
    # a month that is said to be signed by nobody, or never, is damage that the checks of months name
    signed = [month for month in by_pk.values() if month.is_signed and month.signed_at and month.signed_by_id]
    standing = {(month.pk, month.version) for month in signed}
    found = [
        _signature(by_pk[key[0]], key[1], kept.get(key), reopened.get(key)) for key in {*kept, *standing}
    ]
    return sorted(found, key=lambda one: (one.month.period, one.version))


def _signature(
    month: ClearingPeriod, version: int, kept: MonthVersion | None, opened: Reopening | None
) -> Signature:
    at, by_id = (kept.at, kept.by_id) if kept is not None else (month.signed_at, month.signed_by_id)
    assert at is not None and by_id is not None
    decided = opened.decided_at if opened is not None else None
    return Signature(
        month=month,
        version=version,
        on=timezone.localdate(at),
        by_id=by_id,
        kept=kept,
        reopened_on=timezone.localdate(decided) if decided is not None else None,
        reopened_by_id=opened.decided_by_id if opened is not None else None,
    )


def entries_of(signature: Signature) -> Iterator[Entry]:
    """Per region and insurance type what it is owed and what it owes, as two movements with the platform."""
    book = signature.book()
    label = period_label(book.month.period)
    for row in clearing.net(book.lines, book.parties):
        if row.party is not clearing.PLATFORM:
            yield from _of_region(row, label)


def _of_region(row: NetRow, label: str) -> Iterator[Entry]:
    for kind in InsuranceType.values:
        owed, owes = (getattr(side, f"{kind}_fen") for side in (row.receivable, row.payable))
        fund, platform, part = fund_of(row.party.id, kind), PLATFORMS[kind], f"{row.party.code}/{kind}"
        if owed:
            yield Entry(f"{part}/receivable", platform, fund, owed, f"{label} 应收")
        if owes:
            yield Entry(f"{part}/payable", fund, platform, owes, f"{label} 应付")


def months_post(months: QuerySet[ClearingPeriod], *, at: dt.datetime) -> list[FundMovement]:
    """Post the signatures of some months that are not posted yet, and turn round those that were reopened."""
    found = signatures(months)
    have = _posted(found, CauseKind.CLEARING)
    written = post([_posting(one) for one in found if one.cause_no not in have], at=at)
    return written + post(list(_reversals(found)), at=at)


def _posted(found: Iterable[Signature], kind: CauseKind) -> set[str]:
    numbers = {one.cause_no for one in found}
    rows = FundMovement.objects.filter(cause_kind=kind, cause_no__in=numbers)
    return set(rows.order_by().values_list("cause_no", flat=True).distinct())


def _posting(one: Signature) -> Posting:
    return Posting(CauseKind.CLEARING, one.cause_no, one.on, one.by_id, tuple(entries_of(one)))


def _reversals(found: Iterable[Signature]) -> Iterator[Posting]:
    """Of what no longer stands, each movement turned round, naming the old one."""
    gone = {one.cause_no: one for one in found if not one.stands}
    rows = FundMovement.objects.filter(
        cause_kind=CauseKind.CLEARING, cause_no__in=gone, corrected_by__isnull=True
    ).select_related("debit", "credit")
    by_cause: dict[str, list[Entry]] = {}
    for movement in rows.order_by("pk") if gone else ():
        by_cause.setdefault(movement.cause_no, []).append(reversal_of(movement))
    for number, entries in by_cause.items():
        one = gone[number]
        on, by_id = one.reopened_on or one.on, one.reopened_by_id or one.by_id
        yield Posting(CauseKind.REOPENING, number, on, by_id, tuple(entries))


def month_follow(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    """The month was signed, or opened again: its movements follow."""
    months_post(ClearingPeriod.objects.filter(pk=month.pk), at=at)
