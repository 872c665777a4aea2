"""What follows from a dispute or a decision: slices higher up join here and are called in the transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from agency.organisation.models import User
from agency.registry import Registry

# (period, by, at) -> None: what is carried in or out may be another in this month and those after it
CARRIES_CHANGED: Registry[Callable[[str, User, dt.datetime], None]] = Registry("carries changed")


def carries_changed(period: str, by: User, at: dt.datetime) -> None:
    for entry in CARRIES_CHANGED:
        entry.function(period, by, at)
