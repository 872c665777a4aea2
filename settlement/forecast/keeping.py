"""Writes of the days of a month: kept with its signature, dropped when it is opened again."""

from __future__ import annotations

import datetime as dt

from agency.organisation.models import User
from settlement.clearing.models import ClearingPeriod
from settlement.forecast.models import UseByDay
from settlement.forecast.selectors import sums_of


def days_keep(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    """Keep a month's days; inside the signing transaction, under the lock of the records."""
    UseByDay.objects.create(month=month, sums=sums_of(month.period))


def days_drop(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    """Forget them: the month takes something in again."""
    UseByDay.objects.filter(month=month).delete()
