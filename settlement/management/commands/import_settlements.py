"""`import_settlements FILE [--dry-run] [--refused OUT.xlsx]`: settled cases from a file, all or nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.batches.commands import import_file, import_result, output, refused_rows
from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.matching.services import match_batch
from settlement.records.batches import KIND


class Command(StaffCommand):
    help = "导入结算明细（CSV 或 XLSX）：逐行核对，接受的行一次全部写入；有拒绝的行时退出码为 2。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="结算明细文件")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--refused", type=Path, metavar="OUT.xlsx", help="把拒绝的行写成 XLSX")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        with output(options["refused"]) as write:
            batch, outcome = import_file(
                KIND,
                options["file"],
                by=by,
                system=self.system,
                at=at,
                progress=self.progress,
                dry_run=options["dry_run"],
            )
            write(lambda: refused_rows(outcome, at))
        if batch is not None:
            match_batch(batch, at=at)
        return import_result(options["file"], batch, outcome)
