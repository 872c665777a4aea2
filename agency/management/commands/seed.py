"""`seed [--demo]`: reference data, repeatable; with --demo also people, filings and two months of cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.journal import audit
from agency.organisation.models import User
from agency.registry import DEMO, SEEDERS
from agency.seeding import Tally, read_rows

DEMO_SEEDED = "demo_seeded"


class Command(StaffCommand):
    help = "写入基础数据（可重复执行）；--demo 另加演示人员、备案和两个月的结算明细。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="另加演示数据，并列出演示登录名和密码")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        if options["demo"] and not settings.DEBUG:
            raise DomainError("not_for_production", "演示数据的密码是公开的，只能在 DEBUG 开着的机器上写入。")
        tally = Tally()
        with transaction.atomic():
            for entry in SEEDERS:
                entry.function(settings.SEEDS_DIR, tally)
        lines = []
        if options["demo"]:
            for entry in DEMO:
                entry.function(settings.SEEDS_DIR, tally, at)
            audit.record(DEMO_SEEDED, by=by, at=at)
            lines = list(demo_logins())
        lines.append(f"基础数据：新增 {tally.created}，变更 {tally.changed}，未变 {tally.same}。")
        data = {"created": tally.created, "changed": tally.changed, "same": tally.same}
        return CommandResult(data, lines)


def demo_logins() -> list[str]:
    """The demo logins, one a line, for the person who just started the program."""
    lines = ["演示登录（登录名  密码  姓名  角色）："]
    users = {user.username: user for user in User.objects.all()}
    for row in read_rows(settings.SEEDS_DIR / "demo" / "staff.csv"):
        user = users[row["username"]]
        lines.append(
            f"  {row['username']:<18}{row['password']:<24}"
            f"{user.display_name}  {user.unit_label}  {user.role_labels}"
        )
    return lines
