"""空月: a month without any case, deduction or carry, which a person says to be empty; then it is a month as
any other: nil on every sheet, confirmed by the regions, signed.

Nobody can tell by itself whether nothing happened in a month or whether its file has not come yet, so the
program never takes a month for empty: a month is begun as empty only by a person, once it is over, from the
first month on record on. What comes after its signature counts in the earliest unsigned month, as ever [P].
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import period_label, period_of
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.selectors import first_month, month_named, months_with_cases
from settlement.clearing.services import period_compute, require_period
from settlement.records.locks import lock_records


def reason_against_empty(period: str, today: dt.date) -> DomainError | None:
    """Why a month that nobody has computed cannot be begun as an empty one; None where it can."""
    label, first = period_label(period), first_month()
    if period in months_with_cases():
        return DomainError("not_empty", f"{label}有结算明细或扣款，不是空月；请照常计算。")
    if not first or period < first:
        told = f"账上最早的月份是{period_label(first)}" if first else "账上还没有任何月份"
        return DomainError("before_first_month", f"{told}，{label}不必清算。")
    if period >= period_of(today):
        return DomainError("month_not_over", f"{label}还没有过完，不能按空月计算。")
    return None


def can_be_empty(period: str, today: dt.date) -> bool:
    """Whether a person may say that nothing happened in a month which nobody has computed yet."""
    return month_named(period) is None and reason_against_empty(period, today) is None


@transaction.atomic
def empty_month_compute(*, period: str, by: User, at: dt.datetime) -> ClearingPeriod:
    """按空月计算: begin a month in which nothing is to be cleared, and compute it to nil; again: the same.

    Errors: NotAllowed, `bad_period`, `not_empty`, `before_first_month`, `month_not_over`, AlreadySigned.
    """
    access.require(by, May.COMPUTE_CLEARING)
    require_period(period)
    lock_records()  # no case of the month comes in meanwhile
    if month_named(period) is None:
        reason = reason_against_empty(period, timezone.localdate(at))
        if reason is not None:
            raise reason
        month = ClearingPeriod.objects.create(period=period)
        workflow.begin(month, by=by, at=at)
        audit.record("month_begun_empty", by=by, at=at, subject_kind="period", subject_no=period)
    elif period in months_with_cases():
        raise DomainError("not_empty", f"{period_label(period)}有结算明细或扣款，不是空月；请照常计算。")
    return period_compute(period=period, by=by, at=at)
