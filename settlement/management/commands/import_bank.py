"""`import_bank FILE [--dry-run] [--refused OUT.xlsx]`: a bank statement, matched with the notices at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from agency.batches.commands import FileImport
from agency.batches.models import Batch
from agency.commanding import CommandResult
from agency.organisation.models import User
from settlement.notices.batches import KIND, matched_of


class Command(FileImport):
    help = "导入银行流水（CSV 或 XLSX）并自动核销收付款通知书；有拒绝的行时退出码为 2。"
    kind = KIND
    file_label = "银行对账单文件"

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        """Import, and tell how many lines found their notice."""
        result = super().perform(by, at, **options)
        matched = matched_of(Batch.objects.filter(batch_no=result.data["batch"]).first())
        lines = [*result.lines, f"自动核销 {matched} 行；其余在“银行流水”中由人核销。"]
        return replace(result, data={**result.data, "matched": matched}, lines=lines)
