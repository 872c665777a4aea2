"""`reconcile_totals FILE --period YYYYMM [--scope S] [--without-refunds]`: their totals and ours as a run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.reconciliation.commanding import run_told, scope_named
from settlement.reconciliation.opening import read_whole
from settlement.reconciliation.totals_runs import run_of_totals


class Command(StaffCommand):
    help = "把对方只有合计的文件（CSV 或 XLSX）与我方同月的合计逐组比对；有差异时退出码为 2。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="对方的合计文件")
        parser.add_argument("--period", required=True, metavar="YYYYMM", help="结算月份，如 202610")
        parser.add_argument("--scope", default="", metavar="S", help="只对统筹区或医药机构（名称或编号）")
        parser.add_argument("--without-refunds", action="store_true", help="对方的合计不含退费")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        path = Path(options["file"])
        with path.open("rb") as stream:
            content = read_whole(stream)
        run = run_of_totals(
            period=options["period"],
            content=content,
            file_name=path.name,
            by=by,
            at=at,
            without_refunds=options["without_refunds"],
            by_command=True,
            **scope_named(options["scope"]),
        )
        return run_told(run)
