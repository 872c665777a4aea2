"""演示跟踪: of the demo's promises some were kept or found true; the others wait, some of them too long."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from agency.organisation.models import User
from agency.organisation.roles import Role
from agency.seeding import Tally
from filings.filing.services import has_entered
from filings.followups.models import FollowUp
from filings.followups.services import follow_up_receive, follow_up_verify, follow_ups_record_time
from filings.followups.states import FollowUpKind, FollowUpState

S = FollowUpState
EVERY = 3  # of three promises one is left as it is, one found true, one kept


def demo_follow_ups(tally: Tally, now: dt.datetime) -> None:
    """Settle them once; the demo set up again leaves all as it is."""
    if FollowUp.objects.exclude(state=S.OPEN).exists():
        tally.same += 1
        return
    now = timezone.localtime(now)
    rows = FollowUp.objects.waiting(now.date()).filter(kind=FollowUpKind.COMMITMENT)
    for turn, row in enumerate(rows.select_related("filing__taken_in_by", "region").order_by("pk")):
        at = _within(row, now)
        if turn % EVERY == 2:
            codes = row.alternatives[0]
            clerk = row.filing.taken_in_by
            follow_up_receive(row, papers="+".join(codes), how="original", by=clerk, at=at)
        elif turn % EVERY == 1 and (judge := _judge(row)) is not None:
            follow_up_verify(row, by=judge, at=at, note="电话联系本人和居委会，情况属实")
        tally.created += 1
    follow_ups_record_time(at=now)


def _within(row: FollowUp, now: dt.datetime) -> dt.datetime:
    """Some days before it was due, and not after now."""
    due = dt.datetime.combine(row.due_on - dt.timedelta(days=4), dt.time(10, 15), now.tzinfo)
    return min(due, now)


def _judge(row: FollowUp) -> User | None:
    """A reviewer of the region who entered no part of the filing."""
    reviewers = User.objects.filter(region=row.region, is_active=True, staff_roles__role=Role.REVIEW)
    return next((user for user in reviewers.order_by("pk") if not has_entered(row.filing, user)), None)
