"""`propose_quotas YYYY`: draw up a year's quotas out of its signed base months."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Sum

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.money import plain_yuan, yuan
from agency.organisation.models import User
from agency.tabular.values import to_date
from settlement.quotas.services import round_draw


class Command(StaffCommand):
    help = "由上年已签发的基数月份拟定一个年度的周转金额度；有基数月份没有签发时照样拟定，并说明缺哪些。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="YYYY", help="年度，如 2027")
        parser.add_argument("--effective", metavar="DAY", help="生效日期，缺省为该年 1 月 1 日")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        drawn = round_draw(year=options["year"], by=by, at=at, effective_on=_day(options["effective"]))
        sums = drawn.items.aggregate(regions=Count("region", distinct=True), total=Sum("changed_fen"))
        regions, total = sums["regions"], sums["total"] or 0
        said = [
            f"{drawn}年度额度已拟定：{regions} 个统筹区，合计 {yuan(total)} 元，"
            f"基数月份 {drawn.base_months}。"
        ]
        if drawn.left_out:
            said.append(f"基数月份{drawn.lacking}没有签发，没有计入月均。")
        data = {"regions": regions, "total": plain_yuan(total)}
        return CommandResult(data, said, needs_attention=bool(drawn.left_out))


def _day(text: str | None) -> dt.date | None:
    try:
        return to_date(text) if text else None
    except ValueError as error:
        raise DomainError("bad_date", str(error)) from None
