"""The life of a year's settlement, and of a region's application for it."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class YearState(models.TextChoices):
    OPEN = "open", "未计算"
    COMPUTED = "computed", "已计算"
    CLOSED = "closed", "已关账"


class ApplicationState(models.TextChoices):
    DRAFT = "draft", "草稿"
    APPLIED = "applied", "已申请"
    REVIEWED = "reviewed", "已审核"
    APPROVED = "approved", "已批准"
    RETURNED = "returned", "已退回"


Y, A = YearState, ApplicationState

YEAR_MACHINE = Machine(
    kind="year_end",
    title="年终清算",
    flow=Flow.CLEARING,
    states=YearState,
    first=Y.OPEN,
    transitions={
        (Y.OPEN, Y.COMPUTED): Step("计算年终清算", May.COMPUTE_YEAR_END),
        (Y.COMPUTED, Y.COMPUTED): Step("重新计算", May.COMPUTE_YEAR_END),
        (Y.COMPUTED, Y.CLOSED): Step("批准关账", May.CLOSE_YEAR),
    },
    terminal=frozenset({Y.CLOSED}),
)
APPLICATION_MACHINE = Machine(
    kind="year_end_application",
    title="年终清算申请",
    flow=Flow.CLEARING,
    states=ApplicationState,
    first=A.DRAFT,
    transitions={
        (A.DRAFT, A.APPLIED): Step("提交申请", May.APPLY_YEAR_END),
        (A.RETURNED, A.APPLIED): Step("再次提交", May.APPLY_YEAR_END),
        (A.APPLIED, A.REVIEWED): Step("审核", May.REVIEW_YEAR_END),
        (A.APPLIED, A.RETURNED): Step("退回", May.REVIEW_YEAR_END, reason_required=True),
        (A.REVIEWED, A.APPROVED): Step("批准", May.APPROVE_YEAR_END),
        (A.REVIEWED, A.RETURNED): Step("退回", May.APPROVE_YEAR_END, reason_required=True),
        (A.APPROVED, A.RETURNED): Step("数字变动退回", May.COMPUTE_YEAR_END, reason_required=True),
    },
)
YEAR_TONES = {Y.OPEN: "", Y.COMPUTED: "warn", Y.CLOSED: "ok"}
TONES = {A.DRAFT: "", A.APPLIED: "warn", A.REVIEWED: "go", A.APPROVED: "ok", A.RETURNED: "bad"}
PENDING = (A.APPLIED, A.REVIEWED)
EDITABLE = (A.DRAFT, A.RETURNED)
HANDED_IN = (A.APPLIED, A.REVIEWED, A.APPROVED)
