"""对账的规则: what is payable, until when, how late. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt

from agency.errors import DomainError
from agency.periods import SHANGHAI, first_day, last_day, next_period
from settlement.clearing.rules import FUNDS

COUNTS = ("cases", "records", "deductions")
RECORD_SUMS = ("total_fee_fen", *FUNDS, "fund_total_fen", "personal_account_pay_fen")
# Every figure of a statement and of its lines, in the order of the tables; the last follows from the others.
FIGURES = ("cases", "records", *RECORD_SUMS, "deductions", "deduction_fen", "payable_fen")


def payable(fund_total_fen: int, account_fen: int, deduction_fen: int) -> int:
    """应付 = 基金支付合计 + 个人账户 − 扣款 [P]; below nil it is to be recovered from the institution."""
    return fund_total_fen + account_fen - deduction_fen


def deadline(period: str, day: int) -> dt.date:
    """The day of the next month by which both have confirmed [N22]; no later than its last day."""
    month = next_period(period)
    return min(first_day(month) + dt.timedelta(days=day - 1), last_day(month))


def days_late(due_on: dt.date, confirmed_on: dt.date | None, today: dt.date) -> int:
    """By how many days the deadline was missed, until the institution's answer or until today; 0: in time."""
    return max(((confirmed_on or today) - due_on).days, 0)


def require_answer(period: str, contact: str, answered_on: dt.date, at: dt.datetime) -> None:
    """An institution's answer to a month's statement has a contact and a day that was."""
    if not contact:
        raise DomainError("contact_missing", "请填机构联系人的姓名。", field="institution_contact")
    if answered_on > at.astimezone(SHANGHAI).date():
        raise DomainError("answered_in_future", "机构答复的日期还没有到。", field="institution_on")
    if answered_on < first_day(period):
        raise DomainError(
            "answered_too_early", "机构答复的日期早于这个月份，请核对。", field="institution_on"
        )
