"""The life of a correction: proposed by one person, decided by another."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "已更正"
    REJECTED = "rejected", "不予更正"
    WITHDRAWN = "withdrawn", "已撤回"


S = CorrectionState

CORRECTION_MACHINE = Machine(
    kind="correction",
    title="结算更正",
    flow=Flow.SETTLEMENT,
    states=CorrectionState,
    first=S.PROPOSED,
    transitions={
        (S.PROPOSED, S.APPROVED): Step("批准更正", May.RELEASE_BATCHES),
        (S.PROPOSED, S.REJECTED): Step("不予更正", May.RELEASE_BATCHES, reason_required=True),
        (S.PROPOSED, S.WITHDRAWN): Step("撤回", May.LOAD_CASES, reason_required=True),
    },
    terminal=frozenset({S.APPROVED, S.REJECTED, S.WITHDRAWN}),
)
# A conflict is settled, or about to be, by a correction in one of these states.
SETTLING = (S.PROPOSED, S.APPROVED, S.REJECTED)
