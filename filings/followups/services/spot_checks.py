"""抽查: one filing by hand, or a month's promises by lot."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from filings.filing.models import Filing
from filings.filing.services.common import lock
from filings.followups.models import FollowUp, is_living
from filings.followups.rules import WHOLE_PROMISE, drawn
from filings.followups.selectors import (
    promises_of_month,
)
from filings.followups.services.common import create, log
from filings.followups.states import FollowUpKind, FollowUpState

S, K = FollowUpState, FollowUpKind
MOST_DRAWN = 50


@transaction.atomic
def spot_check_open(filing: Filing, *, by: User, at: dt.datetime, seed: str = "") -> FollowUp:
    """抽查: put one filing that rests on a promise on the list of those to be checked."""
    access.require(by, May.JUDGE_PROMISES, filing.insured_region)
    on = timezone.localdate(at)
    lock(filing, at=at)
    if not is_living(filing, on):
        label = filing.state_on(on).label
        raise DomainError("not_living", f"{filing.filing_no} 已是“{label}”，不用再抽查。")
    rows = FollowUp.objects.filter(filing=filing)
    if rows.filter(kind=K.SPOT_CHECK, state=S.OPEN).exists():
        raise DomainError("already_drawn", f"{filing.filing_no} 已在抽查中。")
    if not rows.filter(kind=K.COMMITMENT, state=S.OPEN).exists():
        raise DomainError("no_promise", f"{filing.filing_no} 没有未兑现的承诺，不用抽查。")
    row = _spot_check(filing, by=by, at=at, seed=seed)
    log("spot_check_opened", row, by=by, at=at)
    return row


@transaction.atomic
def spot_checks_draw(
    *, region: PoolingRegion, period: str, count: int, seed: str, by: User, at: dt.datetime
) -> list[FollowUp]:
    """随机抽查: `count` of a month's promises, by lot; the same seed draws the same filings. What was checked
    before is not drawn again. `nothing_to_draw` when no promise of the month is left."""
    access.require(by, May.JUDGE_PROMISES, region)
    if not 1 <= count <= MOST_DRAWN:
        raise DomainError("bad_count", f"一次抽 1 到 {MOST_DRAWN} 份。", field="count")
    numbers = drawn(promises_of_month(region, period, timezone.localdate(at)), count, seed)
    if not numbers:
        told = f"{region} {period} 没有可抽的承诺：没有以承诺生效的备案，或都已抽查、补交。"
        raise DomainError("nothing_to_draw", told, field="period")
    filings = Filing.objects.filter(filing_no__in=numbers).select_related("insured_region").order_by("pk")
    locked = list(filings.select_for_update(of=("self",)))
    left = set(promises_of_month(region, period, timezone.localdate(at)))  # while we waited for the locks
    rows = [_spot_check(row, by=by, at=at, seed=seed) for row in locked if row.filing_no in left]
    audit.record(
        "spot_checks_drawn",
        by=by,
        at=at,
        subject_kind=FollowUp.machine.kind,
        region=region,
        period=period,
        seed=seed,
        rows=len(rows),
        filings=numbers,
    )
    return rows


def _spot_check(filing: Filing, *, by: User, at: dt.datetime, seed: str) -> FollowUp:
    on = timezone.localdate(at)
    days = int_parameter("filing.spot_check_workdays", on, filing.insured_region)
    return create(
        filing,
        by=by,
        at=at,
        kind=K.SPOT_CHECK,
        group_no=WHOLE_PROMISE,
        group_label="承诺内容",
        due_on=add_workdays(on, days),
        drawn_seed=seed,
    )
