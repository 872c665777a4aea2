"""What the verification page says of a reminder: whether the paper is still owed; no personal data."""

from __future__ import annotations

from django.utils import timezone

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.followups.models import FollowUp
from filings.followups.states import FollowUpState


@STANDING.register("follow_up")
def standing_of_follow_up(printed: PrintedForm) -> Standing | None:
    """Owed or settled, by today's date."""
    if printed.subject_kind != FollowUp.machine.kind:
        return None
    row = FollowUp.objects.filter(follow_up_no=printed.subject_no).select_related("filing").first()
    if row is None:
        return None
    state = row.state_on(timezone.localdate())
    return Standing(state.label, state == FollowUpState.OPEN)
