"""What the verification page says of a printed answer: it tells of the moment when it was printed."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.eligibility.paper import SUBJECT


@STANDING.register("eligibility")
def standing_of_answer(printed: PrintedForm) -> Standing | None:
    """An answer is not in force or out of it; whoever wants to know today's asks again."""
    if printed.subject_kind != SUBJECT:
        return None
    return Standing("只答复出具当时的情况", is_effective=True)
