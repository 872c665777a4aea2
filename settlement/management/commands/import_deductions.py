"""`import_deductions FILE`: deductions from a file, all or nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.batches.commands import import_file, import_result
from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.deductions.batches import KIND


class Command(StaffCommand):
    help = "导入扣款（CSV 或 XLSX）：按笔或按机构；有拒绝的行时退出码为 2。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="扣款文件")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        batch, outcome = import_file(
            KIND, options["file"], by=by, system=self.system, at=at, progress=self.progress
        )
        return import_result(options["file"], batch, outcome, KIND)
