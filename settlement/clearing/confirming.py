"""确认的前后: a region's people look at its sheets one after another, and may take a confirmation back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from agency.errors import DomainError, reason_given
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import period_label
from agency.sheets.digest import digest
from settlement.clearing.consents import SheetLook
from settlement.clearing.filling import MonthBook, party_named_as_then, region_sheets
from settlement.clearing.models import RegionConfirmation
from settlement.clearing.seen import looked_at
from settlement.clearing.selectors import confirmations_of
from settlement.clearing.services import month_held
from settlement.clearing.sheets import OF_REGION


@transaction.atomic
def sheet_look(
    *, period: str, form: str, region: PoolingRegion, by: User, at: dt.datetime, seen_digest: str
) -> str:
    """看过: note that somebody of a region looked at a sheet as shown; gives the form to look at next.

    Empty when all of the region's sheets were looked at by this person. A second look changes nothing.
    Errors: NotAllowed, AlreadySigned, `not_computed`, `not_in_month`, `no_such_sheet`, `shown_is_outdated`.
    """
    access.require(by, May.CONFIRM_CLEARING, region)
    month = month_held(period)
    party = party_named_as_then(month, region)
    if form not in OF_REGION:
        raise DomainError("no_such_sheet", f"统筹区没有表 {form}：要看的是表 10 至表 14。")
    sheets = region_sheets(MonthBook(month, party), party)
    now = {data.sheet.form: digest(data) for data in sheets}
    if seen_digest != now[form]:
        raise DomainError("shown_is_outdated", f"表 {form} 刚有变化，没有记作看过；请看现在的表。")
    SheetLook.objects.get_or_create(
        period=month, region=region, form_no=form, digest=seen_digest, by=by, defaults={"at": at}
    )
    looked = looked_at(month, party, by, sheets)
    later = [*OF_REGION[OF_REGION.index(form) :], *OF_REGION]  # the next ones first, then those passed over
    return next((other for other in later if other not in looked), "")


@transaction.atomic
def region_unconfirm(*, period: str, region: PoolingRegion, reason: str, by: User, at: dt.datetime) -> None:
    """撤回确认: a region takes its yes back while the month is unsigned, with a reason.

    Errors: NotAllowed, AlreadySigned, `not_computed`, `not_in_month`, `not_confirmed`, `reason_missing`.
    """
    access.require(by, May.CONFIRM_CLEARING, region)
    reason = reason_given(reason)
    month = month_held(period)
    party = party_named_as_then(month, region)
    standing = confirmations_of(month).get(region.pk)
    if standing is None:
        raise DomainError("not_confirmed", f"{party.name}没有确认{period_label(period)}的清算表，无可撤回。")
    row = RegionConfirmation.objects.filter(pk=standing.pk, voided_at__isnull=True)
    row.update(voided_at=at, voided_by=by, void_reason=reason)
    audit.record(
        "confirmation_withdrawn",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        region=region,
        reason=reason,
        digest=standing.digest,
    )
