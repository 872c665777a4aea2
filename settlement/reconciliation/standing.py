"""What the log calls the steps of reports and answers, and what the verification page says of a report."""

from __future__ import annotations

from agency.journal.actions import label_actions, label_details
from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from settlement.reconciliation import sides_checks as sides_checks
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.report import digest_of, report_of
from settlement.reconciliation.report_files import REPORTED
from settlement.reconciliation.report_sheets import REPORT_FORM
from settlement.reconciliation.signing import KIND
from settlement.reconciliation.states import RunState

label_actions(
    {
        "reconciled": "对账比对",
        "column_mapping_saved": "保存列对照",
        "reconciliation_signed": "签字确认对账结果",
        "difference_sheet_made": "出差异核对表",
        "answers_imported": "导入对方答复",
        "agreed_verdicts_approved": "批准双方一致的结论",
    }
)
label_details(
    {
        "period": "期别",
        "sheet": "核对表",
        "agreed": "对方同意",
        "disagreed": "对方不同意",
        "unanswered": "未答复",
        "judged": "提出结论",
        "settled": "批准",
    }
)


@STANDING.register("reconciliation report")
def standing_of_report(printed: PrintedForm) -> Standing | None:
    """In force once signed, as it was signed; before, only a draft."""
    if printed.subject_kind != KIND or printed.form_no != REPORT_FORM:
        return None
    run = ReconciliationRun.objects.filter(run_no=printed.subject_no).first()
    if run is None or run.state not in REPORTED:
        return Standing("对账已作废" if run else "查无此对账", False)
    if digest_of(report_of(run)) != printed.digest:
        return Standing("打印之后结果又有变动，以系统中现在的为准", False)
    if run.state != RunState.SIGNED:
        return Standing("草稿，还没有签字", False)
    return Standing(f"已签字（{run.signed_by}）", True)
