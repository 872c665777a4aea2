"""`export_reconciliation RUN --format F --out FILE`: the report of a reconciliation as a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.clearing.export import WRITERS
from settlement.reconciliation.report_files import report_written, run_to_report
from settlement.reconciliation.states import RunState


class Command(StaffCommand):
    help = "把一次对账的报告写成文件；没有签字的是草稿。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", metavar="RUN", help="对账编号")
        parser.add_argument("--format", required=True, dest="format_name", help="、".join(WRITERS))
        parser.add_argument("--out", required=True, metavar="FILE", help="写到哪个文件")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        run = run_to_report(by, options["run"])
        content, digest = report_written(run, format_name=options["format_name"], by=by, at=at)
        Path(options["out"]).write_bytes(content)
        state = "" if run.state == RunState.SIGNED else "（草稿，未签字）"
        said = f"对账 {run.run_no} 的报告{state}已写入 {options['out']}，摘要 {digest}。"
        data = {"file": options["out"], "digest": digest, "signed": run.state == RunState.SIGNED}
        return CommandResult(data, [said])
