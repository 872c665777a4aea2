"""`export_settlements FILE [--period P] [--region R] [--batch B]`: cases as a file that can come back in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.cases.filters import CaseFilterForm
from settlement.cases.selectors import cases_whole
from settlement.records.export import write_file

KINDS = (".csv", ".xlsx")


class Command(StaffCommand):
    help = "把结算明细写成 CSV 或 XLSX，列同导入；不论多少行，内存不随之增长。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="写到哪个文件，.csv 或 .xlsx")
        parser.add_argument("--period", default="", metavar="YYYYMM", help="只写这个期别，如 202610")
        parser.add_argument("--region", default="", metavar="CODE", help="只写这个参保地，如 220100")
        parser.add_argument("--batch", default="", metavar="NO", help="只写这一批导入的")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        access.require(by, May.READ_CASES)
        path: Path = options["file"]
        if path.suffix.lower() not in KINDS:
            raise DomainError("unknown_kind", f"文件名要以 {' 或 '.join(KINDS)} 结尾：{path.name}")
        asked = {"period": options["period"], "insured_region": options["region"], "batch": options["batch"]}
        form = CaseFilterForm(asked)
        if not form.is_valid():
            told = [str(error) for errors in form.errors.values() for error in errors]
            raise DomainError("bad_filter", "；".join(told))
        masked = not access.allowed(by, May.UNMASK)
        draft = path.with_name(f".{path.name}.part")
        draft.touch(mode=0o600, exist_ok=False)  # it holds whole identity numbers
        try:
            with draft.open("wb") as target:
                rows = cases_whole(by, form.narrowed())
                count = write_file(target, rows, path.suffix.lower()[1:], masked=masked, at=at)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        audit.record(
            "exported", by=by, at=at, subject_kind="records", region=by.region, rows=count,
            format=path.suffix.lower()[1:], whole_numbers=not masked,
            **{name: value for name, value in asked.items() if value},
        )  # fmt: skip
        return CommandResult({"file": str(path), "rows": count}, [f"{count:,} 条结算明细已写入 {path}。"])
