"""收付款的进展: the step after the signature on the month's page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agency.money import yuan
from agency.organisation.models import User
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.signing import AFTER_SIGNING
from settlement.notices.selectors import PaymentProgress, payment_progress


@AFTER_SIGNING.register("payments", order=50)
def payments_step(month: ClearingPeriod, by: User) -> list[dict[str, Any]]:
    """收付款: how many of the notices that this person may see are paid; one stage."""
    if not month.is_signed:
        return [{"label": "收付款", "note": "签发后发出通知书", "at": None, "state": "next"}]
    progress = payment_progress(month, timezone.localdate(), by)
    state = "done" if progress.is_done else "now"
    return [{"label": _label(progress), "note": _note(progress), "at": None, "state": state}]


def _label(progress: PaymentProgress) -> str:
    return f"收付款 {progress.paid} / {progress.issued}" if progress.issued else "收付款"


def _note(progress: PaymentProgress) -> str:
    if not progress.issued:
        return "轧差为零，没有通知书"
    if progress.is_done:
        return f"全部付清，合计 {yuan(progress.paid_fen)}"
    parts = [f"未付 {yuan(progress.open_fen)}"]
    if progress.partly:
        parts.append(f"部分付 {progress.partly} 份")
    if progress.overdue:
        parts.append(f"逾期 {progress.overdue} 份 {yuan(progress.overdue_fen)}")
    return "，".join(parts)
