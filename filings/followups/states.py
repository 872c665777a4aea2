"""跟踪的一生: what becomes of a promise, a paper to come, or a spot check."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class FollowUpKind(models.TextChoices):
    COMMITMENT = "commitment", "承诺"
    DEFERRED = "deferred", "容缺"
    SPOT_CHECK = "spot_check", "抽查"


class FollowUpState(models.TextChoices):
    OPEN = "open", "待补交"
    KEPT = "kept", "已补交"
    VERIFIED = "verified", "核实无误"
    UNTRUE = "untrue", "不实"
    CLOSED = "closed", "已撤销"


S = FollowUpState
TERMINAL = frozenset({S.KEPT, S.VERIFIED, S.UNTRUE, S.CLOSED})
SETTLED_BY_SOMEBODY = [S.KEPT, S.VERIFIED, S.UNTRUE]

FOLLOW_UP_MACHINE = Machine(
    kind="follow_up",
    title="承诺与容缺",
    flow=Flow.FILING,
    states=FollowUpState,
    first=S.OPEN,
    transitions={
        # who may is asked by the services: a paper may also come in with a filing that a reviewer approves
        (S.OPEN, S.KEPT): Step("收到证明"),
        (S.OPEN, S.VERIFIED): Step("核实无误", May.JUDGE_PROMISES),
        (S.OPEN, S.UNTRUE): Step("认定不实", May.JUDGE_PROMISES, reason_required=True),
        (S.OPEN, S.CLOSED): Step("随备案结束", reason_required=True),
    },
    terminal=TERMINAL,
)

TONES = {S.OPEN: "warn", S.KEPT: "ok", S.VERIFIED: "ok", S.UNTRUE: "bad", S.CLOSED: ""}
