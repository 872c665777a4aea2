"""Where scans join the kernel: names of what the log records, and the demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from agency.journal.actions import label_actions
from agency.registry import DEMO
from agency.seeding import Tally
from filings.scans import demo

label_actions(
    {
        "scan_added": "上传扫描件",
        "scan_viewed": "看扫描件",
        "scan_withdrawn": "撤下扫描件",
        "scan_restored": "恢复扫描件",
    }
)


@DEMO.register("scans", order=35)
def demo_scans(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """A few papers of filings that are still open."""
    demo.demo_scans(tally, now)
