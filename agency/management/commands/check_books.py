"""`check_books [--period P]`: every invariant that slices registered; names what breaks, exit 2 if any."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.journal.books import check_all
from agency.organisation.models import User


class Command(StaffCommand):
    help = "核对账目：运行全部核对项，指出哪一项不平、第一条出错的记录。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", help="只核对一个期别（YYYYMM）")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        report = check_all(options["period"])
        lines = [f"{'✓' if ok else '✗'} {name}" for name, ok in report.checks.items()]
        lines += [f"  {item.check}：{item.subject} {item.message}" for item in report.broken]
        lines.append("账目相符。" if not report.broken else f"有 {len(report.broken)} 处不符。")
        return CommandResult(report.as_json(), lines, bool(report.broken))
