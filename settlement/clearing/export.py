"""Sheets as files, and as numbered prints: what every way out of the program shares (page and command)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from django.db import transaction

from agency.errors import DomainError, NotAllowed
from agency.journal import audit
from agency.journal.prints import form_printed, verify_url
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.selectors import region_named
from agency.sheets.as_csv import as_csv
from agency.sheets.as_html import as_html
from agency.sheets.as_pdf import as_pdf
from agency.sheets.as_xlsx import as_xlsx
from agency.sheets.digest import digest
from agency.sheets.filled import SheetData
from settlement.clearing.adding_up import require_adds_up
from settlement.clearing.families import is_of_province
from settlement.clearing.filling import MonthBook

WRITERS: dict[str, Callable[[SheetData], bytes]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "pdf": as_pdf,
    "html": lambda data: as_html(data).encode(),
}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
ON_PAPER = frozenset({"pdf", "html"})
Subject = tuple[str, str]


def sheet_number(data: SheetData, region: PoolingRegion | None) -> str:
    """What a sheet is called in the journal: `202610/10/220100`."""
    parts = [data.period, data.sheet.form, region.code if region else ""]
    return "/".join(part for part in parts if part)


@transaction.atomic
def sheet_printed(
    data: SheetData, region: PoolingRegion | None, *, book: MonthBook, by: User, at: dt.datetime
) -> SheetData:
    """The sheet with the verification code of its content; the print stands in the log.

    `book` is the whole month: DoesNotAddUp, with what does not and where, when the sheet is not proven by it.
    """
    require_adds_up(data, region, book)
    return sheet_coded(data, region, by=by, at=at)


def sheet_coded(
    data: SheetData,
    region: PoolingRegion | None,
    *,
    by: User,
    at: dt.datetime,
    subject: Subject | None = None,
) -> SheetData:
    """The sheet with its code, logged under `subject` (kind and number) where it is no clearing sheet; for
    whoever has had it proven (`require_adds_up`)."""
    kind, number = subject or ("sheet", sheet_number(data, region))
    printed = form_printed(
        form_no=data.sheet.form,
        title=data.title,
        subject_kind=kind,
        subject_no=number,
        digest=digest(data),
        by=by,
        at=at,
        region=region,
        copy=data.state_label,
    )
    return replace(data, code=printed.code, verify_url=verify_url(printed))


@transaction.atomic
def sheet_exported(
    data: SheetData,
    region: PoolingRegion | None,
    *,
    book: MonthBook,
    format_name: str,
    by: User,
    at: dt.datetime,
    encoding: str = "utf-8",
) -> bytes:
    """The sheet as a file; what does not add up is not written: DoesNotAddUp (see `sheet_printed`)."""
    _require_format(format_name, encoding)
    require_adds_up(data, region, book)
    return sheet_written(data, region, format_name=format_name, by=by, at=at, encoding=encoding)


@transaction.atomic
def sheet_written(
    data: SheetData,
    region: PoolingRegion | None,
    *,
    format_name: str,
    by: User,
    at: dt.datetime,
    encoding: str = "utf-8",
    subject: Subject | None = None,
) -> bytes:
    """The sheet as a file; the same data gives the same bytes. On paper it bears its verification code."""
    _require_format(format_name, encoding)
    if format_name in ON_PAPER:
        data = sheet_coded(data, region, by=by, at=at, subject=subject)
    content = as_csv(data, encoding) if format_name == "csv" else WRITERS[format_name](data)
    kind, number = subject or ("sheet", sheet_number(data, region))
    audit.record(
        "exported",
        by=by,
        at=at,
        subject_kind=kind,
        subject_no=number,
        region=region,
        format=format_name,
        digest=digest(data),
    )
    return content


def _require_format(format_name: str, encoding: str) -> None:
    if encoding not in ("utf-8", "gb18030"):
        raise DomainError("no_such_encoding", f"没有“{encoding}”这种编码：可用 utf-8、gb18030。")
    if format_name not in WRITERS:
        raise DomainError("no_such_format", f"没有“{format_name}”这种格式：可用 {'、'.join(WRITERS)}。")


def pooling_region(text: str) -> PoolingRegion:
    """A pooling region by name, short name or code; DomainError when there is none."""
    region = region_named(text.strip())
    if region is None or region.is_outside:
        raise DomainError("unknown_region", f"没有名为“{text}”的统筹区：写长春市、长春或 220100。")
    return region


def region_of_sheet(form: str, named: str | None, by: User) -> PoolingRegion | None:
    """Which region's sheet is meant: the one named, or the actor's own; None for forms of the province.

    DomainError for a form that is no clearing sheet, or one that needs a region and has none.
    """
    if is_of_province(form):
        if named:
            raise DomainError("no_such_sheet", f"表 {form} 是全省的表，不分统筹区：请去掉 --region。")
        if not access.sees_all(by):
            raise NotAllowed(f"表 {form} 是全省的表，只有省级经办机构可以看。")
        return None
    if named:
        return pooling_region(named)
    if by.region is None:
        raise DomainError("region_missing", f"表 {form} 是统筹区的表：请用 --region 指明统筹区，如 长春。")
    return by.region
