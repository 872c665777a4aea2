"""`reconcile_bank FILE --period YYYYMM`: a bank statement beside notices and payments; 2 if they differ."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.reconciliation.bank_runs import run_of_bank
from settlement.reconciliation.commanding import run_told
from settlement.reconciliation.opening import read_whole


class Command(StaffCommand):
    help = "把本单位账户一个月的银行对账单与通知书、流水和核销比对；不登记流水，也不核销。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="银行对账单")
        parser.add_argument("--period", required=True, metavar="YYYYMM", help="对账单的月份，如 202611")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        path = Path(options["file"])
        with path.open("rb") as stream:
            content = read_whole(stream)
        said = {"period": options["period"], "content": content, "file_name": path.name}
        return run_told(run_of_bank(**said, by=by, at=at, by_command=True))
