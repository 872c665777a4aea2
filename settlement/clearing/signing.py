"""计算与签发的后续: what follows from either, or stands against a reopening; slices above join."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from agency.organisation.models import User
from agency.registry import Registry
from settlement.clearing.models import ClearingPeriod

Follow = Callable[[ClearingPeriod, User, dt.datetime], None]

# Whoever logs does so after all other locks it needs; those that hold rows which others hold while they wait
# for the log (agency/journal/audit.py) come before those that log.
# (month, by, at) -> None, inside the transaction that computed the month or carried a change into it, its
# lines are written by then; under the lock of the records
COMPUTED: Registry[Follow] = Registry("after a month's lines were computed or changed")
# (month, by, at) -> None, inside the signing transaction, after the month is signed
SIGNED: Registry[Follow] = Registry("after a month is signed")
# (month) -> None; a DomainError says why the month may not be reopened
REOPENING: Registry[Callable[[ClearingPeriod], None]] = Registry("before a month is reopened")
# (month, by, at) -> None, inside the reopening transaction
REOPENED: Registry[Follow] = Registry("after a month is reopened")
# (month, by) -> stages {label, note, at, state} for components/_steps.html, below those of the month itself
AFTER_SIGNING: Registry[Callable[[ClearingPeriod, User], list[dict[str, Any]]]] = Registry(
    "steps after the signature"
)
