"""关账的后续: what follows when a year is closed; whoever stands higher, or issues notices, joins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from agency.organisation.models import User
from agency.registry import Registry
from settlement.year_end.models import YearEnd

# (year, by, at) -> None, inside the closing transaction, after the year is closed
CLOSED: Registry[Callable[[YearEnd, User, dt.datetime], None]] = Registry("after a year is closed")
