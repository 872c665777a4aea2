"""`clear_period YYYYMM`: compute (again) an unsigned month."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.money import plain_yuan, yuan
from agency.organisation.models import User
from agency.periods import period_label
from settlement.clearing.empty_months import empty_month_compute
from settlement.clearing.services import period_compute


class Command(StaffCommand):
    help = "计算（或重新计算）一个未签发的月份的清算。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", metavar="YYYYMM", help="期别，如 202610")
        parser.add_argument(
            "--empty", action="store_true", help="空月：确认这个月没有明细和扣款，按零计算，供确认和签发"
        )

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        compute = empty_month_compute if options["empty"] else period_compute
        month = compute(period=options["period"], by=by, at=at)
        lines = month.lines.count()
        data = {
            "cases": month.cases,
            "lines": lines,
            "receivable": plain_yuan(month.receivable_fen),
            "payable": plain_yuan(month.payable_fen),
        }
        local = f"，另有本地明细 {month.local_cases} 笔不清算" if month.local_cases else ""
        said = (
            f"{period_label(month.period)}：明细 {month.cases} 笔{local}，清算行 {lines} 行，"
            f"应收 = 应付 = {yuan(month.receivable_fen)} 元。"
        )
        return CommandResult(data, [said])
