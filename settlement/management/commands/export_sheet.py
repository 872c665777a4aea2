"""`export_sheet FORM --period P [--region R] --format F --out FILE`: a clearing sheet as a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.sheets.digest import digest
from agency.sheets.filled import SheetData
from settlement.clearing.comparisons import month_with_sheets
from settlement.clearing.export import (
    WRITERS,
    region_of_sheet,
    sheet_exported,
    sheet_number,
    sheet_written,
)
from settlement.clearing.families import family_of
from settlement.clearing.filling import MonthBook, party_named_as_then, sheet_data
from settlement.clearing.versions import moment_read, version_at


class Command(StaffCommand):
    help = "把一张清算表（表 9 至表 14，额度的表 6-1、6-2，年终的表 16 至表 18）写成文件。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("form", metavar="FORM", help="表号：6-1、6-2，9 至 14，16 至 18")
        parser.add_argument(
            "--period", required=True, metavar="P", help="期别，如 202610；额度和年终写年度，如 2026"
        )
        parser.add_argument("--region", help="统筹区：长春市、长春或 220100（表 6-1、9、16 不用）")
        parser.add_argument("--format", required=True, dest="format_name", help="、".join(WRITERS))
        parser.add_argument("--out", required=True, metavar="FILE", help="写到哪个文件")
        parser.add_argument("--as-of", metavar="MOMENT", help="截至某时，如 2026-11-20T12:00：当时所知的表")
        parser.add_argument("--encoding", default="utf-8", help="CSV 的编码：utf-8（缺省）或 gb18030")

    @transaction.atomic
    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        region = region_of_sheet(options["form"], options["region"], by)
        access.require(by, May.READ_CLEARING, region)
        kept = {name: options[name] for name in ("format_name", "encoding")}
        family = family_of(options["form"])
        if family is not None:
            if options["as_of"]:
                raise DomainError("no_such_sheet", f"表 {options['form']} 没有各版，请去掉 --as-of。")
            data = family.fill(options["period"], region, by)
            subject = (family.kind, sheet_number(data, region))
            content = sheet_written(data, region, by=by, at=at, subject=subject, **kept)
        else:
            data, book = _of_month(options, region)
            content = sheet_exported(data, region, book=book, by=by, at=at, **kept)
        Path(options["out"]).write_bytes(content)
        said = f"{data.title} {data.period_label}已写入 {options['out']}，摘要 {digest(data)}。"
        return CommandResult({"file": options["out"], "digest": digest(data)}, [said])


def _of_month(options: dict[str, Any], region: PoolingRegion | None) -> tuple[SheetData, MonthBook]:
    """A sheet of a month, as it is or as it was known."""
    month = month_with_sheets(options["period"])
    moment = options["as_of"]
    book = MonthBook(month, version=version_at(month, moment_read(moment)) if moment else None)
    party = party_named_as_then(book.month, region) if region else None
    return sheet_data(options["form"], book.month, party, book), book
