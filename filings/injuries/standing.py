"""What the verification page says of a printed form 3: whether the record still says what the paper says."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.injuries.models import InjuryStatement
from filings.injuries.printing import FORM3
from filings.injuries.selectors import WITH_NAMES


@STANDING.register("injury")
def standing_of_statement(printed: PrintedForm) -> Standing | None:
    """On record with this content, or corrected since."""
    return FORM3.standing(printed, InjuryStatement.objects.select_related(*WITH_NAMES))
