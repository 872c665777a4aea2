"""经过: how a case came here, for the page's list of steps."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agency.periods import period_label
from settlement.corrections.models import Correction
from settlement.records.models import SettlementRecord


def steps_of(
    record: SettlementRecord, is_signed: bool, correction: Correction | None = None
) -> list[dict[str, Any]]:
    """Settled, loaded and confirmed (or proposed and approved as a correction), cleared: for
    components/_steps.html."""
    batch = record.batch
    steps = [_step("医药机构结算", record.settled_at)]
    if batch is not None:
        steps.append(_step("导入", batch.created_at, str(batch.created_by)))
        if batch.confirmed_by is not None:
            steps.append(_step("确认写入", batch.confirmed_at, str(batch.confirmed_by)))
    if correction is not None:
        steps.append(_step("提出更正", correction.proposed_at, str(correction.proposed_by)))
        steps.append(_step("批准更正", correction.decided_at, str(correction.decided_by)))
    late = "" if record.period == record.settlement_month else "结算月份已签发，顺延计入"
    cleared = _step(f"{period_label(record.period)}清算", None, late)
    return [*steps, {**cleared, "state": "done" if is_signed else "now"}]


def _step(label: str, at: dt.datetime | None, note: str = "") -> dict[str, Any]:
    return {"label": label, "note": note, "at": at, "state": "done"}
