"""`sign_reconciliation RUN`: the second person's signature under a run whose differences are settled."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.reconciliation.report_files import run_to_report
from settlement.reconciliation.signing import run_sign


class Command(StaffCommand):
    help = "签字确认一次对账的结果；发起的人不能自己签。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", metavar="RUN", help="对账编号")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        run = run_sign(run=run_to_report(by, options["run"]), by=by, at=at)
        said = f"对账 {run.run_no} 已签字，{run.differences} 条差异，报告摘要 {run.report_digest}。"
        data = {"run": run.run_no, "differences": run.differences, "digest": run.report_digest}
        return CommandResult(data, [said])
