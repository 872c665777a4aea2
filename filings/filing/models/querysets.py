"""Filings as sets: whose they are, and which are in force or in a state on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q

from agency.organisation import access
from agency.organisation.models import User
from filings.filing.states import CAME_INTO_FORCE, LASTING, WAITING, FilingState

S = FilingState


class FilingQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> FilingQuerySet:
        """Filings of the actor's insured region; those in force also for the care region, read-only."""
        if access.sees_all(by):
            return self
        return self.filter(
            Q(insured_region=by.region_id) | Q(care_region=by.region_id, state__in=CAME_INTO_FORCE)
        )

    def editable_by(self, by: User) -> FilingQuerySet:
        """Filings that the actor's agency takes in: those of its own insured region."""
        return self if access.sees_all(by) else self.filter(insured_region=by.region_id)

    def in_force(self, on: dt.date) -> FilingQuerySet:
        """Filings in force on a day, by their dates: right at any moment, without a nightly job.

        One that was cancelled or changed counts for the days before; one whose promised paper (容缺) did
        not come counts to the day it was due.
        """
        return self.sharing_days(on, on).exclude(state=S.IN_FORCE, proof_due_on__lt=on)

    def sharing_days(self, begins: Any, ends: Any) -> FilingQuerySet:
        """Filings with at least one valid day between two (`ends` None: from `begins` on).

        One that was stopped is valid to its last day; without one it never was (stopped before it began).
        """
        lasting = Q(state__in=LASTING) & (Q(ends_on__isnull=True) | Q(ends_on__gte=begins))
        stopped = ~Q(state__in=LASTING) & Q(effective_at__isnull=False, ends_on__gte=begins)
        rows = self.filter(lasting | stopped)
        return rows if ends is None else rows.filter(begins_on__lte=ends)

    def cancelled_after_valid(self) -> FilingQuerySet:
        """Filings that were valid for a day or more, and then cancelled."""
        return self.filter(state=S.CANCELLED, ends_on__isnull=False, effective_at__isnull=False)

    def in_state(self, state: str, on: dt.date) -> FilingQuerySet:
        """Filings whose `state_on(on)` is `state`."""
        owing = Q(state=S.IN_FORCE, proof_due_on__lt=on) & (
            Q(ends_on__isnull=True) | Q(ends_on__gt=F("proof_due_on"))
        )
        over = Q(state=S.IN_FORCE, ends_on__lt=on) & ~owing
        too_late = Q(state__in=WAITING, deadline_on__lt=on)
        if state == S.EXPIRED:
            return self.filter(Q(state=S.EXPIRED) | over)
        if state == S.LAPSED:
            return self.filter(Q(state=S.LAPSED) | too_late | (owing & Q(proof_lapses_on__lt=on)))
        if state == S.AWAITING_SUPPLEMENT:
            waiting = Q(state=S.AWAITING_SUPPLEMENT) & ~too_late
            return self.filter(waiting | (owing & Q(proof_lapses_on__gte=on)))
        rows = self.filter(state=state)
        return rows.exclude(over | owing) if state == S.IN_FORCE else rows.exclude(too_late)
