"""`record_time`: records what time has ended (filings expired or lapsed). Run it every night."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from filings.filing.timekeeping import filings_record_time


class Command(StaffCommand):
    help = "记录到期和逾期失效的备案；每夜运行一次，漏跑不影响页面上的状态。"

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        recorded = filings_record_time(at=at)
        told = f"到期 {recorded.expired} 件，失效 {recorded.lapsed} 件，容缺转待补正 {recorded.unkept} 件。"
        return CommandResult(asdict(recorded), [told])
