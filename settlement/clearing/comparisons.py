"""Keeping what a comparison found: the file, the differences, who compared and when."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from agency.batches.services import file_keep
from agency.errors import DomainError, NotAllowed
from agency.journal import audit
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import is_period, period_label
from agency.registry import Registry
from agency.sheets.digest import digest
from agency.sheets.filled import SheetData
from agency.web.parts import Action
from settlement.clearing.compare import Comparison, compare
from settlement.clearing.families import family_of
from settlement.clearing.filling import party_named_as_then, sheet_data
from settlement.clearing.models import ClearingPeriod, SheetComparison, SheetDifference
from settlement.clearing.selectors import month_named

# (comparison, by) -> what else can be done with what was found, each with its page; slices above join
COMPARISON_TOLD: Registry[Callable[[SheetComparison, User], list[Action]]] = Registry(
    "ways on from a comparison"
)

MAX_BYTES = 20 * 1024 * 1024


def may_compare(by: User) -> bool:
    """Who brings in cases also brings in what the other side says of them; supervisors may, in the admin."""
    reads = access.allowed(by, May.READ_CLEARING)
    return reads and (access.allowed(by, May.LOAD_CASES) or access.allowed(by, May.USE_ADMIN))


def month_with_sheets(period: str) -> ClearingPeriod:
    """The computed month that a sheet is of; DomainError with the reason why there is none."""
    if not is_period(period):
        raise DomainError("bad_period", f"“{period}”不是期别：请写成六位年月，如 202610。", field="period")
    month = month_named(period)
    if month is None:
        raise DomainError("not_computed", f"{period_label(period)}还没有计算，没有清算表。", field="period")
    return month


def read_limited(stream: BinaryIO, file_name: str) -> bytes:
    """The file's bytes; DomainError when it is far too large for a sheet."""
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DomainError("file_too_large", f"“{file_name}”超过 20 MB，不像一张清算表。", field="file")
    return content


def comparison_preview(
    *, form: str, period: str, region: PoolingRegion | None, content: bytes, file_name: str, by: User
) -> tuple[SheetData, Comparison]:
    """Our sheet, and what their file says differently; nothing is kept."""
    if not may_compare(by):
        raise NotAllowed("您没有比对清算表的权限，请联系主管。")
    if region is None and not access.sees_all(by):
        raise NotAllowed("全省的清算表只有省级经办机构可以比对。")
    access.require(by, May.READ_CLEARING, region)
    ours = our_sheet(form, period, region, by)
    return ours, compare(ours, content, file_name)


def our_sheet(form: str, period: str, region: PoolingRegion | None, by: User) -> SheetData:
    """Our sheet as it is now; the caller asks who may. DomainError with the reason why there is none."""
    family = family_of(form)
    if family is not None:
        return family.fill(period, region, by)
    month = month_with_sheets(period)
    return sheet_data(form, month, party_named_as_then(month, region) if region else None)


@transaction.atomic
def sheet_compare(
    *,
    form: str,
    period: str,
    region: PoolingRegion | None,
    stream: BinaryIO,
    file_name: str,
    by: User,
    at: dt.datetime,
) -> SheetComparison:
    """比对: set their sheet beside ours and keep the file and every difference.

    DomainError (nothing kept) when the file is no such sheet, or ours does not exist.
    """
    content = read_limited(stream, file_name)
    ours, outcome = comparison_preview(
        form=form, period=period, region=region, content=content, file_name=file_name, by=by
    )
    kept = file_keep(io.BytesIO(content), name=file_name, by=by, at=at)
    series = f"{timezone.localtime(at):%Y%m}"
    comparison = SheetComparison.objects.create(
        comparison_no=f"C{series}{next_number(f'comparison-{series}'):05d}",
        form_no=form,
        period=period,
        region=region,
        file=kept,
        file_name=file_name[:200],
        our_digest=digest(ours),
        lines=outcome.lines,
        differences=len(outcome.differences),
        not_compared=list(outcome.not_compared),
        lacks_figures=outcome.lacks_figures,
        by=by,
        at=at,
    )
    SheetDifference.objects.bulk_create(
        [
            SheetDifference(
                comparison=comparison,
                kind=item.kind,
                line_key=item.line[:200],
                column=item.column[:40],
                ours=item.ours[:200],
                theirs=item.theirs[:200],
                place=item.place[:60],
            )
            for item in outcome.differences
        ],
        batch_size=500,
    )
    audit.record(
        "sheet_compared",
        by=by,
        at=at,
        subject_kind="comparison",
        subject_no=comparison.comparison_no,
        region=region,
        form=form,
        period=period,
        file=kept.digest,
        lines=outcome.lines,
        differences=len(outcome.differences),
        not_compared=list(outcome.not_compared),
    )
    return comparison
