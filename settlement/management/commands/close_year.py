"""`close_year YYYY`: compute a year's settlement and, by a second person or the system account, close it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from agency.commanding import CommandResult, StaffCommand
from agency.money import plain_yuan, yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.year_end import selectors
from settlement.year_end.filling import YearBook, region_years
from settlement.year_end.models import YearEnd
from settlement.year_end.services import AlreadyClosed, require_year, year_close, year_compute
from settlement.year_end.states import YearState


class Command(StaffCommand):
    help = "年终清算：计算一年的核定数；由另一人（或系统账户）关账，次年开账。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", metavar="YYYY", help="年度，如 2026")

    @transaction.atomic
    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        year = options["year"]
        try:
            year_end = _compute_or_close(year, by, at)
            said = f"{year_end.label}年终清算{year_end.get_state_display()}"
        except AlreadyClosed as error:
            year_end, said = error.year_end, f"{error.year_end.label}早已关账，没有改动"
        return _result(year_end, said)


def _compute_or_close(year: str, by: User, at: dt.datetime) -> YearEnd:
    """Compute what is open, as far as this person may; close what another one computed."""
    require_year(year)
    known = selectors.year_named(year)
    computes = access.allowed(by, May.COMPUTE_YEAR_END)
    closes = access.allowed(by, May.CLOSE_YEAR)
    if computes or not closes:
        known = year_compute(year=year, by=by, at=at)
    if closes and (by.is_system_account or known is None or known.computed_by_id != by.pk):
        return year_close(year=year, by=by, at=at)
    assert known is not None  # computed above, or closed
    return known


def _result(year_end: YearEnd, said: str) -> CommandResult:
    rows = region_years(YearBook(year_end))
    receivable = sum(row.receivable.assessed_fen for row in rows)
    payable = sum(row.payable.assessed_fen for row in rows)
    left = 0
    if year_end.state == YearState.CLOSED:
        left = selectors.left_behind(year_end.year, selectors.late_counted(year_end))
    data = {
        "year": year_end.year,
        "regions": len(rows) - 1,  # without the platform
        "receivable": plain_yuan(receivable),
        "payable": plain_yuan(payable),
        "monthly": plain_yuan(year_end.monthly_fen),
        "corrections": plain_yuan(year_end.assessed_fen - year_end.monthly_fen),
        "notices": selectors.notices_count(year_end),
        "digest": year_end.digest,
        "state": year_end.state,
    }
    lines = [
        f"{said}：{len(rows) - 1} 个统筹区，应收 {yuan(receivable)}，应付 {yuan(payable)}；"
        f"月度合计 {yuan(year_end.monthly_fen)}，差额 {yuan(year_end.assessed_fen - year_end.monthly_fen)}。"
    ]
    if left:
        lines.append(f"另有 {left} 笔本年费用计入之后的月份，归次年。")
    return CommandResult(data, lines, bool(left))
