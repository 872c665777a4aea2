"""`compare_sheet FORM FILE --period P [--region R]`: their sheet beside ours; 2 when they differ."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.clearing.comparisons import sheet_compare
from settlement.clearing.export import region_of_sheet

SHOWN = 50


class Command(StaffCommand):
    help = "把对方的清算表（CSV 或 XLSX）与我方的逐行比对。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("form", metavar="FORM", help="表号：6-1、6-2，9 至 14，16 至 18")
        parser.add_argument("file", metavar="FILE", help="对方的文件")
        parser.add_argument(
            "--period", required=True, metavar="P", help="期别，如 202610；额度和年终写年度，如 2026"
        )
        parser.add_argument("--region", help="统筹区：长春市、长春或 220100（表 6-1、9、16 不用）")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        path = Path(options["file"])
        region = region_of_sheet(options["form"], options["region"], by)
        with path.open("rb") as stream:
            done = sheet_compare(
                form=options["form"],
                period=options["period"],
                region=region,
                stream=stream,
                file_name=path.name,
                by=by,
                at=at,
            )
        said = [f"{done.comparison_no}：比对 {done.lines} 行，{done.summary}。"]
        for row in done.rows.all()[:SHOWN]:
            parts = (
                row.get_kind_display(),
                row.line_key,
                row.column,
                f"我方 {row.ours}",
                f"对方 {row.theirs}",
            )
            said.append("  " + "　".join(part for part in (*parts, row.place) if part))
        data: dict[str, Any] = {"lines": done.lines, "differences": done.differences}
        if done.not_compared:
            data["not_compared"] = done.not_compared
        return CommandResult(data, said, bool(done.differences) or done.lacks_figures)
