"""What the verification page says of a printed form 4: whether the record still says what the paper says."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.outside_care.models import OutsideCare
from filings.outside_care.printing import FORM4
from filings.outside_care.selectors import WITH_NAMES


@STANDING.register("outside_care")
def standing_of_slip(printed: PrintedForm) -> Standing | None:
    """On record with this content, or corrected since."""
    return FORM4.standing(printed, OutsideCare.objects.select_related(*WITH_NAMES))
