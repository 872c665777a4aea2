"""What the verification page says of a printed forecast."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from settlement.forecast.sheets import FORECAST_KIND

ONLY_A_FORECAST = "预测，只供当日参考"


@STANDING.register("fund_forecast")
def standing_of_forecast(printed: PrintedForm) -> Standing | None:
    """Ours, but nothing that anybody acts on: the next day says something else."""
    return Standing(ONLY_A_FORECAST, False) if printed.subject_kind == FORECAST_KIND else None
