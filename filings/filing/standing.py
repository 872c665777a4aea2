"""What the verification page says of a printed form 1: the filing's state today, no personal data."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from agency.journal.models import PrintedForm
from agency.journal.prints import changed_since
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.filing.models import Filing
from filings.filing.shown import state_label
from filings.filing.states import FilingState

# The acts that change what a paper tells; a paper handed in later stands on form 1 alone.
ENTERED = ("filing_saved", "filing_in_force")
CHANGES = {"1": (*ENTERED, "material_received")}


@STANDING.register("filing")
def standing_of_filing(printed: PrintedForm) -> Standing | None:
    """In force or not, by today's date; and whether what form 1 tells was changed after the print."""
    if printed.subject_kind != Filing.machine.kind:
        return None
    filing = Filing.objects.filter(filing_no=printed.subject_no).first()
    if filing is None:
        return None
    on = timezone.localdate()
    counts = filing.state_on(on) == FilingState.IN_FORCE or _is_valid(filing, on)
    changed_at = changed_since(printed, CHANGES.get(printed.form_no, ENTERED))
    return Standing(state_label(filing, on), counts, changed_at)


def _is_valid(filing: Filing, on: dt.date) -> bool:
    """One that was changed counts to the day before its successor begins."""
    return Filing.objects.in_force(on).filter(pk=filing.pk).exists()
