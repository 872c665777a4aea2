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
FEW = 1000  # that one night has to record
# the day that ends what is in force
ENDED_BY: dict[str, str] = {S.EXPIRED: "ends_on", S.LAPSED: "proof_due_on"}
STAFF = ("taken_in_by", "assigned_to", "reviewed_by")
TOLD = (
    *("filing_no", "insurance_type", "kind", "channel", "care_place_name", "green_channel", "state"),
    *("received_on", "begins_on", "ends_on", "deadline_on", "proof_due_on", "proof_lapses_on"),
    *("lock_waived_by", "lock_waived_area_code"),
    *("effective_at", "version", "insured_region", "person__name", "person__cert_no"),
    *(f"{staff}__{name}" for staff in STAFF for name in ("username", "display_name", "is_active")),
)


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

    def told(self) -> FilingQuerySet:
        """With what a line of a list or of an export tells, and no more."""
        return self.select_related("person", *STAFF).only(*TOLD)

    def in_state(self, state: str, on: dt.date) -> FilingQuerySet:
        """Filings whose `state_on(on)` is `state`."""
        found = Q()
        for part in parts_of_state(state, on):
            found |= part
        return self.filter(found)

    def in_state_parts(self, state: str, on: dt.date) -> list[FilingQuerySet]:
        """The same in parts that share no row: recorded as such, or put there by time since the last night.

        The latter are few, or none. Either database may take those that time has ended for many, and look for
        them through all that is in force, so their keys are read beforehand, in the order of their index.
        """
        parts = [self.filter(part) for part in parts_of_state(state, on)]
        if state in ENDED_BY:
            unrecorded = list(parts[-1].order_by(ENDED_BY[state]).values_list("pk", flat=True)[: FEW + 1])
            if len(unrecorded) <= FEW:
                parts[-1] = self.filter(pk__in=unrecorded)
        return parts


def parts_of_state(state: str, on: dt.date) -> list[Q]:
    """The conditions under which a filing is in a state on a day: recorded as such, or by what time has ended
    since; no filing fulfils two."""
    owing = Q(state=S.IN_FORCE, proof_due_on__lt=on) & (
        Q(ends_on__isnull=True) | Q(ends_on__gt=F("proof_due_on"))
    )
    over = Q(state=S.IN_FORCE, ends_on__lt=on) & ~owing
    too_late = Q(state__in=WAITING, deadline_on__lt=on)
    if state == S.EXPIRED:
        return [Q(state=S.EXPIRED), over]
    if state == S.LAPSED:
        return [Q(state=S.LAPSED), too_late, owing & Q(proof_lapses_on__lt=on)]
    if state == S.AWAITING_SUPPLEMENT:
        return [Q(state=S.AWAITING_SUPPLEMENT) & ~too_late, owing & Q(proof_lapses_on__gte=on)]
    return [Q(state=state) & ~(over | owing if state == S.IN_FORCE else too_late)]
