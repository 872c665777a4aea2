"""What the verification page says of a printed notice: its state, and whether its content holds."""

from __future__ import annotations

from django.utils import timezone

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.notice import notice_of
from filings.reimbursements.selectors import WITH_NAMES
from filings.reimbursements.states import ReimbursementState


@STANDING.register("reimbursement")
def standing_of_notice(printed: PrintedForm) -> Standing | None:
    """In the queue with this content, or not."""
    if printed.subject_kind != ManualReimbursement.machine.kind:
        return None
    rows = ManualReimbursement.objects.select_related(*WITH_NAMES)
    found = rows.filter(reimbursement_no=printed.subject_no).first()
    if found is None:
        return None
    state = ReimbursementState(found.state)
    if state == ReimbursementState.WAITING:
        now_said = notice_of(found, timezone.localdate(found.opened_at))
        if now_said.digest() != printed.digest:
            return Standing("打印后有更正", False)
    return Standing(str(state.label), state == ReimbursementState.WAITING)
