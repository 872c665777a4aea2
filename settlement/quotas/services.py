"""Writes of quotas: draw a year's round up, change one of its amounts, propose, approve, send back.

The approval is the one act that puts quotas in force; who entered any part does not approve [N22], [P].
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst, reason_given
from agency.journal import audit, workflow
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.organisation.selectors import pooling_regions
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import decimal_parameter
from settlement.clearing.locks import hold_months_from
from settlement.clearing.services import provincial_agency
from settlement.quotas import rules, selectors
from settlement.quotas.filling import items_of, round_digest
from settlement.quotas.models import Quota, QuotaBase, QuotaItem, QuotaRound
from settlement.quotas.noticing import round_notices_issue
from settlement.quotas.raising import warnings_raise
from settlement.quotas.states import RoundState
from settlement.records.locks import lock_records

YEARS = range(2001, 3000)


@transaction.atomic
def round_draw(*, year: int, by: User, at: dt.datetime, effective_on: dt.date | None = None) -> QuotaRound:
    """拟定: a year's round out of its signed base months; anew, without changed amounts, until proposed.

    It comes into force on `effective_on`, a day of the year (None: its first); the parameters are those of
    the first. Errors: NotAllowed, `no_such_year`, `not_in_year`, `later_quota`, `no_base_month` (none is
    signed), `already_proposed`, `already_approved`.
    """
    access.require(by, May.PROPOSE_QUOTAS)
    if year not in YEARS:
        raise DomainError("no_such_year", f"{year} 不是年度：请写四位数的年份，如 2027。", field="year")
    effective_on = effective_on or dt.date(year, 1, 1)
    if effective_on.year != year:
        raise DomainError("not_in_year", f"生效日期要在 {year} 年之内。", field="effective_on")
    _require_none_later(effective_on)
    months = selectors.base_months(year)
    signed = selectors.signed_of(months)
    if not signed:
        raise DomainError(
            "no_base_month", f"{year}年度的基数月份（{'、'.join(months)}）都还没有签发，不能核定。"
        )
    first = dt.date(year, 1, 1)
    facts = {
        "base_months": ",".join(signed),
        "left_out": ",".join(month for month in months if month not in signed),
        "factor_text": f"{decimal_parameter('fund.quota_factor', first).normalize():f}",
        "effective_on": effective_on,
        "drawn_by": by,
        "drawn_at": at,
        "names": _names(effective_on, by),
        "digest": "",
    }
    drawn = _begun(year, facts, by=by, at=at)
    _items_replace(drawn, signed)
    _log("quotas_drawn", drawn, by=by, at=at)
    return drawn


def _require_none_later(effective_on: dt.date) -> None:
    """Quotas follow each other: none is put before one that is approved already."""
    later = selectors.later_quota(effective_on)
    if later is not None:
        told = f"{later.region}{later.get_insurance_type_display()}已有自 {later.effective_from} 起的额度"
        raise DomainError("later_quota", f"{told}，请把生效日期定在那天或以后。", field="effective_on")


def _names(effective_on: dt.date, by: User) -> dict[str, Any]:
    """Agency, regions and people as they are called now: the sheets keep these names."""
    regions = {str(region.pk): region.name for region in pooling_regions(effective_on)}
    return {"organisation": provincial_agency(), "regions": regions, "drawn_by": str(by)}


def _begun(year: int, facts: dict[str, object], *, by: User, at: dt.datetime) -> QuotaRound:
    """The round's row, locked, with fresh facts; begun where there is none."""
    drawn, is_new = QuotaRound.objects.get_or_create(year=year, defaults=facts)
    if is_new:
        workflow.begin(drawn, by=by, at=at)
        return drawn
    drawn = _locked(drawn)
    if drawn.state == RoundState.APPROVED:
        raise DomainError("already_approved", f"{year}年度额度已经批准，不能重新拟定。")
    if drawn.state == RoundState.PROPOSED:
        raise DomainError("already_proposed", f"{year}年度额度已提请批准；要重新拟定，请先退回。")
    QuotaRound.objects.filter(pk=drawn.pk).update(**facts)
    drawn.refresh_from_db()
    return drawn


def _items_replace(drawn: QuotaRound, signed: list[str]) -> None:
    """Every region in force × both types, also where nothing was owed."""
    QuotaBase.objects.filter(item__round=drawn).delete()
    QuotaItem.objects.filter(round=drawn).delete()
    owed = selectors.owed_in(signed)
    current = selectors.quotas_in_force(drawn.effective_on)
    items, bases = [], []
    for kind in InsuranceType.values:
        for region in pooling_regions(drawn.effective_on):
            found = [owed.get((month, region.pk, kind), selectors.NOTHING) for month in signed]
            item = _item(drawn, region, kind, found, current.get((region.pk, kind), 0))
            items.append(item)
            bases += [
                QuotaBase(item=item, period=month, cases=row.cases, amount_fen=row.amount_fen)
                for month, row in zip(signed, found, strict=True)
            ]
    QuotaItem.objects.bulk_create(items)
    QuotaBase.objects.bulk_create(bases)


def _item(
    drawn: QuotaRound, region: PoolingRegion, kind: str, found: list[selectors.Owed], current: int
) -> QuotaItem:
    average = rules.average([row.amount_fen for row in found])
    quota = rules.quota(average, drawn.factor)
    return QuotaItem(
        round=drawn,
        region=region,
        insurance_type=kind,
        average_fen=average,
        quota_fen=quota,
        current_fen=current,
        changed_fen=quota,
    )


