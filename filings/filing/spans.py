"""有效日: from when to when filings were, or are, in force, as columns of a query."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Q, QuerySet, When

from filings.filing.models import Filing
from filings.filing.states import LASTING, FilingState


def with_valid_days() -> QuerySet[Any]:
    """Filings that have a valid day, with `last_day` (None: it lasts): what `Filing.objects.in_force(on)`
    asks of one day, told for all days. The first day is `begins_on`.

    One in force that owes a promised paper (容缺) counts to the day on which it is due; one that was stopped
    to its last day.
    """
    owes = Q(state=FilingState.IN_FORCE, proof_due_on__isnull=False) & (
        Q(ends_on__isnull=True) | Q(ends_on__gt=F("proof_due_on"))
    )
    has_days = Q(state__in=LASTING) | Q(effective_at__isnull=False, ends_on__isnull=False)
    rows = Filing.objects.filter(has_days, begins_on__isnull=False)
    rows = rows.annotate(last_day=Case(When(owes, then=F("proof_due_on")), default=F("ends_on")))
    return rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=F("begins_on"))).order_by()
