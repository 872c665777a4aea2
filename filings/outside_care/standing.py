"""What the verification page says of a printed form 4: whether the record still says what the paper says."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.outside_care.form4 import form4_of
from filings.outside_care.models import OutsideCare
from filings.outside_care.selectors import WITH_NAMES
from filings.outside_care.services import KIND


@STANDING.register("outside_care")
def standing_of_slip(printed: PrintedForm) -> Standing | None:
    """On record with this content, or corrected since."""
    if printed.subject_kind != KIND:
        return None
    found = OutsideCare.objects.select_related(*WITH_NAMES).filter(slip_no=printed.subject_no)
    slip = found.first()
    if slip is None:
        return None
    holds = form4_of(slip).digest() == printed.digest
    return Standing("已登记" if holds else "打印后有更正", holds)
