"""Where the forecast joins: a month's days stand or go with its signature."""

from __future__ import annotations

from settlement.clearing.signing import REOPENED, SIGNED
from settlement.forecast.keeping import days_drop, days_keep

SIGNED.register("use_by_day", order=35)(days_keep)
REOPENED.register("use_by_day", order=35)(days_drop)
