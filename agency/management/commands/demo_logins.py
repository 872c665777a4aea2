"""`demo_logins`: the demo logins again, without touching the database."""

from typing import Any

from django.core.management.base import BaseCommand

from agency.management.commands.seed import demo_logins


class Command(BaseCommand):
    help = "列出演示登录名和密码。"

    def handle(self, *args: Any, **options: Any) -> None:
        for line in demo_logins():
            self.stdout.write(line)
