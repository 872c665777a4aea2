"""Writes of the clearing: compute a month, confirm it for a region, sign it. Re-runnable until signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from agency.errors import DomainError, DomainErrors, SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.organisation import access
from agency.organisation.models import Agency, Institution, PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import is_period, period_label
from agency.sheets.digest import digest
from settlement.clearing import checks, rules, selectors
from settlement.clearing.changes import has_changed_since
from settlement.clearing.filling import MonthBook, all_sheets, party_named_as_then, region_digest
from settlement.clearing.lines import lines_replace
from settlement.clearing.locks import hold_month, hold_still
from settlement.clearing.models import ClearingPeriod, RegionConfirmation, SignedSheet
from settlement.clearing.rules import Parties, Party
from settlement.clearing.signing import SIGNED
from settlement.clearing.states import PeriodState
from settlement.records.locks import lock_records, records_written

BROKEN_SHOWN = 3


class AlreadySigned(SomeoneElseWasFirst):
    """已签发: the month never changes again."""

    def __init__(self, month: ClearingPeriod) -> None:
        super().__init__(
            f"{period_label(month.period)}已经签发，不能再改；以后到的明细和更正记入未签发的月份。"
        )
        self.code = "already_signed"
        self.month = month


# --- compute ------------------------------------------------------------------------------------------------


@transaction.atomic
def period_compute(*, period: str, by: User, at: dt.datetime) -> ClearingPeriod:
    """计算: add up the month's cases and deductions into its lines; again as often as needed, until signed.

    The same records give the same lines, digests and sheets, byte for byte: a month whose figures did not
    change keeps the moment of its first computing, and its confirmations; what changed is void.
    """
    access.require(by, May.COMPUTE_CLEARING)
    lock_records()  # what is being loaded, undone or withdrawn is either counted here or comes after
    month = _month_to_compute(period, by=by, at=at)
    names = {**month.names, "pairs": selectors.pairs_now()}
    workflow.move(month, PeriodState.COMPUTED, by=by, at=at, names=names)  # holds the row until the end
    lines_replace(month)
    fresh = _computed(month, by=by)
    if any(getattr(month, name) != value for name, value in fresh.items()):
        fresh |= {"computed_at": at, "computed_by": by}
        fresh["names"]["prepared_by"] = str(by)
        ClearingPeriod.objects.filter(pk=month.pk).update(**fresh)
        month.refresh_from_db()
    voided = _void_changed(month, at=at)
    audit.record(
        "period_computed",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        cases=month.cases,
        local_cases=month.local_cases,
        digest=month.lines_digest,
        voided=voided,
    )
    return month


def _month_to_compute(period: str, *, by: User, at: dt.datetime) -> ClearingPeriod:
    """The month's row, opened when it has cases; refuses a signed month and one without anything."""
    _require_period(period)
    month = selectors.month_named(period)
    if month is None:
        if period not in selectors.months_with_cases():
            raise DomainError("nothing_to_compute", f"{period_label(period)}没有结算明细和扣款，请先导入。")
        month, is_new = ClearingPeriod.objects.get_or_create(period=period)
        if is_new:
            workflow.begin(month, by=by, at=at)
    if month.is_signed:
        raise AlreadySigned(month)
    return month


def _computed(month: ClearingPeriod, *, by: User) -> dict[str, Any]:
    """What the fresh lines say of the month, apart from when and by whom."""
    lines = selectors.lines_of(month)
    parties = selectors.parties_for(month.period, lines)
    due = sum(line.due_fen for line in lines)
    return {
        "cases": sum(line.records for line in lines),
        "local_cases": selectors.local_records(month).count(),
        "receivable_fen": due,
        "payable_fen": due,
        "lines_digest": rules.lines_digest(lines, parties),
        "names": {
            "organisation": _provincial_agency(),
            "parties": _plain(parties),
            "institutions": _institutions(month),
            "pairs": selectors.pairs_of(month),
            "prepared_by": month.names.get("prepared_by", str(by)),
        },
    }


def _provincial_agency() -> str:
    agency = Agency.objects.filter(region__isnull=True).order_by("code").first()
    return agency.name if agency else ""


def _plain(parties: Parties) -> list[list[Any]]:
    return [[party.id, party.code, party.name, party.is_outside, party.in_force] for party in parties.ordered]


def _institutions(month: ClearingPeriod) -> dict[str, list[str]]:
    """Codes and names of the institutions that sheet 14 of a month speaks of."""
    ids = selectors.cleared_deductions(month).values("institution_id")
    rows = Institution.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "code", "name")
    return {str(pk): [code, name] for pk, code, name in rows}


def _void_changed(month: ClearingPeriod, *, at: dt.datetime) -> int:
    """Void the confirmations of regions whose sheets no longer are what they confirmed. Returns how many."""
    given = selectors.confirmations_of(month)
    if not given:
        return 0
    book = MonthBook(month)
    changed = [
        row.pk
        for region_id, row in given.items()
        if row.digest != region_digest(book, book.parties.party(region_id))
    ]
    return RegionConfirmation.objects.filter(pk__in=changed).update(voided_at=at)


# --- confirm ------------------------------------------------------------------------------------------------


