"""What the verification page says of a printed sheet: whether it is one that was signed, and still stands."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from settlement.clearing.models import ClearingPeriod, SignedSheet


@STANDING.register("sheet")
def standing_of_sheet(printed: PrintedForm) -> Standing | None:
    """Signed, opened again since, or still a draft."""
    if printed.subject_kind != "sheet":
        return None
    month = ClearingPeriod.objects.filter(period=printed.subject_no.partition("/")[0]).first()
    if month is None or not month.version:
        return Standing("草稿，尚未签发", False)
    kept = SignedSheet.objects.filter(period=month, form_no=printed.form_no, digest=printed.digest)
    if month.is_signed and (kept.filter(version=month.version).exists() or month.version == 1):
        return Standing("已签发", True)
    return Standing("签发之后重开过，以最新签发的表为准" if kept.exists() else "草稿，尚未签发", False)
