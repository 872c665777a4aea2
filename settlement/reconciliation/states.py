"""The life of a reconciliation, of each difference in it, and of how one that was carried forward ended: one
person judges, another approves."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class RunState(models.TextChoices):
    COMPARING = "comparing", "比对中"
    FAILED = "failed", "未能比对"
    COMPARED = "compared", "处理差异"
    SIGNED = "signed", "已签字"
    VOIDED = "voided", "已作废"


class DiscrepancyState(models.TextChoices):
    OPEN = "open", "待处理"
    JUDGED = "judged", "待批准"
    SETTLED = "settled", "已处理"


class EndingState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已了结"
    RETURNED = "returned", "已退回"
    UNDONE = "undone", "已撤销"


R, D, E = RunState, DiscrepancyState, EndingState
STANDING_ENDINGS = (E.PROPOSED, E.APPROVED)

RUN_MACHINE = Machine(
    kind="reconciliation",
    title="对账",
    flow=Flow.CLEARING,
    states=RunState,
    first=R.COMPARING,
    transitions={
        (R.COMPARING, R.COMPARED): Step("比对", May.RECONCILE),
        (R.COMPARING, R.FAILED): Step("未能比对", May.RECONCILE, reason_required=True),
        (R.COMPARED, R.SIGNED): Step("签字", May.SIGN_RECONCILIATION),
        (R.COMPARED, R.VOIDED): Step("作废", May.RECONCILE, reason_required=True),
    },
    terminal=frozenset({R.FAILED, R.SIGNED, R.VOIDED}),
)

DISCREPANCY_MACHINE = Machine(
    kind="discrepancy",
    title="对账差异",
    flow=Flow.CLEARING,
    states=DiscrepancyState,
    first=D.OPEN,
    begins_untold=True,
    transitions={
        (D.OPEN, D.JUDGED): Step("提出结论", May.RECONCILE, reason_required=True),
        (D.JUDGED, D.SETTLED): Step("批准结论", May.APPROVE_VERDICTS),
        (D.JUDGED, D.OPEN): Step("退回", May.APPROVE_VERDICTS, reason_required=True),
        (D.SETTLED, D.OPEN): Step("撤销结论", May.APPROVE_VERDICTS, reason_required=True),
    },
)

ENDING_MACHINE = Machine(
    kind="carried_ending",
    title="转下月差异的了结",
    flow=Flow.CLEARING,
    states=EndingState,
    first=E.PROPOSED,
    transitions={
        (E.PROPOSED, E.APPROVED): Step("批准了结", May.APPROVE_VERDICTS),
        (E.PROPOSED, E.RETURNED): Step("退回了结", May.APPROVE_VERDICTS, reason_required=True),
        (E.APPROVED, E.UNDONE): Step("撤销了结", May.APPROVE_VERDICTS, reason_required=True),
    },
    terminal=frozenset({E.RETURNED, E.UNDONE}),
)

RUN_TONES = {R.COMPARING: "", R.FAILED: "bad", R.COMPARED: "warn", R.SIGNED: "ok", R.VOIDED: ""}
TONES = {D.OPEN: "", D.JUDGED: "warn", D.SETTLED: "ok"}
ENDING_TONES = {E.PROPOSED: "warn", E.APPROVED: "ok", E.RETURNED: "", E.UNDONE: ""}
