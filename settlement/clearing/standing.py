"""What the verification page says of a printed sheet: whether its month is signed."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.states import PeriodState


@STANDING.register("sheet")
def standing_of_sheet(printed: PrintedForm) -> Standing | None:
    """Signed, or still a draft."""
    if printed.subject_kind != "sheet":
        return None
    months = ClearingPeriod.objects.filter(period=printed.subject_no.partition("/")[0])
    is_signed = months.filter(state=PeriodState.SIGNED).exists()
    return Standing("已签发" if is_signed else "草稿，尚未签发", is_signed)
