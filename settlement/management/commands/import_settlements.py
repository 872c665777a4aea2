"""`import_settlements FILE [--dry-run] [--refused OUT.xlsx]`: settled cases from a file, all or nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import DatabaseError

from agency.batches.commands import FileImport
from agency.batches.models import Batch
from agency.commanding import CommandResult
from agency.organisation.models import User
from settlement.matching.services import match_batch
from settlement.records.batches import KIND


class Command(FileImport):
    help = "导入结算明细（CSV 或 XLSX）：逐行核对，接受的行一次全部写入；有拒绝的行时退出码为 2。"
    kind = KIND
    file_label = "结算明细文件"

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        """Import, then match what was loaded with filings, in a transaction of its own."""
        result = super().perform(by, at, **options)
        if result.data["batch"] is not None:
            try:
                match_batch(Batch.objects.get(batch_no=result.data["batch"]), at=at)
            except DatabaseError as error:
                told = f"已写入，但备案核对没有完成（{error}）：请运行 match_filings。"
                return replace(result, lines=[*result.lines, told], needs_attention=True)
        return result
