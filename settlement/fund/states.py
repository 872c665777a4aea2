"""The life of an adjustment of the fund's ledger: proposed by one person, approved or refused by another."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class AdjustmentState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已记账"
    REFUSED = "refused", "不予批准"


S = AdjustmentState

ADJUSTMENT_MACHINE = Machine(
    kind="fund_adjustment",
    title="周转金调账",
    flow=Flow.FUND,
    states=AdjustmentState,
    first=S.PROPOSED,
    transitions={
        (S.PROPOSED, S.APPROVED): Step("批准调账", May.APPROVE_FUND),
        (S.PROPOSED, S.REFUSED): Step("不予批准", May.APPROVE_FUND, reason_required=True),
    },
    terminal=frozenset({S.APPROVED, S.REFUSED}),
)

TONES = {S.PROPOSED: "warn", S.APPROVED: "ok", S.REFUSED: ""}
