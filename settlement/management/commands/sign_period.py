"""`sign_period YYYYMM`: sign a month; it never changes again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from agency.periods import period_label
from settlement.clearing.services import AlreadySigned, period_sign


class Command(StaffCommand):
    help = "签发一个月份的清算；有统筹区未确认或核对不成立时拒绝。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", metavar="YYYYMM", help="期别，如 202610")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        try:
            month = period_sign(period=options["period"], by=by, at=at)
            said = f"{period_label(month.period)}已签发，摘要 {month.digest}。"
        except AlreadySigned as error:
            month = error.month
            said = f"{period_label(month.period)}早已签发，没有改动，摘要 {month.digest}。"
        return CommandResult({"digest": month.digest}, [said])
