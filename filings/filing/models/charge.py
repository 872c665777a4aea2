"""在办: until when a filing is in work, and who has it where, as the database keeps both beside it.

Who has it is one number, so that what one person has in one region lies side by side in an index, region by
region, and can be counted as it is read.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import BigIntegerField, Case, DateField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Coalesce

from filings.filing.states import IN_HAND, WAITING, FilingState

NEVER = dt.date.max
ONE_REGION = 2**32
# A review ends it; a draft and a supplement lapse. In force with a promised paper (容缺) to come it lapses
# without that paper, unless it has expired by the day on which the paper is due.
OUTLIVES_ITS_PAPER = Q(ends_on__isnull=True) | Q(ends_on__gt=F("proof_due_on"))
IN_WORK_UNTIL = Case(
    When(state=FilingState.UNDER_REVIEW, then=Value(NEVER)),
    When(state__in=WAITING, then=F("deadline_on")),
    When(
        Q(state=FilingState.IN_FORCE, proof_due_on__isnull=False),
        then=Case(When(OUTLIVES_ITS_PAPER, then=F("proof_lapses_on")), default=F("ends_on")),
    ),
    output_field=DateField(),
)
CHARGE = Case(
    When(
        Q(state__in=IN_HAND) | Q(state=FilingState.IN_FORCE, proof_due_on__isnull=False),
        then=ExpressionWrapper(
            F("insured_region") * Value(ONE_REGION) + Coalesce("assigned_to", "taken_in_by"),
            output_field=BigIntegerField(),
        ),
    )
)


def charge_of(region_id: int, user_id: int) -> int:
    """The number of what a person has in work in a region."""
    return region_id * ONE_REGION + user_id


def holder_of(charge: int) -> tuple[int, int]:
    """(region, person) of such a number."""
    return divmod(charge, ONE_REGION)
