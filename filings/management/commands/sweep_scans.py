"""`sweep_scans`: removes files below MEDIA_ROOT/scans that no scan names. Run it every night."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from filings.scans.services import orphans_remove


class Command(StaffCommand):
    help = "清除没有记录的扫描文件（写到一半断电留下的，一天以前的）；有记录的扫描件从不删除。"

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        removed = orphans_remove(at=at)
        return CommandResult({"removed": removed}, [f"清除 {removed} 个没有记录的文件。"])
