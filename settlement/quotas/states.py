"""The life of a yearly round of quotas, and of a region's urgent increase: a second person approves."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class RoundState(models.TextChoices):
    DRAFT = "draft", "拟定"
    PROPOSED = "proposed", "待批"
    APPROVED = "approved", "已批"
    RETURNED = "returned", "退回"


class IncreaseState(models.TextChoices):
    ASKED = "asked", "已申请"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


S, U = RoundState, IncreaseState

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

INCREASE_MACHINE = Machine(
    kind="quota_increase",
    title="加急调增",
    flow=Flow.FUND,
    states=IncreaseState,
    first=U.ASKED,
    transitions={
        (U.ASKED, U.APPROVED): Step("批准", May.APPROVE_QUOTAS),
        (U.ASKED, U.REFUSED): Step("不予批准", May.APPROVE_QUOTAS, reason_required=True),
        (U.ASKED, U.WITHDRAWN): Step("撤回", May.ASK_INCREASE, reason_required=True),
    },
    terminal=frozenset({U.APPROVED, U.REFUSED, U.WITHDRAWN}),
)

EDITABLE = (S.DRAFT, S.RETURNED)
TONES = {S.DRAFT: "", S.PROPOSED: "warn", S.APPROVED: "ok", S.RETURNED: "bad"}
INCREASE_TONES = {U.ASKED: "warn", U.APPROVED: "ok", U.REFUSED: "bad", U.WITHDRAWN: ""}
