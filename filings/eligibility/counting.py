"""已直接结算几次: asked of what knows settled cases; filings themselves know none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from agency.registry import Registry


@dataclass(frozen=True)
class CountedSpan:
    """The cases that a filing counts: the person's, of its insured region, in the place that it names, whose
    stay began within its days."""

    cert_type: str
    cert_no: str
    insured_region_id: int
    care_region_ids: frozenset[int]
    area_prefix: str  # of the case's place of care; "" inside our province, where the region is the place
    begins_on: dt.date
    ends_on: dt.date


# (CountedSpan) -> int, net of reversals; joined by what keeps settled cases
SETTLED_COUNT: Registry[Callable[[CountedSpan], int]] = Registry("settled cases under a filing")


def settled_under(span: CountedSpan) -> int:
    """Net direct settlements under a filing."""
    return sum(entry.function(span) for entry in SETTLED_COUNT)
