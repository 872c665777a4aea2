"""收付款的进展: the step after the signature on a month's page: who has yet to pay, each side late apart."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.signing import AFTER_SIGNING
from settlement.notices.models import Category, Direction, Notice
from settlement.notices.selectors import NoticeFilter, PaymentProgress, notices_listed, payment_progress

NAMED = 2  # regions that are named where more have to pay


@AFTER_SIGNING.register("payments", order=50)
def payments_step(month: ClearingPeriod, by: User) -> list[dict[str, Any]]:
    """收付款: how many of the notices that this person may see are paid; one stage."""
    if not month.is_signed:
        return [{"label": "收付款", "note": "签发后发出通知书", "at": None, "state": "next"}]
    today = timezone.localdate()
    progress = payment_progress(month, today, by)
    if progress.is_done:
        return [{"label": _label(progress), "note": _note(progress), "at": None, "state": "done"}]
    note = "；".join([_note(progress), *_in_whose_hands(month, by, today)])
    return [{"label": _label(progress), "note": note, "at": None, "state": "now"}]


def _in_whose_hands(month: ClearingPeriod, by: User, today: dt.date) -> list[str]:
    """Who has yet to pay, until when, and how late: the regions in one sentence, the province in another."""
    narrow = NoticeFilter(period=month.period, state="open")
    rows = notices_listed(by, narrow, today).filter(category=Category.MONTHLY).order_by("pk")
    sides: dict[Direction, list[Notice]] = {Direction.PAYMENT: [], Direction.RECEIPT: []}
    for notice in rows:
        sides[Direction(notice.direction)].append(notice)
    who = {Direction.PAYMENT: _regions(sides[Direction.PAYMENT], by), Direction.RECEIPT: "省级"}
    return [_waits(who[side], found, today) for side, found in sides.items() if found]


def _regions(notices: list[Notice], by: User) -> str:
    if not access.sees_all(by):
        return "本区"
    names = "、".join(notice.region_name for notice in notices[:NAMED])
    return names if len(notices) <= NAMED else f"{names}等 {len(notices)} 个统筹区"


def _waits(who: str, notices: list[Notice], today: dt.date) -> str:
    pay_by = min(notice.pay_by for notice in notices)
    late = f"，已逾期 {(today - pay_by).days} 天" if today > pay_by else ""
    return f"待{who}付款，{pay_by:%Y-%m-%d} 到期{late}"


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
