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
from settlement.clearing.checklist import reasons_against
from settlement.clearing.filling import (
    MonthBook,
    all_sheets,
    party_named_as_then,
    region_digest,
    region_sheets,
    sheets_digest,
)
from settlement.clearing.lines import lines_replace
from settlement.clearing.locks import hold_month, hold_still
from settlement.clearing.models import ClearingPeriod, RegionConfirmation, SignedSheet
from settlement.clearing.rules import Line, Parties, Party
from settlement.clearing.seen import content_of, looked_at
from settlement.clearing.signing import COMPUTED, SIGNED
from settlement.clearing.states import PeriodState
from settlement.clearing.version_models import VersionCause
from settlement.clearing.versions import version_keep
from settlement.records.locks import lock_records, records_written

SIGNED_FIELDS = ("signed_at", "names", "digest", "version")


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
    sums = lines_replace(month)
    lines = list(sums.lines.values())
    fresh = _computed(month, lines, sums.local, by=by)
    if any(getattr(month, name) != value for name, value in fresh.items()):
        fresh |= {"computed_at": at, "computed_by": by}
        fresh["names"]["prepared_by"] = str(by)
        ClearingPeriod.objects.filter(pk=month.pk).update(**fresh)
        month.refresh_from_db()
    version_keep(month, by=by, at=at, cause=VersionCause.COMPUTED, lines=lines)
    voided = void_changed(month, at=at)
    for entry in COMPUTED:
        entry.function(month, by, at)
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
    require_period(period)
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


def _computed(month: ClearingPeriod, lines: list[Line], local: int, *, by: User) -> dict[str, Any]:
    """What the fresh lines say of the month, apart from when and by whom."""
    parties = selectors.parties_for(month.period, lines)
    due = sum(line.due_fen for line in lines)
    return {
        "cases": sum(line.records for line in lines),
        "local_cases": local,
        "receivable_fen": due,
        "payable_fen": due,
        "lines_digest": rules.lines_digest(lines, parties),
        "names": {
            "organisation": provincial_agency(),
            "parties": plain_parties(parties),
            "institutions": _institutions(month),
            "pairs": selectors.pairs_of(month),
            "prepared_by": month.names.get("prepared_by", str(by)),
        },
    }


def provincial_agency() -> str:
    """The name of the province's agency, as it is printed."""
    agency = Agency.objects.filter(region__isnull=True).order_by("code").first()
    return agency.name if agency else ""


def plain_parties(parties: Parties) -> list[list[Any]]:
    return [[party.id, party.code, party.name, party.is_outside, party.in_force] for party in parties.ordered]


def _institutions(month: ClearingPeriod) -> dict[str, list[str]]:
    """Codes and names of the institutions that sheet 14 of a month speaks of."""
    ids = selectors.cleared_deductions(month).values("institution_id")
    rows = Institution.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "code", "name")
    return {str(pk): [code, name] for pk, code, name in rows}


def void_changed(month: ClearingPeriod, *, at: dt.datetime) -> int:
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
    require_period(period)
    month = month_held(period)
    party = party_named_as_then(month, region)
    sheets = region_sheets(MonthBook(month), party)
    now = sheets_digest(sheets, party)
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
                period=month,
                region=region,
                digest=now,
                content=content_of(sheets),
                looked=looked_at(month, party, by, sheets),
                by=by,
                at=at,
            )
    except IntegrityError as error:
        raise SomeoneElseWasFirst(f"{party.name}刚被同事确认过，请刷新后再看。") from error
    audit.record(
        "period_confirmed",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        region=region,
        digest=now,
        looked=confirmation.looked,
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
    """签发: from now on the month never changes but by an approved reopening (guards in the database).

    Refuses, with all reasons at once, while a line of the checklist stands open (settlement/clearing/
    checklist.py), or an invariant of the month does not hold; and when the figures are no longer those shown
    (`seen_digest`, the digest of the lines).
    """
    access.require(by, May.SIGN_CLEARING)
    require_period(period)
    hold_still()
    month = month_held(period)
    if seen_digest not in (None, month.lines_digest):
        raise DomainError("shown_is_outdated", "清算刚重新计算过，没有签发；请看过现在的数再签发。")
    reasons = reasons_against(month)
    if reasons:
        raise DomainErrors(reasons)
    records_written()  # a file that was checked before has to be checked again: its month may be closed
    fixed = _as_signed(month, by=by, at=at)
    version_keep(fixed, by=by, at=at, cause=VersionCause.SIGNED)
    changed = {name: getattr(fixed, name) for name in SIGNED_FIELDS} | {"signed_by": by}
    workflow.move(month, PeriodState.SIGNED, by=by, at=at, **changed)
    for entry in SIGNED:
        entry.function(month, by, at)
    audit.record(  # last: whoever writes waits for the log, and what follows a signature takes seconds
        "period_signed",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        digest=month.digest,
        cases=month.cases,
        version=month.version,
    )
    return month


def _as_signed(month: ClearingPeriod, *, by: User, at: dt.datetime) -> ClearingPeriod:
    """The month as the signature makes it, with the digest of every sheet kept; the row itself stays."""
    institutions = {**_institutions(month), **month.names.get("institutions", {})}
    values = {field.attname: getattr(month, field.attname) for field in month._meta.concrete_fields}
    values |= {"state": PeriodState.SIGNED, "version": month.version + 1, "signed_at": at}
    values["names"] = {**month.names, "institutions": institutions, "signed_by": str(by)}
    fixed = ClearingPeriod(**{**values, "signed_by_id": by.pk})
    fixed.digest = _sheets_signed(fixed)
    return fixed


def _sheets_signed(month: ClearingPeriod) -> str:
    """Keep the digest of every sheet; returns the digest that the signature fixes."""
    kept, signed = [], []
    for form, party, data in all_sheets(MonthBook(month)):
        content = digest(data)
        region_id = party.id if party else None
        kept.append(
            SignedSheet(
                period=month, version=month.version, form_no=form, region_id=region_id, digest=content
            )
        )
        signed.append((form, party.code if party else "", content))
    SignedSheet.objects.bulk_create(kept)
    return checks.month_digest(month, signed)


def month_held(period: str) -> ClearingPeriod:
    """The computed month, held until the end of the transaction."""
    month = hold_month(period)
    if month is None or month.state == PeriodState.OPEN:
        raise DomainError("not_computed", f"{period_label(period)}还没有计算，请先由省级计算。")
    if month.is_signed:
        raise AlreadySigned(month)
    return month


def require_period(period: str) -> None:
    if not is_period(period):
        raise DomainError("bad_period", f"“{period}”不是期别：请写成六位年月，如 202610。", field="period")