@transaction.atomic
def item_change(*, item: QuotaItem, changed_fen: int, reason: str, by: User, at: dt.datetime) -> QuotaItem:
    """Another amount than the arithmetic gives, with its reason, while the round is not proposed.

    Errors: NotAllowed, `reason_missing`, `negative`, `not_open`, SomeoneElseWasFirst (drawn up anew since).
    """
    access.require(by, May.PROPOSE_QUOTAS)
    reason = reason_given(reason)
    if changed_fen < 0:
        raise DomainError("negative", "额度不能小于零。", field="changed_fen")
    drawn = _locked(item.round)
    if not drawn.is_editable:
        raise DomainError("not_open", f"{drawn}年度额度现在是“{drawn.get_state_display()}”，不能改。")
    if QuotaItem.objects.filter(pk=item.pk).update(changed_fen=changed_fen, reason=reason) != 1:
        raise SomeoneElseWasFirst("同事刚重新拟定过这个年度的额度，请刷新后再改。")
    names = {**drawn.names, "drawn_by": str(by)}
    QuotaRound.objects.filter(pk=drawn.pk).update(drawn_by=by, drawn_at=at, names=names)
    item.refresh_from_db()
    _log("quota_changed", drawn, by=by, at=at, reason=reason, region=item.region)
    return item


@transaction.atomic
def round_propose(*, drawn: QuotaRound, by: User, at: dt.datetime) -> QuotaRound:
    """提请批准. Errors as of `workflow.move`."""
    drawn = _locked(drawn)
    fields: dict[str, Any] = {"proposed_by": by, "proposed_at": at, "digest": round_digest(drawn)}
    names = {**drawn.names, "proposed_by": str(by)}
    workflow.move(drawn, RoundState.PROPOSED, by=by, at=at, names=names, **fields)
    _log("quotas_proposed", drawn, by=by, at=at)
    return drawn


@transaction.atomic
def round_approve(
    *, drawn: QuotaRound, by: User, at: dt.datetime, seen_digest: str | None = None
) -> QuotaRound:
    """批准: the amounts as shown (`seen_digest`; None: as proposed) come into force on the round's day.

    Errors: NotAllowed (also for who drew up, changed or proposed), `no_such_step`, `shown_is_outdated`,
    `later_quota`, `quotas_moved` (a quota in force is no longer the one that the round shows), `base_moved`
    (a base month was signed anew).
    """
    access.require(by, May.APPROVE_QUOTAS)
    lock_records()  # nobody signs, computes or opens a month again while its amounts are compared
    hold_months_from(min(drawn.months))
    drawn = _locked(drawn)
    if selectors.has_entered(drawn, by):
        raise NotAllowed("拟定、修改或提请额度的人不能自己批准，请另一人批准。")
    if drawn.state == RoundState.APPROVED:
        raise SomeoneElseWasFirst(subject_no=drawn.journal_no)
    if seen_digest not in (None, drawn.digest):
        raise DomainError("shown_is_outdated", "额度在您打开之后改过，没有批准；请看过现在的数再批准。")
    items = items_of(drawn)
    _require_as_shown(drawn, items)
    names = {**drawn.names, "approved_by": str(by)}
    workflow.move(drawn, RoundState.APPROVED, by=by, at=at, approved_by=by, approved_at=at, names=names)
    Quota.objects.bulk_create(
        Quota(
            item=item,
            region_id=item.region_id,
            insurance_type=item.insurance_type,
            quota_fen=item.changed_fen,
            effective_from=drawn.effective_on,
            approved_by=by,
            approved_at=at,
        )
        for item in items
    )
    round_notices_issue(drawn, items, by=by, at=at)
    warnings_raise(by=by, at=at)  # what the new quotas make of the months since
    _log("quotas_approved", drawn, by=by, at=at)
    return drawn


def _require_as_shown(drawn: QuotaRound, items: list[QuotaItem]) -> None:
    _require_none_later(drawn.effective_on)
    current = selectors.quotas_in_force(drawn.effective_on)
    if any(current.get((item.region_id, item.insurance_type), 0) != item.current_fen for item in items):
        raise DomainError("quotas_moved", "现有额度在拟定之后变了，请退回重新拟定。")
    months = drawn.months
    if selectors.signed_of(selectors.base_months(drawn.year)) != months:
        raise DomainError("base_moved", "已签发的基数月份在拟定之后变了，请退回重新拟定。")
    owed = selectors.owed_in(months)
    for region, kind, period, cases, fen in QuotaBase.objects.filter(item__round=drawn).values_list(
        "item__region", "item__insurance_type", "period", "cases", "amount_fen"
    ):
        if owed.get((period, region, kind), selectors.NOTHING) != (cases, fen):
            raise DomainError("base_moved", f"基数月份 {period} 的清算在拟定之后变了，请退回重新拟定。")


@transaction.atomic
def round_return(*, drawn: QuotaRound, by: User, at: dt.datetime, reason: str) -> QuotaRound:
    """退回, with a reason. Errors as of `workflow.move`."""
    drawn = _locked(drawn)
    workflow.move(drawn, RoundState.RETURNED, by=by, at=at, reason=reason, digest="")
    _log("quotas_returned", drawn, by=by, at=at, reason=reason)
    return drawn


def _locked(drawn: QuotaRound) -> QuotaRound:
    return QuotaRound.objects.select_for_update().get(pk=drawn.pk)


def _log(
    action: str,
    drawn: QuotaRound,
    *,
    by: User,
    at: dt.datetime,
    reason: str = "",
    region: PoolingRegion | None = None,
) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="quota_round",
        subject_no=drawn.journal_no,
        region=region,
        reason=reason,
    )
