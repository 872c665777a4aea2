"""The life of a yearly round of quotas: drawn up, proposed, approved by a second person or sent back."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class RoundState(models.TextChoices):
    DRAFT = "draft", "拟定"
    PROPOSED = "proposed", "待批"
    APPROVED = "approved", "已批"
    RETURNED = "returned", "退回"


S = RoundState

ROUND_MACHINE = Machine(
    kind="quota_round",
    title="额度核定",
    flow=Flow.FUND,
    states=RoundState,
    first=S.DRAFT,
    transitions={
        (S.DRAFT, S.PROPOSED): Step("提请批准", May.PROPOSE_QUOTAS),
        (S.RETURNED, S.PROPOSED): Step("再次提请", May.PROPOSE_QUOTAS),
        (S.PROPOSED, S.APPROVED): Step("批准", May.APPROVE_QUOTAS),
        (S.PROPOSED, S.RETURNED): Step("退回", May.APPROVE_QUOTAS, reason_required=True),
    },
    terminal=frozenset({S.APPROVED}),
)

TONES = {S.DRAFT: "", S.PROPOSED: "warn", S.APPROVED: "ok", S.RETURNED: "bad"}
