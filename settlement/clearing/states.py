"""The life of a month of clearing, of a proposal to open a signed one again, and of what its checklist passes
over."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class PeriodState(models.TextChoices):
    OPEN = "open", "未计算"
    COMPUTED = "computed", "待确认"
    SIGNED = "signed", "已签发"


S = PeriodState

PERIOD_MACHINE = Machine(
    kind="period",
    title="月度清算",
    flow=Flow.CLEARING,
    states=PeriodState,
    first=S.OPEN,
    transitions={
        (S.OPEN, S.COMPUTED): Step("计算", May.COMPUTE_CLEARING),
        (S.COMPUTED, S.COMPUTED): Step("重新计算", May.COMPUTE_CLEARING),
        (S.COMPUTED, S.SIGNED): Step("签发", May.SIGN_CLEARING),
        (S.SIGNED, S.COMPUTED): Step("重开", May.APPROVE_REOPEN, reason_required=True),
    },
)

TONES = {S.OPEN: "", S.COMPUTED: "warn", S.SIGNED: "ok"}


class ReopeningState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已重开"
    REJECTED = "rejected", "不予重开"
    WITHDRAWN = "withdrawn", "已撤回"


R = ReopeningState

REOPENING_MACHINE = Machine(
    kind="reopening",
    title="重开已签发的月份",
    flow=Flow.CLEARING,
    states=ReopeningState,
    first=R.PROPOSED,
    transitions={
        (R.PROPOSED, R.APPROVED): Step("批准重开", May.APPROVE_REOPEN),
        (R.PROPOSED, R.REJECTED): Step("不予重开", May.APPROVE_REOPEN, reason_required=True),
        (R.PROPOSED, R.WITHDRAWN): Step("撤回", May.SIGN_CLEARING, reason_required=True),
    },
    terminal=frozenset({R.APPROVED, R.REJECTED, R.WITHDRAWN}),
)

REOPENING_TONES = {R.PROPOSED: "warn", R.APPROVED: "ok", R.REJECTED: "", R.WITHDRAWN: ""}


class SkipState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已批准"
    WITHDRAWN = "withdrawn", "已撤回"


K = SkipState
OPEN_SKIPS = (K.PROPOSED, K.APPROVED)

SKIP_MACHINE = Machine(
    kind="checklist_skip",
    title="核对例外",
    flow=Flow.CLEARING,
    states=SkipState,
    first=K.PROPOSED,
    transitions={
        (K.PROPOSED, K.APPROVED): Step("批准例外", May.SKIP_CHECKLIST),
        (K.PROPOSED, K.WITHDRAWN): Step("撤回例外", May.SKIP_CHECKLIST, reason_required=True),
        (K.APPROVED, K.WITHDRAWN): Step("撤回例外", May.SKIP_CHECKLIST, reason_required=True),
    },
    terminal=frozenset({K.WITHDRAWN}),
)

SKIP_TONES = {K.PROPOSED: "warn", K.APPROVED: "ok", K.WITHDRAWN: ""}