@transaction.atomic
def region_confirm(
    *, period: str, region: PoolingRegion, by: User, at: dt.datetime, seen_digest: str | None = None
) -> RegionConfirmation:
    """确认: a region says yes to its sheets 10–14 as shown (`seen_digest`; None: as they are now).

    Errors: NotAllowed, AlreadySigned, `not_computed`, `not_in_month`, `shown_is_outdated`,
    `already_confirmed`.
    """
    access.require(by, May.CONFIRM_CLEARING, region)
    _require_period(period)
    month = _held(period)
    party = party_named_as_then(month, region)
    now = region_digest(MonthBook(month), party)
    if seen_digest not in (None, now):
        raise DomainError(
            "shown_is_outdated", f"{party.name}的清算表刚有变化，没有确认；请看过现在的表再确认。"
        )
    standing = selectors.confirmations_of(month).get(region.pk)
    if standing is not None:
        if standing.digest == now:
            raise DomainError("already_confirmed", f"{party.name}已由{standing.by}确认过，不必再确认。")
        RegionConfirmation.objects.filter(pk=standing.pk).update(voided_at=at)
    try:
        with transaction.atomic():
            confirmation = RegionConfirmation.objects.create(
                period=month, region=region, digest=now, by=by, at=at
            )
    except IntegrityError as error:
        raise SomeoneElseWasFirst(f"{party.name}刚被同事确认过，请刷新后再看。") from error
    audit.record(
        "period_confirmed", by=by, at=at, subject_kind="period", subject_no=period, region=region, digest=now
    )
    return confirmation


def unconfirmed(month: ClearingPeriod) -> list[Party]:
    """Regions in force whose confirmation is missing, or was given to other figures than there are now."""
    book = MonthBook(month)
    given = selectors.confirmations_of(month)
    return [
        party
        for party in book.parties.must_confirm
        if party.id not in given or given[party.id].digest != region_digest(book, party)
    ]


# --- sign ---------------------------------------------------------------------------------------------------


@transaction.atomic
def period_sign(*, period: str, by: User, at: dt.datetime, seen_digest: str | None = None) -> ClearingPeriod:
    """签发: from now on the month never changes, on any path (guards in the database).

    Refuses, with all reasons at once, while an earlier month is unsigned, a region in force has not
    confirmed, or an invariant of the month does not hold; and when the figures are no longer those shown
    (`seen_digest`, the digest of the lines).
    """
    access.require(by, May.SIGN_CLEARING)
    _require_period(period)
    hold_still()
    month = _held(period)
    if seen_digest not in (None, month.lines_digest):
        raise DomainError("shown_is_outdated", "清算刚重新计算过，没有签发；请看过现在的数再签发。")
    reasons = _reasons_against(month)
    if reasons:
        raise DomainErrors(reasons)
    month.names["institutions"] = {**_institutions(month), **month.names.get("institutions", {})}
    records_written()  # a file that was checked before has to be checked again: its month may be closed
    names = {**month.names, "signed_by": str(by)}
    content = _sheets_signed(month)
    workflow.move(
        month,
        PeriodState.SIGNED,
        by=by,
        at=at,
        signed_at=at,
        signed_by=by,
        names=names,
        digest=content,
    )
    for entry in SIGNED:
        entry.function(month, by, at)
    audit.record(
        "period_signed",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        digest=month.digest,
        cases=month.cases,
    )
    return month


def _reasons_against(month: ClearingPeriod) -> list[DomainError]:
    reasons = []
    earlier = selectors.unsigned_months_before(month.period)
    if earlier:
        names = "、".join(period_label(period) for period in earlier)
        reasons.append(
            DomainError("earlier_month_unsigned", f"{names}还没有签发，须依次签发", months=earlier)
        )
    waiting = unconfirmed(month)
    if waiting:
        names = "、".join(party.name for party in waiting)
        codes = [party.code for party in waiting]
        reasons.append(DomainError("not_confirmed", f"还没有确认：{names}", regions=codes))
    if has_changed_since(month):
        reasons.append(DomainError("needs_computing", "计算之后明细、扣款或异地关系有变动，请重新计算"))
    broken = list(checks.period_invariants(month))
    for item in broken[:BROKEN_SHOWN]:
        reasons.append(DomainError("check_fails", f"{item.check}不成立：{item.subject} {item.message}"))
    return reasons


def _sheets_signed(month: ClearingPeriod) -> str:
    """Keep the digest of every sheet; returns the digest that the signature fixes."""
    kept, signed = [], []
    for form, party, data in all_sheets(MonthBook(month)):
        content = digest(data)
        kept.append(
            SignedSheet(period=month, form_no=form, region_id=party.id if party else None, digest=content)
        )
        signed.append((form, party.code if party else "", content))
    SignedSheet.objects.bulk_create(kept)
    return checks.month_digest(month, signed)


def _held(period: str) -> ClearingPeriod:
    """The computed month, held until the end of the transaction."""
    month = hold_month(period)
    if month is None or month.state == PeriodState.OPEN:
        raise DomainError("not_computed", f"{period_label(period)}还没有计算，请先由省级计算。")
    if month.is_signed:
        raise AlreadySigned(month)
    return month


def _require_period(period: str) -> None:
    if not is_period(period):
        raise DomainError("bad_period", f"“{period}”不是期别：请写成六位年月，如 202610。", field="period")
