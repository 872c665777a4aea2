"""`import_people FILE`: the insured register from a CSV or XLSX file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agency.batches.services import batch_run
from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from filings.people.batches import KIND


class Command(StaffCommand):
    help = "导入参保登记（CSV 或 XLSX）；与已有内容相同的行不重复写入。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="参保登记文件")

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        batch, outcome = batch_run(
            kind=KIND, path=Path(options["file"]), by=by, system=self.system, at=at, progress=self.progress
        )
        refused = outcome.refused_by_code()
        lines = [
            f"批次 {batch.batch_no}：{outcome.rows} 行，写入 {outcome.accepted}，"
            f"未变 {outcome.unchanged}，拒绝 {len(outcome.refused)}（编码 {outcome.encoding}）。"
        ]
        lines += [
            f"  第 {row.line_no} 行 {row.code}：{row.column} {row.message}" for row in outcome.refused[:20]
        ]
        data = {
            "rows": outcome.rows,
            "accepted": outcome.accepted,
            "unchanged": outcome.unchanged,
            "refused": refused,
            "encoding": outcome.encoding,
            "digest": batch.file.digest,
            "batch": batch.batch_no,
        }
        return CommandResult(data, lines, needs_attention=bool(outcome.refused))
