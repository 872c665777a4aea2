"""手工报销的一生: waiting, done, or no longer wanted."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class ReimbursementState(models.TextChoices):
    WAITING = "waiting", "待报销"
    DONE = "done", "已办结"
    WITHDRAWN = "withdrawn", "不再报销"


S = ReimbursementState

REIMBURSEMENT_MACHINE = Machine(
    kind="reimbursement",
    title="手工报销",
    flow=Flow.SETTLEMENT,
    states=ReimbursementState,
    first=S.WAITING,
    transitions={
        (S.WAITING, S.DONE): Step("办结", May.TAKE_IN_FILINGS, reason_required=True),
        (S.WAITING, S.WITHDRAWN): Step("不再报销", May.TAKE_IN_FILINGS, reason_required=True),
        (S.WITHDRAWN, S.WAITING): Step("重新列入", May.TAKE_IN_FILINGS, reason_required=True),
    },
    terminal=frozenset({S.DONE}),
)

TONES = {S.WAITING: "warn", S.DONE: "ok", S.WITHDRAWN: ""}
