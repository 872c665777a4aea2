"""The life of a held-over case: disputed by a region, released or rejected by the province, or taken back."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class HeldState(models.TextChoices):
    HELD = "held", "挂账中"
    RELEASED = "released", "已放行"
    REJECTED = "rejected", "已拒付"
    WITHDRAWN = "withdrawn", "已撤回"


S = HeldState

HELD_MACHINE = Machine(
    kind="held_case",
    title="争议与挂账",
    flow=Flow.CLEARING,
    states=HeldState,
    first=S.HELD,
    transitions={
        # by the province, or by the region that disputed when its month is signed: the service asks who
        (S.HELD, S.RELEASED): Step("放行", reason_required=True),
        (S.HELD, S.REJECTED): Step("拒付", May.DECIDE_HELD, reason_required=True),
        (S.HELD, S.WITHDRAWN): Step("撤回争议", May.CONFIRM_CLEARING, reason_required=True),
        (S.RELEASED, S.HELD): Step("撤销裁定", May.DECIDE_HELD, reason_required=True),
        (S.REJECTED, S.HELD): Step("撤销裁定", May.DECIDE_HELD, reason_required=True),
    },
    terminal=frozenset({S.WITHDRAWN}),
)

TONES = {S.HELD: "warn", S.RELEASED: "ok", S.REJECTED: "bad", S.WITHDRAWN: ""}
