"""`export_differences RUN --out FILE.csv`: the differences of a reconciliation as a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.batches.commands import output
from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.organisation.models import User
from settlement.reconciliation.export import differences_export
from settlement.reconciliation.selectors import run_named

KINDS = {".csv": "csv", ".xlsx": "xlsx"}


class Command(StaffCommand):
    help = "把一次对账的差异写成 CSV 或 XLSX：结算编号、类别、不符的列、我方、对方、疑因、建议处理。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", metavar="RUN", help="对账编号，如 DZ20261100001")
        parser.add_argument(
            "--out", type=Path, required=True, metavar="FILE", help="写到哪个文件，.csv 或 .xlsx"
        )

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        path: Path = options["out"]
        kind = KINDS.get(path.suffix.lower())
        if kind is None:
            raise DomainError("unknown_kind", f"文件名要以 .csv 或 .xlsx 结尾：{path.name}")
        run = run_named(by, options["run"])
        with output(path) as write:
            write(lambda target: differences_export(run, target, kind=kind, by=by, at=at))
        said = [f"{run.run_no}：{run.differences:,} 条差异已写入 {path}。"]
        return CommandResult({"run": run.run_no, "rows": run.differences, "file": str(path)}, said)
