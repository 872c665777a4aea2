"""`send_differences RUN --out FILE [--all]`: our differences as a sheet that the other side answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.organisation.models import User
from settlement.reconciliation.report_files import run_to_report
from settlement.reconciliation.sent import sent_sheet
from settlement.reconciliation.sent_files import KINDS, sheet_written
from settlement.reconciliation.sides import sheet_make


class Command(StaffCommand):
    help = "出一张差异核对表给对方填写答复（按文件名写成 xlsx 或 csv）。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", metavar="RUN", help="对账编号")
        parser.add_argument("--out", required=True, metavar="FILE", help="写到哪个文件：.xlsx 或 .csv")
        parser.add_argument("--all", action="store_true", dest="everything", help="已有批准结论的也列上")

    @transaction.atomic
    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        out = Path(options["out"])
        kind = out.suffix.lower().removeprefix(".")
        if kind not in KINDS:
            raise DomainError("no_such_format", f"核对表只写成 {'、'.join(KINDS)}：请改文件名 {out.name}。")
        run = run_to_report(by, options["run"])
        sheet = sheet_make(run=run, by=by, at=at, everything=options["everything"])
        out.write_bytes(sheet_written(sent_sheet(sheet), kind, at=at))
        said = f"核对表 {sheet}：{sheet.rows} 行，已写入 {out}，摘要 {sheet.digest}。"
        data = {"sheet": sheet.sheet_no, "rows": sheet.rows, "file": str(out), "digest": sheet.digest}
        return CommandResult(data, [said])
