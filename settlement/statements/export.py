"""What leaves the program: statements and lists as numbered prints and as files, each in the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction

from agency.journal import audit
from agency.journal.prints import form_printed, verify_url
from agency.organisation.models import PoolingRegion, User
from agency.sheets.digest import digest
from agency.sheets.filled import SheetData
from settlement.clearing.export import ON_PAPER, WRITERS


@transaction.atomic
def printed(
    data: SheetData, kind: str, number: str, region: PoolingRegion, *, by: User, at: dt.datetime
) -> SheetData:
    """The sheet with the verification code of its content; the print stands in the log."""
    print_of = form_printed(
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
    return replace(data, code=print_of.code, verify_url=verify_url(print_of))


@transaction.atomic
def exported_as(
    data: SheetData,
    kind: str,
    number: str,
    region: PoolingRegion,
    *,
    extension: str,
    by: User,
    at: dt.datetime,
) -> bytes:
    """The sheet as a file; on paper it bears its verification code."""
    if extension in ON_PAPER:
        data = printed(data, kind, number, region, by=by, at=at)
    content = WRITERS[extension](data)
    audit.record(
        "exported",
        by=by,
        at=at,
        subject_kind=kind,
        subject_no=number,
        region=region,
        format=extension,
        digest=digest(data),
    )
    return content
