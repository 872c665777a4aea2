"""What the log calls the acts of comparing."""

from agency.journal.actions import label_actions, label_details

label_actions(
    {
        "reconciled": "对账比对",
        "reconciliation_voided": "作废对账",
        "column_mapping_saved": "保存列对照",
        "differences_exported": "导出对账差异",
    }
)
label_details({"unread": "读不出的行", "result": "结果摘要", "source": "来源"})
