"""`import_answers FILE`: a sheet of differences that the other side answered; 2 where they disagree."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.reconciliation.answers import answers_import


class Command(StaffCommand):
    help = "导入对方填好的差异核对表；对方有不同意的，退出码为 2。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="对方填好的核对表")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        path = Path(options["file"])
        with path.open("rb") as stream:
            done = answers_import(stream=stream, file_name=path.name, by=by, at=at)
        data = {"run": done.sheet.run.run_no, **vars(done), "sheet": done.sheet.sheet_no}
        return CommandResult(data, [done.told], bool(done.disagreed))
