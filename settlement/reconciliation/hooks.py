"""Where reconciliation joins shared pages: the words of the log, form 19."""

from __future__ import annotations

from agency.journal.actions import label_actions, label_details
from agency.registry import STATEFUL
from settlement.reconciliation.models import Discrepancy, ReconciliationRun

label_actions(
    {
        "verdicts_given": "提出差异结论",
        "verdicts_approved": "批准差异结论",
        "verdicts_returned": "退回差异结论",
        "verdicts_undone": "撤销差异结论",
        "difference_assigned": "交办差异",
        "difference_noted": "写差异说明",
    }
)
label_details(
    {
        "remedy": "处理",
        "pair": "对应",
        "numbers": "差异编号",
        "owner": "负责人",
        "due_on": "期限",
        "note": "说明",
    }
)


@STATEFUL.register("reconciliation", order=460)
def run_model() -> type:
    return ReconciliationRun


@STATEFUL.register("discrepancy", order=461)
def difference_model() -> type:
    return Discrepancy
