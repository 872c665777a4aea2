"""What every command of staff shares: `--as`, `--json`, exit codes, one clear line when it could not."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from agency.errors import DomainError
from agency.organisation.models import User
from agency.organisation.selectors import system_account
from agency.web.busy import is_busy

NEEDS_ATTENTION = 2
UNDEFINED_TABLE = "42P01"  # PostgreSQL


@dataclass
class CommandResult:
    """What a command did: `data` for --json, `lines` to be read, exit 2 when something needs attention."""

    data: dict[str, Any]
    lines: list[str] = field(default_factory=list)
    needs_attention: bool = False


class StderrProgress:
    """Progress of long work on stderr, at most twice a second, only where somebody watches."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, done: int, total: int = 0) -> None:
        moment = time.monotonic()
        if sys.stderr.isatty() and moment - self._last > 0.5:
            self._last = moment
            sys.stderr.write(f"\r{done:,}" + (f" / {total:,}" if total else ""))
            sys.stderr.flush()


def database_trouble(error: DatabaseError) -> str:
    """What is wrong with the database, and what to do; empty where the program itself is wrong."""
    if "no such table" in str(error) or getattr(error.__cause__, "sqlstate", "") == UNDEFINED_TABLE:
        return "数据库还没有建表：先运行 manage.py migrate，再运行这条命令。"
    if is_busy(error):
        return "数据库正忙：别的程序（导入、计算）还在写，这条命令等不到。请等它完成再试。"
    if isinstance(error, OperationalError):
        return f"数据库连不上或不能写（{str(error).strip()}）：请检查 DATABASE_URL。"
    return ""


def _refuse_usage(parser: CommandParser, message: str) -> NoReturn:
    parser.print_usage(sys.stderr)
    parser.exit(1, f"{message}\n")


class StaffCommand(BaseCommand):
    """Base of the commands in interfaces: exit 0 done, 1 could not (nothing changed), 2 needs attention."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Wrong arguments exit 1: exit 2 means that it was done and something needs attention."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if getattr(self, "_called_from_command_line", False):
            parser.error = partial(_refuse_usage, parser)  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="结果写成一个 JSON 对象")
        parser.add_argument("--as", dest="username", metavar="USER", help="以谁的名义办理（缺省为系统账户）")
        self.add_more_arguments(parser)

    def add_more_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        """Do it; DomainError when it cannot be done."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.progress = StderrProgress()
        try:
            self.system = system_account()
            by = self._actor(options["username"])
            result = self.perform(by, timezone.now(), **options)
        except DomainError as error:
            raise CommandError(error.message) from error
        except DatabaseError as error:
            told = database_trouble(error)
            if not told:
                raise
            raise CommandError(told) from error
        except OSError as error:
            raise CommandError(f"读写文件失败：{error.strerror}：{error.filename}") from error
        if options["json"]:
            self.stdout.write(json.dumps(result.data, ensure_ascii=False))
        else:
            for line in result.lines:
                self.stdout.write(line)
        if result.needs_attention:
            raise SystemExit(NEEDS_ATTENTION)

    def _actor(self, username: str | None) -> User:
        if username is None:
            return self.system
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise DomainError("unknown_user", f"没有名为 {username} 的在用账户。")
        return user
