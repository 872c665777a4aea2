"""`reconcile_sheet FORM FILE --period P [--region R]`: their sheet and ours as a run; 2 when they differ."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.clearing.export import region_of_sheet
from settlement.reconciliation.commanding import run_told
from settlement.reconciliation.opening import read_whole
from settlement.reconciliation.sheet_runs import run_of_sheet


class Command(StaffCommand):
    help = "把对方的清算表（CSV 或 XLSX）与我方的逐行对账，差异逐条办理。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("form", metavar="FORM", help="表号：9 至 14，16 至 18")
        parser.add_argument("file", metavar="FILE", help="对方的文件")
        parser.add_argument(
            "--period", required=True, metavar="P", help="期别，如 202610；年终写年度，如 2026"
        )
        parser.add_argument("--region", help="统筹区：长春市、长春或 220100（表 9、16 不用）")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        path, form = Path(options["file"]), options["form"]
        region = region_of_sheet(form, options["region"], by)
        with path.open("rb") as stream:
            content = read_whole(stream)
        where: dict[str, Any] = {"form": form, "period": options["period"], "region": region}
        said: dict[str, Any] = {"content": content, "file_name": path.name, "by_command": True}
        return run_told(run_of_sheet(**where, **said, by=by, at=at))
