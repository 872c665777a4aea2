"""`post_fund`: post to the fund's ledger what older signed months and payments lack."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agency.commanding import CommandResult, StaffCommand
from agency.organisation.models import User
from settlement.fund.models import CauseKind
from settlement.fund.services import causes_of, ledger_post

NAMES = {
    CauseKind.CLEARING: "months",
    CauseKind.REOPENING: "reopened",
    CauseKind.PAYMENT: "payments",
    CauseKind.WITHDRAWAL: "withdrawals",
}


class Command(StaffCommand):
    help = "补记周转金账：启用账簿之前签发、重开的月份和核销、撤回，缺的各记一次；都已记账的不变。"

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        written = ledger_post(by=by, at=at)
        causes = causes_of(written)
        data = {name: causes[kind] for kind, name in NAMES.items()} | {"movements": len(written)}
        parts = "、".join(f"{kind.label} {causes[kind]} 件" for kind in NAMES if causes[kind])
        said = f"补记 {len(written)} 笔：{parts}。" if written else "没有要补记的，账上都已齐全。"
        return CommandResult(data, [said])
