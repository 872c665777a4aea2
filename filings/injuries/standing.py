"""What the verification page says of a printed form 3: whether the record still says what the paper says."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.injuries.form3 import form3_of
from filings.injuries.models import InjuryStatement
from filings.injuries.selectors import WITH_NAMES
from filings.injuries.services import KIND


@STANDING.register("injury")
def standing_of_statement(printed: PrintedForm) -> Standing | None:
    """On record with this content, or corrected since."""
    if printed.subject_kind != KIND:
        return None
    found = InjuryStatement.objects.select_related(*WITH_NAMES).filter(statement_no=printed.subject_no)
    statement = found.first()
    if statement is None:
        return None
    holds = form3_of(statement).digest() == printed.digest
    return Standing("已登记" if holds else "打印后有更正", holds)
