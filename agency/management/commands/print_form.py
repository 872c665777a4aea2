"""`print_form FORM [--number NO] --out FILE.pdf`: a person's form as PDF; without a number, a blank one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS
from agency.organisation.models import User


class Command(StaffCommand):
    help = "打印一份表单为 PDF；不给编号则打印空白表。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("form", metavar="FORM", help="表号，如 1")
        parser.add_argument("--number", default="", help="编号，如备案编号")
        parser.add_argument("--out", required=True, metavar="FILE.pdf", help="写到哪个文件")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        form, out = options["form"], Path(options["out"])
        if form not in PRINTED_FORMS:
            known = "、".join(entry.name for entry in PRINTED_FORMS)
            raise DomainError("unknown_form", f"不能打印表 {form}；现在可以打印的有：表 {known}。")
        paper = PRINTED_FORMS[form](by, at, options["number"].strip())
        out.write_bytes(paper.pdf)
        lines = [f"表 {form} 已写到 {out}", f"内容摘要 {paper.digest}"]
        return CommandResult({"file": str(out), "digest": paper.digest}, lines)
