"""`match_filings [--period P]`: mark again which filing stands behind each case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import is_period
from settlement.matching.models import FilingMark
from settlement.matching.services import NOTHING, match_period, periods_with_cases


class Command(StaffCommand):
    help = "重新核对每笔结算背后的备案；备案或参保登记补齐后再运行一次。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", default="", metavar="YYYYMM", help="只核对一个期别，缺省为全部")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        access.require(by, May.LOAD_CASES)
        period = options["period"]
        if period and not is_period(period):
            raise DomainError("bad_period", f"“{period}”不是期别，应为六位数字，如 202610。")
        found, periods = NOTHING, [period] if period else periods_with_cases()
        for done, one in enumerate(periods, 1):
            found += match_period(one, at=at)
            self.progress(done, len(periods))
        told = "，".join(f"{FilingMark(mark).label} {count}" for mark, count in found.marks.items() if count)
        lines = [f"已核对 {found.cases} 笔，{found.changed} 笔的结果是新的{f'：{told}' if told else ''}。"]
        data = {"cases": found.cases, "changed": found.changed, "marks": found.marks}
        return CommandResult(data, lines)
